package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

class ExploreTest {
  @TempDir Path cache;

  private static Table table() {
    Map<String, List<?>> columns = new LinkedHashMap<>();
    columns.put("name", List.of("it's \"a\"", "</script>"));
    columns.put("x", List.of(1, 2));
    columns.put("y", List.of(3.5, 4.5));
    return Tables.of(columns);
  }

  private Map<String, Object> shown(Explore chart) {
    return chart.bundle(cache);
  }

  @Test
  void theScriptIsWrittenIntoTheOutputAndNothingIsLoaded() throws Exception {
    Files.writeString(cache.resolve("plotly.min.js"), "window.Plotly = {t: '</script>'}");
    for (Explore chart :
        List.of(Explore.bars(table(), "name", "y"), Explore.scatter(table(), "x", "y", "name"))) {
      String html = (String) shown(chart).get("text/html");
      assertFalse(html.contains("http") || html.contains("require"), html);
      assertTrue(html.indexOf("</script>") == html.lastIndexOf("</script>"), "one script element");
      assertTrue(html.contains("Plotly.newPlot") && html.contains("window.Plotly = "), html);
      assertTrue(html.contains("data:image/png;base64,"), "a picture where scripts do not run");
    }
  }

  @Test
  void withoutTheScriptThePictureStandsWithOneSentence() {
    Map<String, Object> bundle = shown(Explore.scatter(table(), "x", "y", "name"));
    String html = (String) bundle.get("text/html");
    assertTrue(html.contains("plotly.js-dist-min") && html.contains("<img"), html);
    assertFalse(html.contains("<script"), html);
    assertTrue(bundle.containsKey("image/png"));
  }
}
