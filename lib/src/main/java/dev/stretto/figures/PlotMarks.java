package dev.stretto.figures;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;

/** What a {@link Plot} can draw: each method starts a layer. */
abstract sealed class PlotMarks permits Plot {
  private static final double TEXT_SIZE = 6;

  abstract PlotParts parts();

  abstract Plot change(Consumer<PlotParts> edit);

  abstract Plot from(Table other);

  private Plot layer(String geom, Map<String, Object> look, String... aestheticsAndColumns) {
    Layer layer = Layer.of(geom, parts().table, look, aestheticsAndColumns);
    return change(p -> p.layers.add(layer));
  }

  private Layer requireLast() {
    if (parts().layers.isEmpty()) {
      throw new IllegalStateException("start a layer first, for example with points(x, y)");
    }
    return parts().layers.getLast();
  }

  /** Changes the layer started last. */
  Plot last(UnaryOperator<Layer> edit) {
    Layer changed = edit.apply(requireLast());
    return change(p -> p.layers.set(p.layers.size() - 1, changed));
  }

  Plot summarised(Summary by) {
    return last(layer -> layer.summarised(by));
  }

  /**
   * {@return the plot with points}
   *
   * @param x column
   * @param y column
   */
  public Plot points(String x, String y) {
    Map<String, Object> look = Map.of("size", 3, "color", Palette.FIRST, "fill", Palette.FIRST);
    return layer("point", look, "x", x, "y", y);
  }

  /**
   * {@return the plot with points joined in the order of x, one line a colour}
   *
   * @param x column
   * @param y column
   */
  public Plot lines(String x, String y) {
    Map<String, Object> look = Map.of("size", 1.1, "color", Palette.FIRST, "fill", Palette.FIRST);
    return layer("line", look, "x", x, "y", y);
  }

  /**
   * {@return the plot with bars from 0; the parts of a {@link Plot#fill} are stacked}
   *
   * @param x column of names or numbers
   * @param y column of heights
   */
  public Plot bars(String x, String y) {
    Map<String, Object> look = Map.of("size", 0, "width", 0.8, "fill", Palette.FIRST);
    return layer("bar", look, "x", x, "y", y);
  }

  /**
   * {@return the plot with counts of rows in equal bins (equal factors where x is logarithmic), the
   * parts of a {@link Plot#fill} stacked}
   *
   * @param x column of numbers
   * @param bins how many
   */
  public Plot histogram(String x, int bins) {
    Map<String, Object> look = Map.of("size", 0.3, "color", "#ffffff", "fill", Palette.FIRST);
    return layer("rect", look, "x", x)
        .summarised(new Summary.Histogram(bins))
        .change(
            p -> {
              p.titles.putIfAbsent("x", x);
              p.titles.putIfAbsent("y", "count");
            });
  }

  /**
   * {@return the plot with a heat map: one tile a row}
   *
   * @param x column of names or numbers
   * @param y column of names (the first on top) or numbers
   * @param fill column of numbers or names
   */
  public Plot tiles(String x, String y, String fill) {
    return layer("tile", Map.of("size", 0), "x", x, "y", y, "fill", fill);
  }

  /**
   * {@return the plot with error bars}
   *
   * @param x column
   * @param low column of lower ends
   * @param high column of upper ends
   */
  public Plot errorBars(String x, String low, String high) {
    Map<String, Object> look = Map.of("width", 0.25, "size", 0.8, "color", "#333333");
    return layer("errorbar", look, "x", x, "ymin", low, "ymax", high);
  }

  /**
   * {@return the plot with straight pieces}
   *
   * @param x column where a piece starts
   * @param y column where a piece starts
   * @param xEnd column where it ends
   * @param yEnd column where it ends
   */
  public Plot segments(String x, String y, String xEnd, String yEnd) {
    Map<String, Object> look = Map.of("size", 1, "color", Palette.FIRST);
    return layer("segment", look, "x", x, "y", y, "xend", xEnd, "yend", yEnd);
  }

  /**
   * {@return the plot with rectangles}
   *
   * @param xMin column
   * @param xMax column
   * @param yMin column
   * @param yMax column
   */
  public Plot rects(String xMin, String xMax, String yMin, String yMax) {
    Map<String, Object> look = Map.of("size", 0, "fill", Palette.FIRST);
    return layer("rect", look, "xmin", xMin, "xmax", xMax, "ymin", yMin, "ymax", yMax);
  }

  /**
   * {@return the plot with words or numbers at points}
   *
   * @param x column
   * @param y column
   * @param label column of what is written
   */
  public Plot texts(String x, String y, String label) {
    Map<String, Object> look = Map.of("size", TEXT_SIZE, "color", "#222222");
    return layer("text", look, "x", x, "y", y, "label", label);
  }

  /**
   * {@return the plot with a column written on the marks of the layer started last} It stands in
   * the tiles of a heat map (dark or white, whichever reads), in the middle of stacked bars, at the
   * end of others.
   *
   * @param column what is written
   * @param format how numbers are written, in the notation of d3: {@code ".2f"}
   */
  public Plot labels(String column, String format) {
    Layer marks = requireLast();
    Map<String, String> mapping = marks.mapping();
    String fill = mapping.get("fill");
    Plot texts =
        from(marks.table())
            .texts(mapping.get("x"), mapping.get("y"), column)
            .with("label_format", "{" + format + "}");
    Plot placed;
    if (marks.geom().equals("tile") && marks.table().column(fill) instanceof NumericColumn) {
      boolean endsLight = parts().scales.getOrDefault("colour", Scale.linear()).endsLight();
      placed =
          texts
              .summarised(new Summary.Half(fill, true))
              .with("color", endsLight ? "#111111" : "#ffffff")
              .change(p -> p.layers.add(p.layers.getLast()))
              .summarised(new Summary.Half(fill, false))
              .with("color", endsLight ? "#ffffff" : "#111111");
    } else if (fill == null) {
      placed = texts.summarised(new Summary.AtEnd());
    } else if ("dodge".equals(marks.constants().get("position"))) {
      placed =
          texts
              .group(fill)
              .summarised(new Summary.AtEnd())
              .with("position", Map.of("name", "dodge", "width", 0.8));
    } else {
      placed =
          texts
              .color(fill)
              .with("position", Map.of("name", "stack", "vjust", 0.5))
              .with("show_legend", false)
              .change(p -> p.textOnFill = true);
    }
    return placed.change(p -> p.table = parts().table);
  }

  /**
   * {@return the plot with a horizontal rule}
   *
   * @param y where
   */
  public Plot hline(double y) {
    return rule("hline", "yintercept", y);
  }

  /**
   * {@return the plot with a vertical rule}
   *
   * @param x where
   */
  public Plot vline(double x) {
    return rule("vline", "xintercept", x);
  }

  private Plot rule(String geom, String aesthetic, double at) {
    Map<String, Object> look =
        Map.of("color", "#666666", "linetype", "dashed", "size", 0.8, "show_legend", false);
    Layer rule = Layer.annotation(geom, Map.of(aesthetic, List.of(at)), look);
    return change(p -> p.layers.add(rule));
  }

  /**
   * {@return the plot with a remark inside the plot}
   *
   * @param x where it starts, a number or a name on the axis
   * @param y where, a number or a name on the axis
   * @param text one line
   */
  public Plot note(Object x, Object y, String text) {
    Map<String, Object> look = Map.of("size", TEXT_SIZE, "color", "#444444", "hjust", 0);
    Map<String, ?> remark = Map.of("x", List.of(x), "y", List.of(y), "label", List.of(text));
    Layer note = Layer.annotation("text", remark, look);
    return change(p -> p.layers.add(note));
  }
}
