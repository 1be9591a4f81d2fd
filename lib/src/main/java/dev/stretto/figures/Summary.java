package dev.stretto.figures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * What is computed from a layer's table before it is drawn, so that the stored data are what one
 * sees: bins, not ten million durations. Columns whose names start with a dot are for drawing only.
 */
sealed interface Summary {
  /** The rows to draw. */
  Table apply(Layer layer, PlotParts plot);

  /** The mapping onto the columns of the summary. */
  default Map<String, String> mapping(Map<String, String> mapping) {
    return mapping;
  }

  /** Whether the data are the table's rows themselves. */
  default boolean isView() {
    return !(this instanceof Histogram);
  }

  /** A changed copy of a map. */
  static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
    Map<String, V> changed = new LinkedHashMap<>(map);
    changed.put(key, value);
    return changed;
  }

  /**
   * Nothing: a row is a mark.
   *
   * @param annotation whether the rows are a rule or a remark rather than data
   */
  record None(boolean annotation) implements Summary {
    @Override
    public Table apply(Layer layer, PlotParts plot) {
      return layer.table();
    }
  }

  /**
   * The rows whose value lies in the upper (lower) half of the colour scale, to write on them in a
   * colour that reads.
   */
  record Half(String column, boolean upper) implements Summary {
    @Override
    public Table apply(Layer layer, PlotParts plot) {
      NumericColumn<?> values = layer.table().numberColumn(column);
      double[] ends = {values.min(), values.max()};
      Scale scale = plot.scales.get("colour");
      if (scale != null && scale.options().get("limits") instanceof List<?> limits) {
        for (int i = 0; i < 2; i++) {
          ends[i] = limits.get(i) instanceof Double limit ? limit : ends[i];
        }
      }
      double middle = (ends[0] + ends[1]) / 2;
      List<Integer> rows = new ArrayList<>();
      for (int row = 0; row < values.size(); row++) {
        if (values.getDouble(row) >= middle == upper) {
          rows.add(row);
        }
      }
      return rows(layer.table(), rows);
    }
  }

  /** The rows with their y a little beyond the end of the bar, to write a number there. */
  record AtEnd() implements Summary {
    private static final String RAISED = ".end";

    @Override
    public Table apply(Layer layer, PlotParts plot) {
      DoubleColumn raised =
          layer.table().numberColumn(layer.mapping().get("y")).asDoubleColumn().setName(RAISED);
      double gap = 0.015 * Math.max(Math.abs(raised.max()), Math.abs(raised.min()));
      for (int row = 0; row < raised.size(); row++) {
        double y = raised.getDouble(row);
        raised.set(row, plot.isLog("y") ? y * 1.05 : y + Math.copySign(gap, y));
      }
      return layer.table().copy().addColumns(raised);
    }

    @Override
    public Map<String, String> mapping(Map<String, String> mapping) {
      return with(mapping, "y", RAISED);
    }
  }

  /** The rows with the ends of the interval y - error to y + error. */
  record Around() implements Summary {
    @Override
    public Table apply(Layer layer, PlotParts plot) {
      DoubleColumn y = layer.table().numberColumn(layer.mapping().get("y")).asDoubleColumn();
      NumericColumn<?> error = layer.table().numberColumn(layer.mapping().get("error"));
      return layer
          .table()
          .copy()
          .addColumns(y.subtract(error).setName(".low"), y.add(error).setName(".high"));
    }

    @Override
    public Map<String, String> mapping(Map<String, String> mapping) {
      Map<String, String> changed = new LinkedHashMap<>(mapping);
      changed.remove("y");
      changed.remove("error");
      changed.put("ymin", ".low");
      changed.put("ymax", ".high");
      return changed;
    }
  }

  /**
   * Counts in equal bins (equal factors on a logarithmic axis), the parts of a fill stacked.
   *
   * @param bins how many
   * @param weight the column that is summed, empty to count rows
   */
  record Histogram(int bins, String weight) implements Summary {
    private String measure() {
      return weight.isEmpty() ? "count" : weight;
    }

    @Override
    public Table apply(Layer layer, PlotParts plot) {
      String name = layer.mapping().get("x");
      double[] all = doubles(layer.table(), name);
      boolean log = plot.isLog("x");
      double low = forward(log, min(all));
      double step = (forward(log, max(all)) - low) / bins;
      step = step > 0 ? step : 1;
      Map<List<Object>, Double> heights = new HashMap<>();
      Map<String, List<Object>> columns = new LinkedHashMap<>();
      for (Map.Entry<Map<String, Object>, Table> group : groups(layer, plot).entrySet()) {
        double[] sums = new double[bins];
        double[] values = doubles(group.getValue(), name);
        double[] weights = weight.isEmpty() ? null : doubles(group.getValue(), weight);
        for (int i = 0; i < values.length; i++) {
          int bin = (int) Math.min(bins - 1, Math.max(0, (forward(log, values[i]) - low) / step));
          sums[bin] += weights == null ? 1 : weights[i];
        }
        Map<String, Object> panel = new LinkedHashMap<>(group.getKey());
        panel.keySet().retainAll(plot.facets);
        for (int bin = 0; bin < bins; bin++) {
          double from = heights.getOrDefault(List.of(panel, bin), 0.0);
          heights.put(List.of(panel, bin), from + sums[bin]);
          group.getKey().forEach((column, value) -> Tables.add(columns, column, value));
          Tables.add(columns, name + " from", back(log, low + bin * step));
          Tables.add(columns, name + " to", back(log, low + (bin + 1) * step));
          Tables.add(columns, measure(), sums[bin]);
          Tables.add(columns, ".low", from);
          Tables.add(columns, ".high", from + sums[bin]);
        }
      }
      return Tables.of(columns);
    }

    @Override
    public Map<String, String> mapping(Map<String, String> mapping) {
      Map<String, String> changed = new LinkedHashMap<>(mapping);
      String name = changed.remove("x");
      changed.put("xmin", name + " from");
      changed.put("xmax", name + " to");
      changed.put("ymin", ".low");
      changed.put("ymax", ".high");
      return changed;
    }
  }

  /** The table split by its names (colours, groups, panels, and x where it is one), in order. */
  private static Map<Map<String, Object>, Table> groups(Layer layer, PlotParts plot) {
    Map<String, String> splitting = new LinkedHashMap<>(layer.mapping());
    splitting.remove("y");
    splitting.remove("x");
    Set<String> by = new LinkedHashSet<>(splitting.values());
    plot.facets.stream().filter(layer.table()::containsColumn).forEach(by::add);
    Map<Map<String, Object>, List<Integer>> rows = new LinkedHashMap<>();
    for (int row = 0; row < layer.table().rowCount(); row++) {
      Map<String, Object> group = new LinkedHashMap<>();
      for (String name : by) {
        Column<?> column = layer.table().column(name);
        group.put(name, column.isMissing(row) ? "" : column.get(row));
      }
      rows.computeIfAbsent(group, g -> new ArrayList<>()).add(row);
    }
    Map<Map<String, Object>, Table> groups = new LinkedHashMap<>();
    rows.forEach((group, numbers) -> groups.put(group, rows(layer.table(), numbers)));
    return groups;
  }

  private static Table rows(Table table, List<Integer> numbers) {
    return table.rows(numbers.stream().mapToInt(Integer::intValue).toArray());
  }

  private static double[] doubles(Table table, String column) {
    return Arrays.stream(table.numberColumn(column).asDoubleArray())
        .filter(Double::isFinite)
        .toArray();
  }

  private static double min(double[] values) {
    return Arrays.stream(values).min().orElse(0);
  }

  private static double max(double[] values) {
    return Arrays.stream(values).max().orElse(1);
  }

  private static double forward(boolean log, double value) {
    return log ? Math.log10(value) : value;
  }

  private static double back(boolean log, double value) {
    return log ? Math.pow(10, value) : value;
  }
}
