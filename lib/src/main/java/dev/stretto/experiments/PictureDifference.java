package dev.stretto.experiments;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * How far two pictures are apart.
 *
 * @param rms root of the mean squared difference over pixels and colours, 0 (equal) to 1
 * @param picture a picture of the difference: grey where they agree, red where they do not
 */
record PictureDifference(double rms, BufferedImage picture) {

  /** Compares two PNG files; the smaller one is compared as if it had a white margin. */
  static PictureDifference of(Path expected, Path actual) {
    try {
      BufferedImage left = read(expected);
      BufferedImage right = read(actual);
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
        int strong = Math.max(rest, grey * (255 - red) / 255 + red * 220 / 255);
        difference.setRGB(i % width, i / width, strong << 16 | rest << 8 | rest);
      }
      return new PictureDifference(Math.sqrt(squares / (3.0 * a.length)) / 255, difference);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The picture as a PNG file. */
  byte[] png() {
    try {
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(picture, "png", png);
      return png.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BufferedImage read(Path file) throws IOException {
    BufferedImage image = ImageIO.read(file.toFile());
    if (image == null) {
      throw new IOException(file + " is no picture");
    }
    return image;
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
