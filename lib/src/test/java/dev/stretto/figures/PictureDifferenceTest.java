package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureDifferenceTest {
  @TempDir private Path folder;

  @Test
  void equalDrawingsAreZeroApartAndTheRmsIsOverPixelsAndColours() throws IOException {
    Path red = drawing("a.svg", 20, 0xff0000);
    assertEquals(0, PictureDifference.of(red, drawing("b.svg", 20, 0xff0000)).rms());
    // half of the pixels: red and blue are off by one, green is not
    double half = PictureDifference.of(red, drawing("c.svg", 20, 0x0000ff)).rms();
    assertEquals(Math.sqrt(.5 * 2 / 3), half, 1e-9);
  }

  @Test
  void aSmallerPictureHasAWhiteMargin() throws IOException {
    Path one = pixels("one.png", 2, 1);
    assertEquals(Math.sqrt(.5), PictureDifference.of(one, pixels("two.png", 2, 2)).rms(), 1e-9);
  }

  @Test
  void theDifferenceIsShownInRed() throws IOException {
    Path picture = folder.resolve("d.png");
    PictureDifference.main(
        drawing("a.svg", 20, 0xff0000).toString(),
        drawing("b.svg", 20, 0x0000ff).toString(),
        picture.toString());
    BufferedImage difference = ImageIO.read(picture.toFile());
    int parted = difference.getRGB(5, 5);
    assertTrue((parted >> 16 & 255) > 200 && (parted & 255) < 60, Integer.toHexString(parted));
    assertEquals(0xffffff, difference.getRGB(difference.getWidth() - 5, 5) & 0xffffff);
  }

  private Path drawing(String name, int width, int colour) throws IOException {
    return Files.writeString(
        folder.resolve(name),
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">
        <rect x="0" y="0" width="%d" height="30" fill="#%06x"/></svg>
        """
            .formatted(width, colour));
  }

  /** Black pixels. */
  private Path pixels(String name, int width, int height) throws IOException {
    Path file = folder.resolve(name);
    ImageIO.write(
        new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    return file;
  }
}
