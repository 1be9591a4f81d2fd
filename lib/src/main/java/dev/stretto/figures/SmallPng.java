package dev.stretto.figures;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * PNG files, packed as tightly as they go. A drawing has few colours and their mixtures at edges:
 * in a palette it takes a third of the bytes, and its fills keep their exact colours.
 */
final class SmallPng {
  /** Squared distance of two colours below which the rarer one needs no place of its own. */
  private static final int ALIKE = 100;

  private SmallPng() {}

  /** A complete PNG file, lossless. */
  static byte[] of(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    try (ImageOutputStream stream = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(0); // the most compression
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), param);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /**
   * A complete PNG file of an image on white, in a palette.
   *
   * @param image any
   * @param colours at most, to 256
   */
  static byte[] of(BufferedImage image, int colours) {
    int width = image.getWidth();
    int height = image.getHeight();
    BufferedImage white = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = white.createGraphics();
    graphics.drawImage(image, 0, 0, Color.WHITE, null);
    graphics.dispose();
    int[] pixels = white.getRGB(0, 0, width, height, null, 0, width);
    int[] palette = palette(pixels, colours);
    Map<Integer, Integer> places = new HashMap<>();
    byte[] rows = new byte[height * (width + 1)]; // each begins with 0, for no filter
    for (int i = 0; i < pixels.length; i++) {
      int place = places.computeIfAbsent(pixels[i], pixel -> nearest(pixel, palette));
      rows[i / width * (width + 1) + 1 + i % width] = (byte) place;
    }
    return file(width, height, palette, rows);
  }

  /**
   * The file itself (PNG specification, section 11). Java's own writer filters the rows whatever is
   * in them, which makes an image in a palette a fifth larger.
   */
  private static byte[] file(int width, int height, int[] palette, byte[] rows) {
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put((byte) 8).put((byte) 3); // bits of a pixel, which is a place in the palette
    ByteBuffer colours = ByteBuffer.allocate(3 * palette.length);
    for (int colour : palette) {
      colours.put((byte) (colour >> 16)).put((byte) (colour >> 8)).put((byte) colour);
    }
    Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
    deflater.setInput(rows);
    deflater.finish();
    byte[] packed = new byte[rows.length + rows.length / 1000 + 64];
    int length = deflater.deflate(packed);
    deflater.end();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    chunk(bytes, "IHDR", header.array());
    chunk(bytes, "PLTE", colours.array());
    chunk(bytes, "IDAT", Arrays.copyOf(packed, length));
    chunk(bytes, "IEND", new byte[0]);
    return bytes.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream bytes, String name, byte[] content) {
    byte[] named =
        ByteBuffer.allocate(4 + content.length)
            .put(name.getBytes(StandardCharsets.US_ASCII))
            .put(content)
            .array();
    CRC32 sum = new CRC32();
    sum.update(named);
    bytes.writeBytes(ByteBuffer.allocate(4).putInt(content.length).array());
    bytes.writeBytes(named);
    bytes.writeBytes(ByteBuffer.allocate(4).putInt((int) sum.getValue()).array());
  }

  /** The most frequent colours that are not alike, the rarer ones where there is room. */
  private static int[] palette(int[] pixels, int most) {
    Map<Integer, Integer> counts = new HashMap<>();
    for (int pixel : pixels) {
      counts.merge(pixel, 1, Integer::sum);
    }
    List<Integer> byCount = new ArrayList<>(counts.keySet());
    byCount.sort(Comparator.<Integer>comparingInt(c -> -counts.get(c)).thenComparing(c -> c));
    List<Integer> chosen = new ArrayList<>();
    for (int alike : new int[] {counts.size() > most ? ALIKE : 0, 0}) {
      for (int colour : byCount) {
        if (chosen.size() < most && chosen.stream().allMatch(c -> distance(c, colour) > alike)) {
          chosen.add(colour);
        }
      }
    }
    return chosen.stream().mapToInt(Integer::intValue).toArray();
  }

  private static int nearest(int colour, int[] palette) {
    int best = 0;
    for (int i = 1; i < palette.length; i++) {
      best = distance(colour, palette[i]) < distance(colour, palette[best]) ? i : best;
    }
    return best;
  }

  private static int distance(int a, int b) {
    int red = (a >> 16 & 255) - (b >> 16 & 255);
    int green = (a >> 8 & 255) - (b >> 8 & 255);
    int blue = (a & 255) - (b & 255);
    return red * red + green * green + blue * blue;
  }
}
