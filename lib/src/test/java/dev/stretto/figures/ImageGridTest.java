package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class ImageGridTest {
  private static final float[][] CHECKS = {{0, 1, 0}, {1, 0, 0.5f}};

  @Test
  void everyPixelIsASquareOfItsColour() throws Exception {
    ImageGrid grid = ImageGrid.grey(List.of(CHECKS, CHECKS), 2).enlarged(5);
    BufferedImage png = ImageIO.read(new ByteArrayInputStream(grid.png()));
    // twice the units: gap 4, then pixels of 5 units
    for (int y = 0; y < 2; y++) {
      for (int x = 0; x < 3; x++) {
        int expected = Math.round(255 * CHECKS[y][x]);
        for (int inside : new int[] {1, 5, 8}) {
          int rgb = png.getRGB(8 + 10 * x + inside, 8 + 10 * y + inside);
          assertEquals(expected, rgb & 255, 1, "pixel " + x + ", " + y);
        }
      }
    }
  }

  @Test
  void theDataTellImagesApartAndNameThem() {
    float[][] other = {{0, 1, 0}, {1, 0, 0.51f}};
    Table data = ImageGrid.grey(List.of(CHECKS, other), 1).rowNames("real", "sampled").data();
    assertEquals(List.of("real", "sampled"), data.stringColumn("row").asList());
    assertEquals(2.5 / 6, data.doubleColumn("mean").get(0), 1e-3);
    assertNotEquals(data.getString(0, "pixels"), data.getString(1, "pixels"));
  }

  @Test
  void measuredImagesAreComparedByTheirStatistics() {
    ImageGrid grid = ImageGrid.grey(List.<float[][]>of(CHECKS), 1).measured(0.05);
    assertFalse(grid.data().containsColumn("pixels"));
    assertEquals(ColumnClass.measured(0.05), grid.columnClasses().get("mean"));
  }

  @Test
  void anEmptyGridIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> ImageGrid.of(List.of(), 3));
  }
}
