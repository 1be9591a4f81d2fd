package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmallPngTest {
  @ParameterizedTest
  @CsvSource({"1,1,1", "7,3,2", "33,20,16", "40,31,17", "64,64,64", "90,80,256"})
  void anImageOfFewColoursComesBackPixelByPixel(int width, int height, int colours)
      throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(width);
    int[] palette = random.ints(colours, 0, 1 << 24).toArray();
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, palette[i < colours ? i : random.nextInt(colours)]);
    }
    BufferedImage read = read(SmallPng.of(image, 256));
    for (int i = 0; i < width * height; i++) {
      int x = i % width;
      int y = i / width;
      assertEquals(image.getRGB(x, y), read.getRGB(x, y), "pixel " + x + ", " + y);
    }
  }

  @Test
  void aColourWithoutAPlaceBecomesTheNearestThatHasOne() throws IOException {
    BufferedImage image = new BufferedImage(10, 1, BufferedImage.TYPE_INT_RGB);
    int[] row = {
      0xff0000, 0xff0000, 0xff0000, 0x0000ff, 0x0000ff, 0x0000ff, 0xd00000, 0x1010e0, 0, 0
    };
    image.setRGB(0, 0, 10, 1, row, 0, 10);
    BufferedImage read = read(SmallPng.of(image, 3));
    assertEquals(0xff0000, read.getRGB(6, 0) & 0xffffff);
    assertEquals(0x0000ff, read.getRGB(7, 0) & 0xffffff);
    assertEquals(0, read.getRGB(9, 0) & 0xffffff);
  }

  private static BufferedImage read(byte[] file) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(file));
  }
}
