package dev.stretto.figures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
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
      int[] rows =
          IntStream.range(0, values.size())
              .filter(row -> values.getDouble(row) >= middle == upper)
              .toArray();
      return layer.table().rows(rows);
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

  /**
   * Counts in equal bins (equal factors on a logarithmic axis), the parts of a fill stacked.
   *
   * @param bins how many
   */
  record Histogram(int bins) implements Summary {
    @Override
    public Table apply(Layer layer, PlotParts plot) {
      String name = layer.mapping().get("x");
      boolean log = plot.isLog("x");
      double[] all = values(layer.table(), name, log);
      double low = Arrays.stream(all).min().orElse(0);
      double span = Arrays.stream(all).max().orElse(1) - low;
      double step = span > 0 ? span / bins : 1;
      Map<List<Object>, Double> heights = new HashMap<>();
      Map<String, List<Object>> columns = new LinkedHashMap<>();
      groups(layer, plot)
          .forEach(
              (group, rows) -> {
                double[] counts = new double[bins];
                for (double value : values(rows(layer.table(), rows), name, log)) {
                  counts[(int) Math.min(bins - 1, Math.max(0, (value - low) / step))]++;
                }
                Map<String, Object> panel = new LinkedHashMap<>(group);
                panel.keySet().retainAll(plot.facets);
                for (int bin = 0; bin < bins; bin++) {
                  double to = heights.merge(List.of(panel, bin), counts[bin], Double::sum);
                  group.forEach((column, value) -> Tables.add(columns, column, value));
                  Tables.add(columns, name + " from", edge(log, low + bin * step));
                  Tables.add(columns, name + " to", edge(log, low + (bin + 1) * step));
                  Tables.add(columns, "count", counts[bin]);
                  Tables.add(columns, ".low", to - counts[bin]);
                  Tables.add(columns, ".high", to);
                }
              });
      return Tables.of(columns);
    }

    /** The finite values of a column, their logarithms where the axis is logarithmic. */
    private static double[] values(Table table, String column, boolean log) {
      return Arrays.stream(table.numberColumn(column).asDoubleArray())
          .filter(Double::isFinite)
          .map(value -> log ? Math.log10(value) : value)
          .toArray();
    }

    private static double edge(boolean log, double value) {
      return log ? Math.pow(10, value) : value;
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

  /** The numbers of the rows of each fill and panel, in order of appearance. */
  private static Map<Map<String, Object>, List<Integer>> groups(Layer layer, PlotParts plot) {
    Map<String, String> splitting = new LinkedHashMap<>(layer.mapping());
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
      rows.computeIfAbsent(group, _ -> new ArrayList<>()).add(row);
    }
    return rows;
  }

  private static Table rows(Table table, List<Integer> numbers) {
    return table.rows(numbers.stream().mapToInt(Integer::intValue).toArray());
  }
}
