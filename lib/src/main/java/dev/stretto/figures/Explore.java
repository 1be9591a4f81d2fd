package dev.stretto.figures;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.plotly.api.ScatterPlot;
import tech.tablesaw.plotly.api.VerticalBarPlot;

/**
 * Any table as an interactive chart (zoom, hover, hide a series) by Tablesaw's jsplot: {@code
 * Explore.scatter(table, "duration", "tokens", "language")} as a cell's last expression.
 *
 * <p>The Plotly script is written into the output from the user's cache, {@code
 * $STRETTO_CACHE/plotly.min.js} or {@code ~/.cache/stretto/plotly.min.js}, so nothing is loaded
 * from the network and no module loader is needed; such an output is 5 MB. A front end that runs no
 * scripts, and a user without the script, sees the picture of the equivalent {@link Plot}.
 */
public final class Explore implements Showable {
  private final Plot plot;
  private final tech.tablesaw.plotly.components.Figure chart;

  private Explore(Plot plot, tech.tablesaw.plotly.components.Figure chart) {
    this.plot = plot;
    this.chart = chart;
  }

  private static Path defaultCache() {
    String folder = System.getenv("STRETTO_CACHE");
    return folder == null || folder.isBlank()
        ? Path.of(System.getProperty("user.home"), ".cache", "stretto")
        : Path.of(folder);
  }

  /**
   * {@return bars as an interactive chart}
   *
   * @param table at least one row
   * @param x column of names
   * @param y column of numbers
   */
  public static Explore bars(Table table, String x, String y) {
    return new Explore(
        Plot.of(table).bars(x, y), VerticalBarPlot.create(title(table), safe(table), x, y));
  }

  /**
   * {@return points coloured by a column as an interactive chart}
   *
   * @param table at least one row
   * @param x column of numbers
   * @param y column of numbers
   * @param color column of names
   */
  public static Explore scatter(Table table, String x, String y, String color) {
    return new Explore(
        Plot.of(table).points(x, y).color(color),
        ScatterPlot.create(title(table), safe(table), x, y, color));
  }

  private static String title(Table table) {
    return table.name() == null ? "" : oneLine(table.name());
  }

  /** jsplot escapes quotes, but writes line breaks into its strings as they are. */
  private static Table safe(Table table) {
    Table safe = Table.create(table.name());
    for (Column<?> column : table.columns()) {
      safe.addColumns(
          column instanceof StringColumn names
              ? names.map(Explore::oneLine).setName(column.name())
              : column);
    }
    return safe;
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\R", " ");
  }

  @Override
  public Map<String, Object> bundle() {
    return bundle(defaultCache());
  }

  /** With the script from a folder. */
  Map<String, Object> bundle(Path cache) {
    String picture = Base64.getEncoder().encodeToString(plot.png());
    double width = plot.parts().width;
    String image =
        "<img alt=\"chart\" width=\"%.0f\" src=\"data:image/png;base64,%s\">"
            .formatted(width, picture);
    Optional<String> script = script(cache.resolve("plotly.min.js"));
    String missing =
        "The interactive chart needs Plotly: set the project up with npm installed, or put"
            + " plotly.min.js of npm's package plotly.js-dist-min into "
            + cache
            + ".";
    Map<String, Object> bundle = new LinkedHashMap<>();
    bundle.put("text/plain", script.isPresent() ? toString() : this + "\n" + missing);
    bundle.put("image/png", picture);
    bundle.put(
        "text/html",
        script
            .map(plotly -> interactive(plotly, image))
            .orElseGet(() -> image + "<div>" + HtmlTable.escape(missing) + "</div>"));
    return bundle;
  }

  private static Optional<String> script(Path file) {
    try {
      return Files.isRegularFile(file)
          ? Optional.of(Files.readString(file, StandardCharsets.UTF_8))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /**
   * The picture, replaced by the chart where scripts run. {@code define}, {@code module} and {@code
   * exports} are hidden from Plotly, which would otherwise register with a module loader instead of
   * the window.
   */
  private String interactive(String plotly, String image) {
    // the name of an element and of a variable, another for each showing
    String id = "explore" + UUID.randomUUID().toString().replace("-", "");
    String body =
        chart
            .asJavascript(id)
            .replaceAll("(?s)^.*?<script>|</script>\\s*$", "")
            .replaceAll("title: ('(?:[^'\\\\]|\\\\.)*')", "title: {text: $1}")
            .replaceAll("(?m)^\\s*(height|width): \\d+,\\s*$", "")
            .replace(
                "Plotly.newPlot(",
                "layout.colorway = ['"
                    + String.join("', '", Palette.DISCRETE)
                    + "']; layout.height = 420; layout.template = null;\nPlotly.newPlot(");
    return """
    <div id="%s" style="max-width:900px;height:430px">%s</div>
    <script>(function (define, module, exports) {
    if (!window.Plotly) { %s
    }
    document.getElementById("%1$s").innerHTML = "";
    %s
    }).call(window);</script>
    """
        .formatted(id, image, plotly.replace("</script", "<\\/script"), body.replace("</", "<\\/"));
  }

  @Override
  public String toString() {
    return "interactive chart of " + plot.data().rowCount() + " rows";
  }
}
