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
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
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
  private static final double KEY_WIDTH = 32;

  /** A paper's column of 84 mm, and a little. */
  private static final double COLUMN = 450;

  private static final int MANY_POINTS = 300;

  private final PlotParts plot;
  private final boolean withData;
  private final LongLabels longLabels = new LongLabels();
  private final IdentityHashMap<Layer, Table> drawn = new IdentityHashMap<>();

  private PlotSpec(PlotParts plot, boolean withData) {
    this.plot = plot;
    this.withData = withData;
  }

  /** Draws the plot. */
  static String svg(PlotParts plot) {
    if (plot.layers.isEmpty()) {
      throw new IllegalStateException("the plot is empty: start a layer, such as points(x, y)");
    }
    PlotSpec spec = new PlotSpec(plot, true);
    return spec.longLabels.restore(Drawing.svg(spec.build(), plot.width, plot.height));
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
    spec.put("theme", Theme.paper(isNarrow() ? "bottom" : "right"));
    if (plot.layers.stream().anyMatch(layer -> layer.geom().equals("tile"))) {
      spec.put(
          "coord", Json.copy(Map.of("name", "cartesian"))); // tiles fill the plot, square or not
    }
    plot.options.forEach((key, value) -> spec.merge(key, Json.copy(value), Json::merged));
    if (withData) {
      fit(spec, "ggtitle", "text", Theme.TITLE);
      fit(spec, "ggtitle", "subtitle", Theme.AXIS_TITLE);
      fit(spec, "caption", "text", Theme.CAPTION);
      // the panels are split by numbered names
      replace(
          spec,
          "facet",
          "facets",
          names -> Json.copy(((List<?>) names).stream().map(n -> PANEL + n).toList()));
    }
    return spec;
  }

  /** Breaks a text between words where it is wider than the panel. */
  private void fit(Map<String, Object> spec, String part, String key, int fontSize) {
    double room = plot.width - leftOfPanel();
    replace(spec, part, key, text -> Drawing.fit((String) text, fontSize, room));
  }

  @SuppressWarnings("unchecked")
  private static void replace(
      Map<String, Object> spec, String part, String key, UnaryOperator<Object> by) {
    if (spec.get(part) instanceof Map<?, ?> map) {
      ((Map<String, Object>) map).computeIfPresent(key, (k, value) -> by.apply(value));
    }
  }

  /** Titles start at the panel, right of the names on the vertical axis. */
  private double leftOfPanel() {
    List<Column<?>> vertical = columns(plot.horizontal ? POSITIONAL_X : POSITIONAL_Y);
    boolean named = !vertical.isEmpty() && isDiscrete(vertical.getFirst());
    double names = named ? Drawing.widest(levels(vertical), Theme.AXIS_TEXT) : 0;
    return Math.max(50, names) + 40;
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
      Map<String, Object> mapping = new LinkedHashMap<>(layer.drawnMapping());
      if (withData) {
        secondCode(layer).ifPresent(code -> mapping.put(code, mapping.get("color")));
      }
      map.put("mapping", mapping);
      layer.constants().forEach((key, value) -> map.put(key, Json.copy(value)));
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

  /** What tells the names of a colour apart without it: the shape of points, the dash of lines. */
  private Optional<String> secondCode(Layer layer) {
    String code = layer.geom().equals("point") ? "shape" : "linetype";
    String color = layer.mapping().get("color");
    boolean marks =
        layer.geom().equals("point")
            ? drawn(layer).rowCount() <= MANY_POINTS // small ones look alike whatever their shape
            : List.of("line", "step").contains(layer.geom());
    return marks
            && color != null
            && !layer.constants().containsKey(code)
            && isDiscrete(drawn(layer).column(color))
        ? Optional.of(code)
        : Optional.empty();
  }

  private void secondCodes(List<Object> scales) {
    for (String code : List.of("shape", "linetype")) {
      List<Column<?>> columns =
          plot.layers.stream()
              .filter(layer -> secondCode(layer).filter(code::equals).isPresent())
              .<Column<?>>map(layer -> drawn(layer).column(layer.mapping().get("color")))
              .toList();
      if (!columns.isEmpty()) {
        Map<String, Object> scale = named(code, "legend", columns);
        List<String> levels = levels(columns(List.of("color"))); // one legend for both codes
        List<?> codes = code.equals("shape") ? Palette.SHAPES : Palette.DASHES;
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < levels.size(); i++) {
          values.add(codes.get(i % codes.size()));
        }
        scale.put("discrete", true);
        scale.put("limits", new ArrayList<>(levels));
        scale.put("values", values);
        if (legendLiesFlat()) {
          scale.put("guide", flatLegend(levels));
        }
        scales.add(scale);
      }
    }
  }

  private boolean legendLiesFlat() {
    return plot.legendAt().map(List.of("top", "bottom")::contains).orElse(isNarrow());
  }

  /** In a paper's column a legend beside the panel would leave no room for it. */
  private boolean isNarrow() {
    return withData && plot.width <= COLUMN && plot.legendAt().isEmpty();
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
      data.put(name, values(column, row -> value(column, row)));
      if (plot.facets.contains(name)) {
        List<String> panels = panels(name);
        data.put(
            PANEL + name,
            values(
                column,
                row -> {
                  String panel = level(column, row);
                  return LongLabels.numbered(panel, panels.indexOf(panel));
                }));
      }
    }
    return data;
  }

  private static List<Object> values(Column<?> column, IntFunction<Object> value) {
    List<Object> values = new ArrayList<>(column.size());
    for (int row = 0; row < column.size(); row++) {
      values.add(value.apply(row));
    }
    return values;
  }

  /** The names of the panels in order. */
  private List<String> panels(String name) {
    return levels(
        plot.layers.stream()
            .map(this::drawn)
            .filter(table -> table.containsColumn(name))
            .<Column<?>>map(table -> table.column(name))
            .toList());
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
    if (withData) {
      secondCodes(scales);
    }
    return scales;
  }

  /**
   * A scale with its title; the vertical axis' title has the panel's height, the others its width.
   */
  private Map<String, Object> named(String aesthetic, String key, List<Column<?>> columns) {
    String name = plot.titles.getOrDefault(key, columns.getFirst().name());
    boolean vertical = aesthetic.equals(plot.horizontal ? "x" : "y");
    double room = vertical ? plot.height - 110 : plot.width - leftOfPanel();
    String title = withData ? Drawing.fit(name, Theme.AXIS_TITLE, room) : name;
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
    Map<String, Object> scale = named(axis, axis, columns);
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
    if (withData && plot.isLog(axis)) {
      columns.forEach(PlotSpec::requirePositive);
      List<Column<?>> all = new ArrayList<>(columns);
      all.addAll(columns(List.of(axis + "intercept"), true));
      LogBreaks.of(all).ifPresent(breaks -> scale.putAll(breaks.options()));
    }
    boolean written = plot.layers.stream().anyMatch(l -> l.summary() instanceof Summary.AtEnd);
    if (withData && written && axis.equals("y") && plot.horizontal && !plot.isLog(axis)) {
      double end =
          columns.stream()
              .mapToDouble(c -> c instanceof NumericColumn<?> numbers ? numbers.max() : 0)
              .max()
              .orElse(0);
      if (end > 0) { // numbers to the right of bars need a tenth more
        scale.put("limits", new ArrayList<>(Arrays.asList(null, 1.1 * end)));
      }
    }
    override(scale, axis);
    scales.add(scale);
  }

  /** What the plot's author says of a scale; own breaks must not keep labels made for others. */
  private void override(Map<String, Object> scale, String which) {
    Scale own = plot.scales.get(which);
    if (own == null) {
      return;
    }
    if (own.options().get("breaks") instanceof List<?> breaks) {
      scale.put("labels", LogBreaks.labels(breaks));
      if (own.options().containsKey("format")) {
        scale.remove("labels");
      }
    }
    own.options().forEach((key, value) -> scale.put(key, Json.copy(value)));
  }

  private void colour(String aesthetic, List<Object> scales) {
    List<Column<?>> columns = columns(List.of(aesthetic));
    if (columns.isEmpty()) {
      return;
    }
    Map<String, Object> scale = named(aesthetic, "legend", columns);
    if (isDiscrete(columns.getFirst())) {
      scale.put("discrete", true);
      if (withData || plot.orders.containsKey(columns.getFirst().name())) {
        List<String> levels = levels(columns);
        List<String> colours = new ArrayList<>(Palette.discrete(levels.size()));
        for (int i = 0; i < levels.size(); i++) {
          colours.set(i, plot.colours.getOrDefault(levels.get(i), colours.get(i)));
        }
        if (aesthetic.equals("color") && plot.textOnFill) {
          colours.replaceAll(fill -> Palette.lightness(fill) > 128 ? "#111111" : "#ffffff");
          scale.put("guide", "none");
        }
        scale.put("limits", new ArrayList<>(levels));
        scale.put("values", colours);
        if (withData && legendLiesFlat()) {
          scale.putIfAbsent("guide", flatLegend(levels));
        }
      }
    } else {
      scale.put("scale_mapper_kind", "color_gradientn");
      scale.put("colors", new ArrayList<>(Palette.VIRIDIS));
    }
    override(scale, "colour");
    scales.add(scale);
  }

  /** A legend above or below the panel, in as many columns as there is room for. */
  private Map<String, Object> flatLegend(List<String> levels) {
    double widest = Drawing.widest(levels, Theme.AXIS_TEXT) + KEY_WIDTH;
    double all = 0;
    for (String level : levels) {
      all += Drawing.textWidth(level, Theme.AXIS_TEXT) + KEY_WIDTH;
    }
    double title = Drawing.textWidth(plot.titles.getOrDefault("legend", ""), Theme.AXIS_TITLE);
    double room = plot.width - leftOfPanel() - title;
    int columns = all <= room ? levels.size() : (int) (room / widest);
    Map<String, Object> guide = new LinkedHashMap<>();
    guide.put("name", "legend");
    guide.put("ncol", (double) Math.max(1, Math.min(columns, levels.size())));
    guide.put("byrow", true);
    return guide;
  }

  /** The engine would leave such marks out without a word. */
  private static void requirePositive(Column<?> column) {
    if (column instanceof NumericColumn<?> numbers && !column.name().startsWith(".")) {
      long wrong = Arrays.stream(numbers.asDoubleArray()).filter(value -> value <= 0).count();
      if (wrong > 0) {
        throw new IllegalArgumentException(
            "%d values of column '%s' are 0 or less, which a logarithmic axis cannot show"
                .formatted(wrong, column.name()));
      }
    }
  }

  private List<Column<?>> columns(List<String> aesthetics) {
    return columns(aesthetics, false);
  }

  /** The columns behind some aesthetics, over all layers (or annotations) that have them. */
  private List<Column<?>> columns(List<String> aesthetics, boolean annotations) {
    List<Column<?>> columns = new ArrayList<>();
    for (String aesthetic : aesthetics) {
      for (Layer layer : plot.layers) {
        String name = layer.drawnMapping().get(aesthetic);
        if (name != null && layer.annotation() == annotations) {
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
}
