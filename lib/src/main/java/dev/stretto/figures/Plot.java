package dev.stretto.figures;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
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

  private Plot layer(String geom, String... aestheticsAndColumns) {
    return change(p -> p.layers.add(Layer.of(geom, p.table, aestheticsAndColumns)));
  }

  // the layer started last

  private Plot last(UnaryOperator<Layer> edit) {
    if (parts.layers.isEmpty()) {
      throw new IllegalStateException("start a layer first, for example with points(x, y)");
    }
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
    return last(layer -> layer.map("fill", column));
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
