package dev.stretto.figures;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/**
 * A plot in the grammar of graphics: {@code Plot.of(table).lines("step",
 * "loss").color("model").y("Loss (nats a token)", Scale.log10())}.
 *
 * <p>A call such as {@link #lines} starts a layer from the current table; calls such as {@link
 * #color} and {@link #with} change the layer started last; the rest concerns the whole plot. Plots
 * are immutable: each call gives a changed copy. Names appear in the order of the table, discrete
 * colours are Okabe and Ito's, continuous ones viridis. Drawn by Lets-Plot; whatever has no method
 * here is reached by {@link #with} and {@link #option}.
 */
public final class Plot implements Figure {
  private static final double TEXT_SIZE = 6;
  private static final String SPAN = "crossbar";

  private final PlotParts parts;

  private Plot(PlotParts parts) {
    this.parts = parts;
  }

  /**
   * A plot of a table.
   *
   * @param table at least one row
   * @return a plot without layers
   * @throws IllegalArgumentException where the table is empty
   */
  public static Plot of(Table table) {
    return new Plot(new PlotParts(requireRows(table)));
  }

  /**
   * A plot of records; columns are named after the components.
   *
   * @param records at least one record, all of one type
   * @return a plot without layers
   */
  public static Plot of(List<? extends Record> records) {
    return of(Tables.of(records));
  }

  /**
   * A plot of columns.
   *
   * @param columns name to list or array, all of one length
   * @return a plot without layers
   */
  public static Plot of(Map<String, ?> columns) {
    return of(Tables.of(columns));
  }

  /**
   * Layers started from here on are drawn from another table.
   *
   * @param other at least one row
   * @return a changed copy
   */
  public Plot from(Table other) {
    return change(p -> p.table = requireRows(other));
  }

  /**
   * Layers started from here on are drawn from other columns.
   *
   * @param columns name to list or array, all of one length
   * @return a changed copy
   */
  public Plot from(Map<String, ?> columns) {
    return from(Tables.of(columns));
  }

  private static Table requireRows(Table table) {
    if (table.isEmpty()) {
      throw new IllegalArgumentException(
          "nothing to plot: table '%s' has columns %s and no rows"
              .formatted(table.name(), table.columnNames()));
    }
    return table;
  }

  private Plot change(Consumer<PlotParts> edit) {
    PlotParts copy = parts.copy();
    edit.accept(copy);
    return new Plot(copy);
  }

  // layers

  /**
   * Points.
   *
   * @param x column
   * @param y column
   * @return a changed copy
   */
  public Plot points(String x, String y) {
    return layer("point", "x", x, "y", y).with("size", 3).paint(Palette.FIRST);
  }

  /**
   * Points joined in the order of x, one line a colour.
   *
   * @param x column
   * @param y column
   * @return a changed copy
   */
  public Plot lines(String x, String y) {
    return layer("line", "x", x, "y", y).with("size", 1.1).paint(Palette.FIRST);
  }

  /**
   * Bars from 0; the parts of a {@link #fill} are stacked.
   *
   * @param x column of names or numbers
   * @param y column of heights
   * @return a changed copy
   */
  public Plot bars(String x, String y) {
    return layer("bar", "x", x, "y", y)
        .with("size", 0)
        .with("width", 0.8)
        .with("fill", Palette.FIRST);
  }

  /**
   * A staircase that keeps each value until the next x.
   *
   * @param x column of numbers
   * @param y column
   * @return a changed copy
   */
  public Plot steps(String x, String y) {
    return layer("step", "x", x, "y", y).with("size", 1.1).paint(Palette.FIRST);
  }

  /**
   * The area below a line; the parts of a {@link #fill} are stacked.
   *
   * @param x column of numbers
   * @param y column
   * @return a changed copy
   */
  public Plot areas(String x, String y) {
    return layer("area", "x", x, "y", y)
        .with("position", "stack")
        .with("color", "#ffffff")
        .with("size", 0)
        .with("alpha", 0.85)
        .with("fill", Palette.FIRST);
  }

  /**
   * Counts of rows in equal bins (equal factors where x is logarithmic), the parts of a {@link
   * #fill} stacked.
   *
   * @param x column of numbers
   * @param bins how many
   * @return a changed copy
   */
  public Plot histogram(String x, int bins) {
    return histogram(x, bins, "");
  }

  /**
   * Sums of a column in equal bins, for example the seconds of audio by duration.
   *
   * @param x column of numbers
   * @param bins how many
   * @param weight column that is summed
   * @return a changed copy
   */
  public Plot histogram(String x, int bins, String weight) {
    if (!weight.isEmpty()) {
      Layer.requireColumn(parts.table, weight);
    }
    return layer("rect", "x", x)
        .last(layer -> layer.summarised(new Summary.Histogram(bins, weight)))
        .with("size", 0.3)
        .with("color", "#ffffff")
        .with("fill", Palette.FIRST)
        .defaultTitles(x, weight.isEmpty() ? "count" : weight);
  }

  /**
   * A smoothed density (Gaussian kernel, Silverman's bandwidth), one curve a colour; per decade
   * where x is logarithmic.
   *
   * @param x column of numbers
   * @return a changed copy
   */
  public Plot density(String x) {
    return layer("line", "x", x)
        .last(layer -> layer.summarised(new Summary.Density()))
        .with("size", 1.1)
        .paint(Palette.FIRST);
  }

  /**
   * Boxes at the quartiles of y for each x, whiskers at 5 and 95 %.
   *
   * @param x column of names
   * @param y column of numbers
   * @return a changed copy
   */
  public Plot boxes(String x, String y) {
    return layer("boxplot", "x", x, "y", y)
        .last(layer -> layer.summarised(new Summary.Boxes()))
        .with("width", 0.6)
        .with("fill", "#ffffff")
        .with("color", "#333333")
        .defaultTitles(x, y);
  }

  /**
   * A heat map: one tile a row.
   *
   * @param x column of names or numbers
   * @param y column of names (the first on top) or numbers
   * @param fill column of numbers or names
   * @return a changed copy
   */
  public Plot tiles(String x, String y, String fill) {
    return layer("tile", "x", x, "y", y, "fill", fill).with("size", 0);
  }

  /**
   * A band between two columns, for an interval around a line.
   *
   * @param x column of numbers
   * @param low column of lower ends
   * @param high column of upper ends
   * @return a changed copy
   */
  public Plot ribbons(String x, String low, String high) {
    return layer("ribbon", "x", x, "ymin", low, "ymax", high)
        .with("color", "#ffffff")
        .with("size", 0)
        .with("alpha", 0.25)
        .with("fill", Palette.FIRST);
  }

  /**
   * Error bars.
   *
   * @param x column
   * @param low column of lower ends
   * @param high column of upper ends
   * @return a changed copy
   */
  public Plot errorBars(String x, String low, String high) {
    return layer("errorbar", "x", x, "ymin", low, "ymax", high)
        .with("width", 0.25)
        .with("size", 0.8)
        .with("color", "#333333");
  }

  /**
   * Straight pieces.
   *
   * @param x column where a piece starts
   * @param y column where a piece starts
   * @param xEnd column where it ends
   * @param yEnd column where it ends
   * @return a changed copy
   */
  public Plot segments(String x, String y, String xEnd, String yEnd) {
    return layer("segment", "x", x, "y", y, "xend", xEnd, "yend", yEnd)
        .with("size", 1)
        .with("color", Palette.FIRST);
  }

  /**
   * A Gantt chart: each row of the table is a bar from start to end in the row of its name, the
   * first name on top. The plot lies on its side; {@link #y} names the time axis.
   *
   * @param name column of names: workers, requests, slots
   * @param start column of numbers
   * @param end column of numbers
   * @return a changed copy
   */
  public Plot spans(String name, String start, String end) {
    return layer(SPAN, "x", name, "ymin", start, "y", start, "ymax", end)
        .with("width", 0.8)
        .with("color", Palette.FIRST)
        .with("size", 0.3)
        .with("position", "identity")
        .with("fill", Palette.FIRST)
        .discrete(name)
        .horizontal();
  }

  /**
   * Rectangles.
   *
   * @param xMin column
   * @param xMax column
   * @param yMin column
   * @param yMax column
   * @return a changed copy
   */
  public Plot rects(String xMin, String xMax, String yMin, String yMax) {
    return layer("rect", "xmin", xMin, "xmax", xMax, "ymin", yMin, "ymax", yMax)
        .with("size", 0)
        .with("fill", Palette.FIRST);
  }

  /**
   * Words or numbers at points.
   *
   * @param x column
   * @param y column
   * @param label column of what is written
   * @return a changed copy
   */
  public Plot texts(String x, String y, String label) {
    return layer("text", "x", x, "y", y, "label", label)
        .with("size", TEXT_SIZE)
        .with("color", "#222222");
  }

  /**
   * Writes a column on the marks of the layer started last: in the tiles of a heat map (dark or
   * white, whichever reads), in the middle of stacked bars, at the end of others.
   *
   * @param column what is written
   * @param format how numbers are written, in the notation of d3: {@code ".2f"}
   * @return a changed copy
   */
  public Plot labels(String column, String format) {
    Layer marks = requireLast();
    Map<String, String> mapping = marks.mapping();
    Plot texts = from(marks.table()).texts(mapping.get("x"), mapping.get("y"), column);
    Plot formatted = texts.with("label_format", "{" + format + "}");
    if (marks.geom().equals("tile")
        && marks.table().column(mapping.get("fill")) instanceof NumericColumn) {
      Scale scale = parts.scales.getOrDefault("colour", Scale.linear());
      return formatted
          .last(text -> text.summarised(new Summary.Half(mapping.get("fill"), true)))
          .with("color", scale.endsLight() ? "#111111" : "#ffffff")
          .change(p -> p.layers.add(p.layers.getLast()))
          .last(text -> text.summarised(new Summary.Half(mapping.get("fill"), false)))
          .with("color", scale.endsLight() ? "#ffffff" : "#111111")
          .change(p -> p.table = parts.table);
    }
    Plot placed;
    if (mapping.containsKey("fill") && "dodge".equals(marks.constants().get("position"))) {
      placed =
          atEnd(formatted.group(mapping.get("fill")))
              .with("position", Map.of("name", "dodge", "width", 0.8));
    } else if (mapping.containsKey("fill")) {
      placed =
          formatted
              .color(mapping.get("fill"))
              .with("position", Map.of("name", "stack", "vjust", 0.5))
              .with("show_legend", false)
              .change(p -> p.textOnFill = true);
    } else {
      placed = atEnd(formatted);
    }
    return placed.change(p -> p.table = parts.table);
  }

  private static Plot atEnd(Plot texts) {
    return texts.last(text -> text.summarised(new Summary.AtEnd()));
  }

  /**
   * A horizontal rule.
   *
   * @param y where
   * @return a changed copy
   */
  public Plot hline(double y) {
    return rule("hline", Map.of("yintercept", y));
  }

  /**
   * A vertical rule.
   *
   * @param x where
   * @return a changed copy
   */
  public Plot vline(double x) {
    return rule("vline", Map.of("xintercept", x));
  }

  /**
   * The rule y = intercept + slope x.
   *
   * @param slope in units of y a unit of x
   * @param intercept y at x = 0
   * @return a changed copy
   */
  public Plot rule(double slope, double intercept) {
    return rule("abline", Map.of("slope", slope, "intercept", intercept));
  }

  private Plot rule(String geom, Map<String, Double> at) {
    Map<String, List<Double>> columns = new LinkedHashMap<>();
    at.forEach((name, value) -> columns.put(name, List.of(value)));
    Map<String, Object> look =
        Map.of("color", "#666666", "linetype", "dashed", "size", 0.8, "show_legend", false);
    return change(p -> p.layers.add(Layer.annotation(geom, columns, look)));
  }

  /**
   * A remark inside the plot.
   *
   * @param x where it starts, a number or a name on the axis
   * @param y where, a number or a name on the axis
   * @param text one line
   * @return a changed copy
   */
  public Plot note(Object x, Object y, String text) {
    Map<String, List<Object>> columns = new LinkedHashMap<>();
    columns.put("x", List.of(x));
    columns.put("y", List.of(y));
    columns.put("label", List.of(text));
    Map<String, Object> look = Map.of("size", TEXT_SIZE, "color", "#444444", "hjust", 0);
    return change(p -> p.layers.add(Layer.annotation("text", columns, look)));
  }

  private Plot layer(String geom, String... aestheticsAndColumns) {
    return change(p -> p.layers.add(Layer.of(geom, p.table, aestheticsAndColumns)));
  }

  // the layer started last

  private Layer requireLast() {
    if (parts.layers.isEmpty()) {
      throw new IllegalStateException("start a layer first, for example with points(x, y)");
    }
    return parts.layers.getLast();
  }

  private Plot last(UnaryOperator<Layer> edit) {
    requireLast();
    return change(p -> p.layers.set(p.layers.size() - 1, edit.apply(p.layers.getLast())));
  }

  /**
   * Colours lines and points by a column.
   *
   * @param column names (discrete colours) or numbers (a range of colours)
   * @return a changed copy
   */
  public Plot color(String column) {
    return last(layer -> layer.map("color", column));
  }

  /**
   * Fills areas by a column.
   *
   * @param column names (discrete colours) or numbers (a range of colours)
   * @return a changed copy
   */
  public Plot fill(String column) {
    return last(
        layer ->
            layer.geom().equals(SPAN) // whose key in the legend has an outline
                ? layer.map("fill", column).map("color", column)
                : layer.map("fill", column));
  }

  /**
   * Separates lines by a column without colouring them.
   *
   * @param column names
   * @return a changed copy
   */
  public Plot group(String column) {
    return last(layer -> layer.map("group", column));
  }

  /**
   * Stacks the parts of a fill.
   *
   * @return a changed copy
   */
  public Plot stacked() {
    return with("position", "stack");
  }

  /**
   * Puts the parts of a fill side by side.
   *
   * @return a changed copy
   */
  public Plot dodged() {
    return with("position", "dodge");
  }

  /**
   * One colour for the whole layer.
   *
   * @param colour as {@code #rrggbb}
   * @return a changed copy
   */
  public Plot paint(String colour) {
    return with("color", colour).with("fill", colour);
  }

  /**
   * Any option of the layer, by Lets-Plot's name.
   *
   * @param option for example {@code size}, {@code alpha}, {@code linetype}, {@code width}
   * @param value a number, string, list or map
   * @return a changed copy
   */
  public Plot with(String option, Object value) {
    return last(layer -> layer.with(option, value));
  }

  // the whole plot

  /**
   * Names the x axis.
   *
   * @param title what it shows, with the unit in parentheses
   * @return a changed copy
   */
  public Plot x(String title) {
    return change(p -> p.titles.put("x", title));
  }

  /**
   * Names and scales the x axis.
   *
   * @param title what it shows, with the unit in parentheses
   * @param scale how it runs
   * @return a changed copy
   */
  public Plot x(String title, Scale scale) {
    return x(title).change(p -> p.scales.put("x", scale));
  }

  /**
   * Names the y axis.
   *
   * @param title what it shows, with the unit in parentheses
   * @return a changed copy
   */
  public Plot y(String title) {
    return change(p -> p.titles.put("y", title));
  }

  /**
   * Names and scales the y axis.
   *
   * @param title what it shows, with the unit in parentheses
   * @param scale how it runs
   * @return a changed copy
   */
  public Plot y(String title, Scale scale) {
    return y(title).change(p -> p.scales.put("y", scale));
  }

  private Plot defaultTitles(String x, String y) {
    return change(
        p -> {
          p.titles.putIfAbsent("x", x);
          p.titles.putIfAbsent("y", y);
        });
  }

  /**
   * Names the legend.
   *
   * @param title what the colours stand for; empty for no name
   * @return a changed copy
   */
  public Plot legend(String title) {
    return change(p -> p.titles.put("legend", title));
  }

  /**
   * Names the legend and scales continuous colours.
   *
   * @param title what the colours stand for
   * @param scale how the colour runs
   * @return a changed copy
   */
  public Plot legend(String title, Scale scale) {
    return legend(title).change(p -> p.scales.put("colour", scale));
  }

  /**
   * Where the legend stands.
   *
   * @param position {@code right}, {@code bottom}, {@code top}, {@code left} or {@code none}
   * @return a changed copy
   */
  public Plot legendAt(String position) {
    if (!List.of("right", "bottom", "top", "left", "none").contains(position)) {
      throw new IllegalArgumentException(
          "no legend position '%s'; there are right, bottom, top, left and none"
              .formatted(position));
    }
    return change(p -> p.option("theme", "legend_position", position));
  }

  /**
   * The order of names on an axis, in the legend and of panels. Names that are not listed follow in
   * the order of the table.
   *
   * @param column the column of names
   * @param names the first names, in order
   * @return a changed copy
   */
  public Plot order(String column, String... names) {
    return change(p -> p.orders.put(column, List.of(names)));
  }

  /**
   * Treats a column of numbers as names: equal distances, discrete colours.
   *
   * @param column a column of numbers
   * @return a changed copy
   */
  public Plot discrete(String column) {
    return change(p -> p.discrete.add(column));
  }

  /**
   * The colour of one name.
   *
   * @param name a name in the colour or fill column
   * @param colour as {@code #rrggbb}
   * @return a changed copy
   */
  public Plot colour(String name, String colour) {
    return change(p -> p.colours.put(name, colour));
  }

  /**
   * Turns the plot on its side: x runs downwards, names are written in full beside their bars.
   *
   * @return a changed copy
   */
  public Plot horizontal() {
    return change(
        p -> {
          p.horizontal = true;
          p.options.put("coord", Map.of("name", "flip"));
        });
  }

  /**
   * One panel a name, with common axes, in lines of so many.
   *
   * @param column column of names; layers without it are drawn in every panel
   * @param across panels in a line
   * @return a changed copy
   */
  public Plot facets(String column, int across) {
    requireFacet(column);
    return change(
        p -> {
          p.facets.add(column);
          p.option("facet", "name", "wrap");
          p.option("facet", "facets", List.of(column));
          p.option("facet", "ncol", across);
          p.option("facet", "order", List.of(1));
        });
  }

  /**
   * Panels in a grid.
   *
   * @param across column of names from left to right
   * @param down column of names from top to bottom
   * @return a changed copy
   */
  public Plot grid(String across, String down) {
    requireFacet(across);
    requireFacet(down);
    return change(
        p -> {
          p.facets.addAll(List.of(across, down));
          p.option("facet", "name", "grid");
          p.option("facet", "x", across);
          p.option("facet", "y", down);
          p.option("facet", "x_order", 1);
          p.option("facet", "y_order", 1);
        });
  }

  /**
   * Lets each panel have its own range.
   *
   * @param axis {@code x}, {@code y} or {@code both}
   * @return a changed copy
   */
  public Plot freeAxis(String axis) {
    String scales =
        switch (axis) {
          case "x" -> "free_x";
          case "y" -> "free_y";
          case "both" -> "free";
          default ->
              throw new IllegalArgumentException("no axis '" + axis + "'; there are x, y and both");
        };
    return change(p -> p.option("facet", "scales", scales));
  }

  private void requireFacet(String column) {
    if (parts.layers.stream().noneMatch(layer -> layer.table().containsColumn(column))) {
      Layer.requireColumn(parts.table, column);
    }
  }

  /**
   * The title.
   *
   * @param text one line
   * @return a changed copy
   */
  public Plot title(String text) {
    return change(p -> p.option("ggtitle", "text", text));
  }

  /**
   * The line below the title.
   *
   * @param text one line
   * @return a changed copy
   */
  public Plot subtitle(String text) {
    return change(p -> p.option("ggtitle", "subtitle", text));
  }

  /**
   * The line below the plot: source and licence of the data.
   *
   * @param text one line
   * @return a changed copy
   */
  public Plot caption(String text) {
    return change(p -> p.option("caption", "text", text));
  }

  /**
   * The size. A paper's column of 84 mm is 420 units wide, the page of 174 mm 870; text of 14 units
   * is then 8 points.
   *
   * @param width in units, by default 600
   * @param height in units, by default 370
   * @return a changed copy
   */
  public Plot size(double width, double height) {
    return change(
        p -> {
          p.width = width;
          p.height = height;
        });
  }

  /**
   * Any option of the plot, by Lets-Plot's name, laid over what this class sets.
   *
   * @param option for example {@code theme}, {@code coord}, {@code guides}
   * @param value a map in Lets-Plot's terms
   * @return a changed copy
   */
  public Plot option(String option, Map<String, ?> value) {
    return change(p -> value.forEach((key, v) -> p.option(option, key, v)));
  }

  // the data

  /**
   * Declares columns measured: compared with a tolerance.
   *
   * @param tolerance the largest relative difference
   * @param columns their names
   * @return a changed copy
   */
  public Plot measured(double tolerance, String... columns) {
    return change(
        p -> List.of(columns).forEach(c -> p.classes.put(c, ColumnClass.measured(tolerance))));
  }

  /**
   * Declares columns wall-clock times: not compared.
   *
   * @param columns their names
   * @return a changed copy
   */
  public Plot wall(String... columns) {
    return change(p -> List.of(columns).forEach(c -> p.classes.put(c, ColumnClass.WALL)));
  }

  PlotParts parts() {
    return parts;
  }

  @Override
  public Table data() {
    return PlotData.of(parts);
  }

  @Override
  public Map<String, ColumnClass> columnClasses() {
    return new LinkedHashMap<>(parts.classes);
  }

  @Override
  public Map<String, Object> spec() {
    return PlotSpec.bare(parts);
  }

  @Override
  public String svg() {
    return PlotSpec.svg(parts, parts.width, parts.height);
  }

  @Override
  public byte[] png() {
    return Drawing.png(svg(), parts.width);
  }

  @Override
  public byte[] pdf(double widthMm) {
    return Drawing.pdf(PlotSpec.svg(parts, widthMm / Drawing.MM_PER_UNIT, parts.height));
  }
}
