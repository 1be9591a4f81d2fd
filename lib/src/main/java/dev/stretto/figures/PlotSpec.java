package dev.stretto.figures;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Builds the raw Lets-Plot spec of a plot. */
final class PlotSpec {
  private static final List<String> POSITIONAL_X = List.of("x", "xmin", "xend", "xmax");
  private static final List<String> POSITIONAL_Y =
      List.of("y", "ymin", "yend", "ymax", "middle", "lower", "upper");

  /** Begins the name of a column of panel names in drawing order. */
  private static final String PANEL = ".panel ";

  private static final List<String> COLOURS = List.of("color", "fill");
  private static final List<String> OTHERS = List.of("shape", "linetype", "size");

  private final PlotParts plot;
  private final boolean withData;
  private final LongLabels longLabels;
  private final IdentityHashMap<Layer, Table> drawn = new IdentityHashMap<>();

  private final double width;
  private final double height;

  private PlotSpec(
      PlotParts plot, boolean withData, LongLabels longLabels, double width, double height) {
    this.plot = plot;
    this.withData = withData;
    this.longLabels = longLabels;
    this.width = width;
    this.height = height;
  }

  /** Draws the plot. */
  static String svg(PlotParts plot, double width, double height) {
    LongLabels longLabels = new LongLabels();
    return longLabels.restore(
        Drawing.svg(withData(plot, longLabels, width, height), width, height));
  }

  /** The spec with data; its maps are fresh, for the engine changes them. */
  static Map<String, Object> withData(
      PlotParts plot, LongLabels longLabels, double width, double height) {
    return new PlotSpec(plot, true, longLabels, width, height).build();
  }

  /** What was asked for, without data and without what follows from data. */
  static Map<String, Object> bare(PlotParts plot) {
    return new PlotSpec(plot, false, new LongLabels(), plot.width, plot.height).build();
  }

  private Map<String, Object> build() {
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("kind", "plot");
    spec.put("layers", layers());
    spec.put("scales", scales());
    spec.put("theme", Theme.paper());
    if (plot.layers.stream().anyMatch(layer -> layer.geom().equals("tile"))) {
      spec.put("coord", fresh(Map.of("name", "cartesian"))); // tiles fill the plot, square or not
    }
    plot.options.forEach((key, value) -> spec.merge(key, fresh(value), PlotSpec::merged));
    if (withData) {
      fitTexts(spec);
      if (spec.get("facet") instanceof Map<?, ?>) {
        splitByNumberedPanels(spec);
      }
    }
    return spec;
  }

  @SuppressWarnings("unchecked")
  private static void splitByNumberedPanels(Map<String, Object> spec) {
    Map<String, Object> facet = (Map<String, Object>) spec.get("facet");
    facet.computeIfPresent("x", (key, name) -> PANEL + name);
    facet.computeIfPresent("y", (key, name) -> PANEL + name);
    facet.computeIfPresent(
        "facets",
        (key, names) -> new ArrayList<>(((List<?>) names).stream().map(n -> PANEL + n).toList()));
  }

  /** Breaks the title, subtitle and caption into lines. */
  private void fitTexts(Map<String, Object> spec) {
    if (spec.get("ggtitle") instanceof Map<?, ?>) {
      replaceText(spec, "ggtitle", "text", Theme.TITLE, width - leftOfPanel());
      replaceText(spec, "ggtitle", "subtitle", Theme.AXIS_TITLE, width - leftOfPanel());
    }
    if (spec.get("caption") instanceof Map<?, ?>) {
      replaceText(spec, "caption", "text", Theme.CAPTION, width - leftOfPanel());
    }
  }

  @SuppressWarnings("unchecked")
  private static void replaceText(
      Map<String, Object> spec, String part, String key, int fontSize, double room) {
    ((Map<String, Object>) spec.get(part))
        .computeIfPresent(key, (k, text) -> LineBreaks.fit((String) text, fontSize, room));
  }

  /** Titles start at the panel, right of the names on the vertical axis. */
  private double leftOfPanel() {
    List<Column<?>> vertical = columns(plot.horizontal ? POSITIONAL_X : POSITIONAL_Y);
    double names = 50;
    if (!vertical.isEmpty() && isDiscrete(vertical.getFirst())) {
      for (String level : levels(vertical)) {
        names = Math.max(names, Drawing.textWidth(level, Theme.AXIS_TEXT));
      }
    }
    return names + 40;
  }

  private List<Object> layers() {
    List<Object> layers = new ArrayList<>();
    for (Layer layer : plot.layers) {
      if (withData && drawn(layer).isEmpty()) {
        continue;
      }
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("geom", layer.geom());
      map.put("stat", "identity");
      map.put("sampling", "none");
      map.put("mapping", new LinkedHashMap<String, Object>(layer.drawnMapping()));
      layer.constants().forEach((key, value) -> map.put(key, fresh(value)));
      if (layer.summary() instanceof Summary.AtEnd) {
        map.put(plot.horizontal ? "hjust" : "vjust", 0.0);
      }
      if (withData || layer.annotation()) {
        map.put("data", data(layer));
      }
      layers.add(map);
    }
    return layers;
  }

  private Table drawn(Layer layer) {
    return drawn.computeIfAbsent(layer, l -> l.summary().apply(l, plot));
  }

  private Map<String, Object> data(Layer layer) {
    Table table = drawn(layer);
    Set<String> used = new LinkedHashSet<>(layer.drawnMapping().values());
    plot.facets.stream().filter(table::containsColumn).forEach(used::add);
    Map<String, Object> data = new LinkedHashMap<>();
    for (String name : used) {
      Column<?> column = table.column(name);
      List<Object> values = new ArrayList<>(column.size());
      for (int row = 0; row < column.size(); row++) {
        values.add(value(column, row));
      }
      data.put(name, values);
      if (plot.facets.contains(name)) {
        List<String> panels = panels(name);
        List<Object> numbered = new ArrayList<>(column.size());
        for (int row = 0; row < column.size(); row++) {
          String panel = level(column, row);
          numbered.add(LongLabels.numbered(panel, panels.indexOf(panel)));
        }
        data.put(PANEL + name, numbered);
      }
    }
    return data;
  }

  /** The names of the panels in order. */
  private List<String> panels(String name) {
    List<Column<?>> columns = new ArrayList<>();
    for (Layer layer : plot.layers) {
      if (drawn(layer).containsColumn(name)) {
        columns.add(drawn(layer).column(name));
      }
    }
    return levels(columns);
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

  /**
   * A scale with its title; the vertical axis' title has the panel's height, the others its width.
   */
  private Map<String, Object> named(String aesthetic, String name) {
    boolean vertical = aesthetic.equals(plot.horizontal ? "x" : "y");
    double room = vertical ? height - 110 : width - leftOfPanel();
    String title = withData ? LineBreaks.fit(name, Theme.AXIS_TITLE, room) : name;
    Map<String, Object> scale = new LinkedHashMap<>();
    scale.put("aesthetic", aesthetic);
    scale.put("name", title);
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
    if (plot.isLog(axis)) {
      if (withData) {
        List<Column<?>> all = new ArrayList<>(columns);
        all.addAll(rules(axis + "intercept"));
        LogBreaks.of(all).ifPresent(breaks -> scale.putAll(breaks.options()));
      }
    }
    if (withData && axis.equals("y") && plot.horizontal && !plot.isLog(axis)) {
      roomForNumbers(columns).ifPresent(limits -> scale.put("limits", limits));
    }
    Scale own = plot.scales.get(axis);
    if (own != null) {
      own.options().forEach((key, value) -> scale.put(key, fresh(value)));
    }
    scales.add(scale);
  }

  /** Numbers to the right of bars need a tenth more. */
  private Optional<List<Object>> roomForNumbers(List<Column<?>> columns) {
    boolean written = plot.layers.stream().anyMatch(l -> l.summary() instanceof Summary.AtEnd);
    double end = 0;
    for (Column<?> column : columns) {
      end = Math.max(end, column instanceof NumericColumn<?> numbers ? numbers.max() : 0);
    }
    return written && end > 0
        ? Optional.of(new ArrayList<>(Arrays.asList(null, 1.1 * end)))
        : Optional.empty();
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
        List<String> colours = colours(levels);
        if (aesthetic.equals("color") && plot.textOnFill) {
          colours.replaceAll(fill -> Palette.lightness(fill) > 128 ? "#111111" : "#ffffff");
          scale.put("guide", "none");
        }
        scale.put("limits", new ArrayList<>(levels));
        scale.put("values", colours);
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

  private List<Column<?>> rules(String aesthetic) {
    return plot.layers.stream()
        .filter(layer -> layer.annotation() && layer.mapping().containsKey(aesthetic))
        .<Column<?>>map(layer -> layer.table().column(aesthetic))
        .toList();
  }

  /** The columns behind some aesthetics, over all layers that have them. */
  private List<Column<?>> columns(List<String> aesthetics) {
    List<Column<?>> columns = new ArrayList<>();
    for (String aesthetic : aesthetics) {
      for (Layer layer : plot.layers) {
        String name = layer.drawnMapping().get(aesthetic);
        if (name != null && !layer.annotation()) {
          columns.add(drawn(layer).column(name));
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
      // the engine takes some numbers only as doubles
      case Number number -> number.doubleValue();
      case null, default -> value;
    };
  }
}
