package dev.stretto.figures;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tech.tablesaw.api.Table;

/**
 * A plot in the grammar of graphics: {@code Plot.of(table).lines("step",
 * "loss").color("model").y("Loss (nats a token)", Scale.log10())}.
 *
 * <p>A call such as {@link #lines} starts a layer from the current table; calls such as {@link
 * #color} and {@link #with} change the layer started last; the rest concerns the whole plot. Plots
 * are immutable: each call gives a changed copy. Names appear in the order of the table, discrete
 * colours are after Okabe and Ito, with shapes and dashes beside them, continuous ones viridis.
 * Drawn by Lets-Plot; whatever a layer has no method for is reached by {@link #with}.
 */
public final class Plot extends PlotMarks implements Figure {
  private final List<Consumer<PlotParts>> said;
  private final PlotParts parts = new PlotParts();

  private Plot(List<Consumer<PlotParts>> said) {
    this.said = said;
    said.forEach(edit -> edit.accept(parts));
  }

  @Override
  Plot change(Consumer<PlotParts> edit) {
    return new Plot(Stream.concat(said.stream(), Stream.of(edit)).toList());
  }

  /**
   * {@return a plot of a table, without layers}
   *
   * @param table at least one row
   * @throws IllegalArgumentException where the table is empty
   */
  public static Plot of(Table table) {
    return new Plot(List.of()).from(table);
  }

  /**
   * {@return a plot of records, without layers} Columns are named after the components.
   *
   * @param records at least one record, all of one type
   */
  public static Plot of(List<? extends Record> records) {
    return of(Tables.of(records));
  }

  /**
   * {@return a plot of columns, without layers}
   *
   * @param columns name to list or array, all of one length
   */
  public static Plot of(Map<String, ?> columns) {
    return of(Tables.of(columns));
  }

  /**
   * {@return the plot, whose layers started from here on are drawn from another table}
   *
   * @param other at least one row
   */
  @Override
  public Plot from(Table other) {
    if (other.isEmpty()) {
      throw new IllegalArgumentException(
          "nothing to plot: table '%s' has columns %s and no rows"
              .formatted(other.name(), other.columnNames()));
    }
    return change(p -> p.table = other);
  }

  /**
   * {@return the plot, whose layers started from here on are drawn from other columns}
   *
   * @param columns name to list or array, all of one length
   */
  public Plot from(Map<String, ?> columns) {
    return from(Tables.of(columns));
  }

  /**
   * {@return the plot with lines and points coloured by a column}
   *
   * @param column names (discrete colours) or numbers (a range of colours)
   */
  public Plot color(String column) {
    return last(layer -> layer.map("color", column));
  }

  /**
   * {@return the plot with areas filled by a column}
   *
   * @param column names (discrete colours) or numbers (a range of colours)
   */
  public Plot fill(String column) {
    return last(layer -> layer.map("fill", column));
  }

  /**
   * {@return the plot with lines separated, not coloured, by a column}
   *
   * @param column names
   */
  public Plot group(String column) {
    return last(layer -> layer.map("group", column));
  }

  /** {@return the plot with the parts of a fill stacked} */
  public Plot stacked() {
    return with("position", "stack");
  }

  /** {@return the plot with the parts of a fill side by side} */
  public Plot dodged() {
    return with("position", "dodge");
  }

  /**
   * {@return the plot with any option of the layer, by Lets-Plot's name}
   *
   * @param option for example {@code size}, {@code alpha}, {@code linetype}, {@code width}
   * @param value a number, string, list or map
   */
  public Plot with(String option, Object value) {
    return last(layer -> layer.with(option, value));
  }

  // the whole plot

  /**
   * {@return the plot with a name for the x axis}
   *
   * @param title what it shows, with the unit in parentheses
   */
  public Plot x(String title) {
    return change(p -> p.titles.put("x", title));
  }

  /**
   * {@return the plot with a name and a scale for the x axis}
   *
   * @param title what it shows, with the unit in parentheses
   * @param scale how it runs
   */
  public Plot x(String title, Scale scale) {
    return x(title).change(p -> p.scales.put("x", scale));
  }

  /**
   * {@return the plot with a name for the y axis}
   *
   * @param title what it shows, with the unit in parentheses
   */
  public Plot y(String title) {
    return change(p -> p.titles.put("y", title));
  }

  /**
   * {@return the plot with a name and a scale for the y axis}
   *
   * @param title what it shows, with the unit in parentheses
   * @param scale how it runs
   */
  public Plot y(String title, Scale scale) {
    return y(title).change(p -> p.scales.put("y", scale));
  }

  /**
   * {@return the plot with a name for the legend}
   *
   * @param title what the colours stand for; empty for no name
   */
  public Plot legend(String title) {
    return change(p -> p.titles.put("legend", title));
  }

  /**
   * {@return the plot with a name for the legend and a scale for continuous colours}
   *
   * @param title what the colours stand for
   * @param scale how the colour runs
   */
  public Plot legend(String title, Scale scale) {
    return legend(title).change(p -> p.scales.put("colour", scale));
  }

  /**
   * {@return the plot with its legend elsewhere}
   *
   * @param position {@code right}, {@code bottom}, {@code top}, {@code left} or {@code none}
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
   * {@return the plot with another order of names on an axis, in the legend and of panels} Names
   * that are not listed follow in the order of the table.
   *
   * @param column the column of names
   * @param names the first names, in order
   */
  public Plot order(String column, String... names) {
    return change(p -> p.orders.put(column, List.of(names)));
  }

  /**
   * {@return the plot with a column of numbers treated as names: equal distances, discrete colours}
   *
   * @param column a column of numbers
   */
  public Plot discrete(String column) {
    return change(p -> p.discrete.add(column));
  }

  /**
   * {@return the plot with another colour for one name}
   *
   * @param name a name in the colour or fill column
   * @param colour as {@code #rrggbb}
   */
  public Plot colour(String name, String colour) {
    return change(p -> p.colours.put(name, colour));
  }

  /**
   * {@return the plot on its side: x runs downwards, names are written in full beside their bars}
   */
  public Plot horizontal() {
    return change(
        p -> {
          p.horizontal = true;
          p.options.put("coord", Map.of("name", "flip"));
        });
  }

  /**
   * {@return the plot with one panel a name, with common axes, in lines of so many}
   *
   * @param column column of names; layers without it are drawn in every panel
   * @param across panels in a line
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

  private void requireFacet(String column) {
    if (parts.layers.stream().noneMatch(layer -> layer.table().containsColumn(column))) {
      Layer.requireColumn(parts.table, column);
    }
  }

  /**
   * {@return the plot with a title}
   *
   * @param text one line
   */
  public Plot title(String text) {
    return change(p -> p.option("ggtitle", "text", text));
  }

  /**
   * {@return the plot with a line below the title}
   *
   * @param text one line
   */
  public Plot subtitle(String text) {
    return change(p -> p.option("ggtitle", "subtitle", text));
  }

  /**
   * {@return the plot with a line below it: source and licence of the data}
   *
   * @param text one line
   */
  public Plot caption(String text) {
    return change(p -> p.option("caption", "text", text));
  }

  /**
   * {@return the plot in another size} A paper's column of 84 mm is 420 units wide, the page of 174
   * mm 870; text of 14 units is then 8 points.
   *
   * @param width in units, by default 600
   * @param height in units, by default 370
   */
  public Plot size(double width, double height) {
    return change(
        p -> {
          p.width = width;
          p.height = height;
        });
  }

  // the data

  /**
   * {@return the plot with columns declared measured: compared with a tolerance}
   *
   * @param tolerance the largest relative difference
   * @param columns their names
   */
  public Plot measured(double tolerance, String... columns) {
    return change(
        p -> List.of(columns).forEach(c -> p.classes.put(c, ColumnClass.measured(tolerance))));
  }

  /**
   * {@return the plot with columns declared wall-clock times: not compared}
   *
   * @param columns their names
   */
  public Plot wall(String... columns) {
    return change(p -> List.of(columns).forEach(c -> p.classes.put(c, ColumnClass.WALL)));
  }

  @Override
  PlotParts parts() {
    return parts;
  }

  @Override
  public Table data() {
    Table data = PlotData.of(parts);
    parts.classes.keySet().forEach(declared -> Layer.requireColumn(data, declared));
    return data;
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
    return PlotSpec.svg(parts);
  }

  @Override
  public byte[] png() {
    return Drawing.png(svg(), parts.width);
  }
}
