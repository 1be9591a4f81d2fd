package dev.stretto.figures;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Builds the raw Lets-Plot spec of a plot. */
final class PlotSpec {
  private static final List<String> POSITIONAL_X = List.of("x", "xmin", "xend", "xmax");
  private static final List<String> POSITIONAL_Y =
      List.of("y", "ymin", "yend", "ymax", "middle", "lower", "upper");
  private static final List<String> COLOURS = List.of("color", "fill");
  private static final List<String> OTHERS = List.of("shape", "linetype", "size");

  private final PlotParts plot;
  private final boolean withData;
  private final LongLabels longLabels = new LongLabels();

  private PlotSpec(PlotParts plot, boolean withData) {
    this.plot = plot;
    this.withData = withData;
  }

  /** Draws the plot. */
  static String svg(PlotParts plot, double width, double height) {
    PlotSpec spec = new PlotSpec(plot, true);
    return spec.longLabels.restore(Drawing.svg(spec.build(), width, height));
  }

  /** The spec with data; its maps are fresh, for the engine changes them. */
  static Map<String, Object> withData(PlotParts plot) {
    return new PlotSpec(plot, true).build();
  }

  /** What was asked for, without data and without what follows from data. */
  static Map<String, Object> bare(PlotParts plot) {
    return new PlotSpec(plot, false).build();
  }

  private Map<String, Object> build() {
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("kind", "plot");
    spec.put("layers", layers());
    spec.put("scales", scales());
    spec.put("theme", Theme.paper());
    plot.options.forEach((key, value) -> spec.merge(key, fresh(value), PlotSpec::merged));
    return spec;
  }

  private List<Object> layers() {
    List<Object> layers = new ArrayList<>();
    for (Layer layer : plot.layers) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("geom", layer.geom());
      map.put("stat", "identity");
      map.put("sampling", "none");
      map.put("mapping", new LinkedHashMap<String, Object>(layer.drawnMapping()));
      layer.constants().forEach((key, value) -> map.put(key, fresh(value)));
      if (withData) {
        map.put("data", data(layer));
      }
      layers.add(map);
    }
    return layers;
  }

  private Map<String, Object> data(Layer layer) {
    Table table = layer.drawn(plot.facets);
    Set<String> used = new LinkedHashSet<>(layer.drawnMapping().values());
    plot.facets.stream().filter(table::containsColumn).forEach(used::add);
    List<Integer> rows = rowsInOrder(table);
    Map<String, Object> data = new LinkedHashMap<>();
    for (String name : used) {
      Column<?> column = table.column(name);
      List<Object> values = new ArrayList<>(rows.size());
      rows.forEach(row -> values.add(value(column, row)));
      data.put(name, values);
    }
    return data;
  }

  /** Rows sorted by the levels that were asked for; the table's order otherwise. */
  private List<Integer> rowsInOrder(Table table) {
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < table.rowCount(); row++) {
      rows.add(row);
    }
    for (String name : plot.facets) {
      List<String> order = plot.orders.get(name);
      if (order != null && table.containsColumn(name)) {
        Column<?> column = table.column(name);
        rows.sort(
            Comparator.comparingInt(row -> order.indexOf(String.valueOf(level(column, row)))));
      }
    }
    return rows;
  }

  private Object value(Column<?> column, int row) {
    if (isDiscrete(column)) {
      return level(column, row);
    }
    if (column.isMissing(row)) {
      return null;
    }
    double value = ((NumericColumn<?>) column).getDouble(row);
    return Double.isFinite(value) ? value : null;
  }

  private static String level(Column<?> column, int row) {
    if (column.isMissing(row)) {
      return "";
    }
    String text = String.valueOf(column.get(row));
    return column instanceof NumericColumn && text.endsWith(".0")
        ? text.substring(0, text.length() - 2)
        : text;
  }

  private boolean isDiscrete(Column<?> column) {
    return !(column instanceof NumericColumn) || plot.discrete.contains(column.name());
  }

  private List<Object> scales() {
    List<Object> scales = new ArrayList<>();
    axis("x", POSITIONAL_X, scales);
    axis("y", POSITIONAL_Y, scales);
    COLOURS.forEach(aesthetic -> colour(aesthetic, scales));
    for (String aesthetic : OTHERS) {
      columns(List.of(aesthetic)).stream()
          .findFirst()
          .ifPresent(
              c -> scales.add(named(aesthetic, plot.titles.getOrDefault("legend", c.name()))));
    }
    return scales;
  }

  private static Map<String, Object> named(String aesthetic, String name) {
    Map<String, Object> scale = new LinkedHashMap<>();
    scale.put("aesthetic", aesthetic);
    scale.put("name", name);
    return scale;
  }

  private void axis(String axis, List<String> aesthetics, List<Object> scales) {
    List<Column<?>> columns = columns(aesthetics);
    if (columns.isEmpty()) {
      return;
    }
    Map<String, Object> scale =
        named(axis, plot.titles.getOrDefault(axis, columns.getFirst().name()));
    if (isDiscrete(columns.getFirst())) {
      scale.put("discrete", true);
      List<String> levels = levels(columns);
      if (withData || plot.orders.containsKey(columns.getFirst().name())) {
        // the vertical axis reads from the top
        boolean vertical = axis.equals("y") != plot.horizontal;
        List<String> limits = vertical ? levels.reversed() : levels;
        scale.put("limits", new ArrayList<>(limits));
        if (withData) {
          scale.put("breaks", new ArrayList<>(limits));
          scale.put("labels", longLabels.standIns(limits));
        }
      }
    }
    Scale own = plot.scales.get(axis);
    if (own != null) {
      own.options().forEach((key, value) -> scale.put(key, fresh(value)));
    }
    scales.add(scale);
  }

  private void colour(String aesthetic, List<Object> scales) {
    List<Column<?>> columns = columns(List.of(aesthetic));
    if (columns.isEmpty()) {
      return;
    }
    Map<String, Object> scale =
        named(aesthetic, plot.titles.getOrDefault("legend", columns.getFirst().name()));
    if (isDiscrete(columns.getFirst())) {
      scale.put("discrete", true);
      if (withData || plot.orders.containsKey(columns.getFirst().name())) {
        List<String> levels = levels(columns);
        scale.put("limits", new ArrayList<>(levels));
        scale.put("values", new ArrayList<>(colours(levels)));
      }
    } else {
      scale.put("scale_mapper_kind", "color_gradientn");
      scale.put("colors", new ArrayList<>(Palette.VIRIDIS));
    }
    Scale own = plot.scales.get("colour");
    if (own != null) {
      own.options().forEach((key, value) -> scale.put(key, fresh(value)));
    }
    scales.add(scale);
  }

  private List<String> colours(List<String> levels) {
    List<String> defaults = Palette.discrete(levels.size());
    List<String> colours = new ArrayList<>();
    for (int i = 0; i < levels.size(); i++) {
      colours.add(plot.colours.getOrDefault(levels.get(i), defaults.get(i)));
    }
    return colours;
  }

  /** The columns behind some aesthetics, over all layers that have them. */
  private List<Column<?>> columns(List<String> aesthetics) {
    List<Column<?>> columns = new ArrayList<>();
    for (String aesthetic : aesthetics) {
      for (Layer layer : plot.layers) {
        String name = layer.drawnMapping().get(aesthetic);
        if (name != null && !layer.annotation()) {
          columns.add(layer.drawn(plot.facets).column(name));
        }
      }
    }
    return columns;
  }

  /** Levels in the order asked for, then in order of appearance. */
  private List<String> levels(List<Column<?>> columns) {
    Set<String> present = new LinkedHashSet<>();
    for (Column<?> column : columns) {
      for (int row = 0; row < column.size(); row++) {
        present.add(level(column, row));
      }
    }
    List<String> order = plot.orders.getOrDefault(columns.getFirst().name(), List.of());
    Set<String> levels = new LinkedHashSet<>(order);
    levels.retainAll(present);
    levels.addAll(present);
    return List.copyOf(levels);
  }

  @SuppressWarnings("unchecked")
  private static Object merged(Object base, Object own) {
    if (base instanceof Map && own instanceof Map) {
      Map<String, Object> merged = new LinkedHashMap<>((Map<String, Object>) base);
      merged.putAll((Map<String, Object>) own);
      return merged;
    }
    return own;
  }

  private static Object fresh(Object value) {
    return switch (value) {
      case Map<?, ?> map -> {
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((k, v) -> copy.put((String) k, fresh(v)));
        yield copy;
      }
      case List<?> list -> {
        List<Object> copy = new ArrayList<>();
        list.forEach(v -> copy.add(fresh(v)));
        yield copy;
      }
      case null, default -> value;
    };
  }
}
