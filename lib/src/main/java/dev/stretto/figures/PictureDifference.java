package dev.stretto.figures;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * How far two pictures are apart.
 *
 * @param rms root of the mean squared difference over pixels and colours, 0 (equal) to 1
 * @param picture a picture of the difference: grey where they agree, red where they do not
 */
public record PictureDifference(double rms, BufferedImage picture) {
  /**
   * Compares pairs of pictures, prints the rms of each on a line and writes pictures of the
   * differences.
   *
   * @param files expected (SVG or PNG), actual, and the PNG to write, again and again
   * @throws IOException where a file cannot be read or written
   */
  public static void main(String... files) throws IOException {
    for (int i = 0; i < files.length; i += 3) {
      PictureDifference difference = of(Path.of(files[i]), Path.of(files[i + 1]));
      System.out.println(difference.rms);
      ImageIO.write(difference.picture, "png", Path.of(files[i + 2]).toFile());
    }
  }

  /**
   * Compares two PNG or SVG files; the smaller one is compared as if it had a white margin.
   *
   * @param expected one
   * @param actual the other
   * @return the difference
   * @throws IOException where a file cannot be read
   */
  static PictureDifference of(Path expected, Path actual) throws IOException {
    BufferedImage left = Formats.picture(expected);
    BufferedImage right = Formats.picture(actual);
    int width = Math.max(left.getWidth(), right.getWidth());
    int height = Math.max(left.getHeight(), right.getHeight());
    int[] a = pixels(left, width, height);
    int[] b = pixels(right, width, height);
    BufferedImage difference = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      int largest = 0;
      int sum = 0;
      for (int shift = 0; shift <= 16; shift += 8) {
        int distance = Math.abs((a[i] >> shift & 0xFF) - (b[i] >> shift & 0xFF));
        squares += (double) distance * distance;
        largest = Math.max(largest, distance);
        sum += a[i] >> shift & 0xFF;
      }
      // a faded original shows where one is
      int grey = 255 - (255 - sum / 3) / 5;
      int red = Math.min(255, largest * 3);
      int rest = grey * (255 - red) / 255;
      int strong = rest + red * 220 / 255;
      difference.setRGB(i % width, i / width, strong << 16 | rest << 8 | rest);
    }
    return new PictureDifference(Math.sqrt(squares / (3.0 * a.length)) / 255, difference);
  }

  private static int[] pixels(BufferedImage image, int width, int height) {
    BufferedImage canvas = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setColor(Color.WHITE);
    graphics.fillRect(0, 0, width, height);
    graphics.drawImage(image, 0, 0, null);
    graphics.dispose();
    return canvas.getRGB(0, 0, width, height, null, 0, width);
  }
}
