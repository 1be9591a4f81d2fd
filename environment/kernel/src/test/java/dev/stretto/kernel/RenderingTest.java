package dev.stretto.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import dev.stretto.figures.Show;
import dev.stretto.figures.Showable;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

class RenderingTest {
  private static final byte[] END_OF_PNG = {0, 0, 0, 0, 73, 69, 78, 68, -82, 66, 96, -126};

  private static JsonObject data(DisplayData data) {
    return StrettoKernel.json(data).getAsJsonObject("data");
  }

  @Test
  void pngsAreCompleteWhateverTheirLength() {
    for (int width = 1; width < 40; width++) {
      var image = new BufferedImage(width, 7, BufferedImage.TYPE_INT_RGB);
      image.setRGB(width - 1, 3, width * 7919);
      for (DisplayData shown :
          List.of(Rendering.render(image), Rendering.render(image, List.of("image/png")))) {
        byte[] png = Base64.getDecoder().decode(data(shown).get("image/png").getAsString());
        assertTrue(
            Arrays.equals(
                END_OF_PNG, Arrays.copyOfRange(png, png.length - END_OF_PNG.length, png.length)),
            "width " + width);
      }
    }
  }

  @Test
  void textIsShownAsTheTypeAskedFor() {
    for (String type :
        List.of("text/html", "image/svg+xml", "text/markdown", "text/latex", "text/plain")) {
      assertEquals("<x>", data(Rendering.render("<x>", List.of(type))).get(type).getAsString());
    }
    JsonObject json = data(Rendering.render("{\"a\": [1, 2]}", List.of("application/json")));
    assertEquals(2, json.getAsJsonObject("application/json").getAsJsonArray("a").size());
    assertThrows(
        IllegalArgumentException.class, () -> Rendering.render("{", List.of("application/json")));
  }

  @Test
  void aViewThatAnObjectDoesNotHaveIsASentence() {
    var e =
        assertThrows(
            IllegalArgumentException.class, () -> Rendering.render(3, List.of("image/png")));
    assertEquals("a Integer cannot be shown as image/png, only as text/plain", e.getMessage());
  }

  @Test
  void theLibrarysObjectsShowThemselvesWithTextBeside() {
    Table table = Table.create("t", IntColumn.create("n", 1, 2));
    JsonObject shown = data(Rendering.render(table));
    assertTrue(shown.has("text/html") && shown.has("text/plain"), shown.keySet().toString());
    JsonObject html = data(Rendering.render(table, List.of("text/html")));
    assertEquals(List.of("text/html"), List.copyOf(html.keySet()));
    assertTrue(data(Rendering.render(Show.markdown("$x$"))).has("text/markdown"));
    Showable json = () -> Map.of("application/json", List.of(1));
    assertTrue(data(Rendering.render(json)).get("application/json").isJsonArray());
    var own = new DisplayData("as it is");
    assertEquals(own, Rendering.render(own));
  }
}
