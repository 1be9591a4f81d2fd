package dev.stretto.experiments;

import dev.stretto.figures.Formats;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * How far two pictures are apart.
 *
 * @param rms root of the mean squared difference over pixels and colours, 0 (equal) to 1
 * @param picture a picture of the difference: grey where they agree, red where they do not
 */
record PictureDifference(double rms, BufferedImage picture) {

  private static final Pattern COLOUR =
      Pattern.compile("(?:fill|stroke)(?:=\"|: ?)(#[0-9a-fA-F]{6}|rgb\\([\\d, ]*\\))");

  /** A colour scale over measured values moves a little; another colour of a palette is far off. */
  private static final int COLOUR_TOLERANCE = 26;

  /** Compares two PNG or SVG files; the smaller one is compared as if it had a white margin. */
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

  /**
   * A sentence where two drawings of equally many coloured marks have another colour somewhere, as
   * one thin line's is lost in the mean over all pixels; nothing for other pictures.
   */
  static List<String> colours(Path expected, Path actual) throws IOException {
    if (!expected.toString().endsWith(".svg")) {
      return List.of();
    }
    List<Color> left = colours(Files.readString(expected));
    List<Color> right = colours(Files.readString(actual));
    for (int i = 0; i < left.size() && left.size() == right.size(); i++) {
      Color a = left.get(i);
      Color b = right.get(i);
      int red = Math.abs(a.getRed() - b.getRed());
      int green = Math.abs(a.getGreen() - b.getGreen());
      int blue = Math.abs(a.getBlue() - b.getBlue());
      if (Math.max(red, Math.max(green, blue)) > COLOUR_TOLERANCE) {
        return List.of("a colour in its picture is %s instead of %s".formatted(hex(b), hex(a)));
      }
    }
    return List.of();
  }

  private static List<Color> colours(String svg) {
    return COLOUR.matcher(svg).results().map(found -> colour(found.group(1))).toList();
  }

  private static Color colour(String text) {
    if (text.startsWith("#")) {
      return Color.decode(text);
    }
    int[] parts = Stream.of(text.split("\\D+")).skip(1).mapToInt(Integer::parseInt).toArray();
    return new Color(parts[0], parts[1], parts[2]);
  }

  private static String hex(Color color) {
    return "#%06X".formatted(color.getRGB() & 0xFFFFFF);
  }

  /** The picture as a PNG file. */
  byte[] png() throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(picture, "png", png);
    return png.toByteArray();
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
