package dev.stretto.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Several plots as one figure, their panels aligned: {@code PlotGrid.column(waste, speed)} where
 * another library would take a second axis.
 */
public final class PlotGrid implements Figure {
  private final List<Plot> plots;
  private final boolean vertical;

  private PlotGrid(Plot[] plots, boolean vertical) {
    if (plots.length == 0) {
      throw new IllegalArgumentException("no plots: a grid needs at least one");
    }
    this.plots = List.of(plots);
    this.vertical = vertical;
  }

  /**
   * Plots one below the other.
   *
   * @param plots at least one
   * @return the figure, as wide as the widest
   */
  public static PlotGrid column(Plot... plots) {
    return new PlotGrid(plots, true);
  }

  /**
   * Plots side by side.
   *
   * @param plots at least one
   * @return the figure, as high as the highest
   */
  public static PlotGrid row(Plot... plots) {
    return new PlotGrid(plots, false);
  }

  private double width() {
    return vertical
        ? plots.stream().mapToDouble(plot -> plot.parts().width).max().orElseThrow()
        : plots.stream().mapToDouble(plot -> plot.parts().width).sum();
  }

  private double height() {
    return vertical
        ? plots.stream().mapToDouble(plot -> plot.parts().height).sum()
        : plots.stream().mapToDouble(plot -> plot.parts().height).max().orElseThrow();
  }

  /** The rows of all plots, with a column that names the panel by its title or number. */
  @Override
  public Table data() {
    List<Table> tables = new ArrayList<>();
    for (int i = 0; i < plots.size(); i++) {
      Table data = plots.get(i).data();
      Object title = plots.get(i).parts().options.get("ggtitle");
      String text = title instanceof Map<?, ?> map ? String.valueOf(map.get("text")) : "" + (i + 1);
      StringColumn panel = StringColumn.create("panel");
      for (int row = 0; row < data.rowCount(); row++) {
        panel.append(text);
      }
      tables.add(Table.create(panel).addColumns(data.columns().toArray(Column[]::new)));
    }
    return PlotData.union(tables);
  }

  @Override
  public Map<String, ColumnClass> columnClasses() {
    Map<String, ColumnClass> classes = new LinkedHashMap<>();
    plots.forEach(plot -> classes.putAll(plot.columnClasses()));
    return classes;
  }

  @Override
  public Map<String, Object> spec() {
    return spec(plots.stream().<Object>map(Plot::spec).toList());
  }

  private Map<String, Object> spec(List<Object> figures) {
    Map<String, Object> layout = new LinkedHashMap<>();
    layout.put("name", "grid");
    layout.put("ncol", vertical ? 1.0 : plots.size());
    layout.put("nrow", vertical ? plots.size() : 1.0);
    layout.put("align", true);
    List<Object> sizes = new ArrayList<>();
    for (Plot plot : plots) {
      sizes.add(vertical ? plot.parts().height : plot.parts().width);
    }
    layout.put(vertical ? "heights" : "widths", sizes);
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("kind", "subplots");
    spec.put("layout", layout);
    spec.put("figures", new ArrayList<>(figures));
    return spec;
  }

  @Override
  public String svg() {
    return svg(width());
  }

  private String svg(double width) {
    LongLabels longLabels = new LongLabels();
    List<Object> figures = new ArrayList<>();
    for (Plot plot : plots) {
      PlotParts parts = plot.parts();
      double own = vertical ? width : parts.width * width / width();
      figures.add(PlotSpec.withData(parts, longLabels, own, parts.height));
    }
    return longLabels.restore(Drawing.svg(spec(figures), width, height()));
  }

  @Override
  public byte[] png() {
    return Drawing.png(svg(), width());
  }

  @Override
  public byte[] pdf(double widthMm) {
    return Drawing.pdf(svg(widthMm / Drawing.MM_PER_UNIT));
  }
}
