package dev.stretto.figures;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import tech.tablesaw.api.Table;

/**
 * Pictures in rows and columns with captions, enlarged pixel by pixel: {@code ImageGrid.of(images,
 * 8).enlarged(4).rowNames("real", "sampled")}. Immutable; each method gives a changed copy.
 */
public final class ImageGrid implements Figure {
  private static final int GAP = 4;
  private static final int FONT = Theme.AXIS_TEXT;
  private static final int LINE = 18;

  private final List<BufferedImage> images;
  private final int across;
  private final Look look;
  private final double tolerance;

  private record Look(int scale, List<String> rows, String title) {}

  private ImageGrid(List<BufferedImage> images, int across, Look look, double tolerance) {
    this.images = images;
    this.across = across;
    this.look = look;
    this.tolerance = tolerance;
  }

  /**
   * {@return a grid of images}
   *
   * @param images at least one, row by row
   * @param across images in a row, at least 1
   */
  public static ImageGrid of(List<BufferedImage> images, int across) {
    if (images.isEmpty() || across < 1) {
      throw new IllegalArgumentException(
          "a grid needs at least one image and one column, not %d images in %d columns"
              .formatted(images.size(), across));
    }
    Look plain = new Look(1, List.of(), "");
    return new ImageGrid(List.copyOf(images), across, plain, Double.NaN);
  }

  /**
   * {@return a grid of grey images}
   *
   * @param images row by row, each height x width with 0 black and 1 white; beyond is cut
   * @param across images in a row, at least 1
   */
  public static ImageGrid grey(List<float[][]> images, int across) {
    return of(images.stream().map(ImageGrid::image).toList(), across);
  }

  private static BufferedImage image(float[][] grey) {
    int height = grey.length;
    int width = height == 0 ? 0 : grey[0].length;
    if (width == 0) {
      throw new IllegalArgumentException(
          "an image has at least one pixel, not %d x %d".formatted(height, width));
    }
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, 0x010101 * Math.round(255 * Math.clamp(grey[y][x], 0, 1)));
      }
    }
    return image;
  }

  private ImageGrid look(Look changed) {
    return new ImageGrid(images, across, changed, tolerance);
  }

  /**
   * {@return the grid with each pixel drawn as a square}
   *
   * @param factor units a pixel, at least 1
   */
  public ImageGrid enlarged(int factor) {
    if (factor < 1) {
      throw new IllegalArgumentException("enlarge by 1 or more, not " + factor);
    }
    return look(new Look(factor, look.rows, look.title));
  }

  /**
   * {@return the grid with names left of its rows}
   *
   * @param names from top to bottom
   */
  public ImageGrid rowNames(String... names) {
    return look(new Look(look.scale, List.of(names), look.title));
  }

  /**
   * {@return the grid with a title}
   *
   * @param text one line
   */
  public ImageGrid title(String text) {
    return look(new Look(look.scale, look.rows, text));
  }

  /**
   * {@return the grid with its pixels declared measured} Their mean and deviation are compared with
   * a tolerance, instead of every pixel exactly.
   *
   * @param relative the largest relative difference
   */
  public ImageGrid measured(double relative) {
    return new ImageGrid(images, across, look, relative);
  }

  /**
   * A row an image: where it stands, its size, mean and standard deviation, a sum of its pixels.
   */
  @Override
  public Table data() {
    Map<String, List<Object>> columns = new LinkedHashMap<>();
    for (int i = 0; i < images.size(); i++) {
      BufferedImage image = images.get(i);
      double sum = 0;
      double squares = 0;
      CRC32 pixels = new CRC32();
      for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          Color colour = new Color(image.getRGB(x, y), true);
          int[] values = {colour.getRed(), colour.getGreen(), colour.getBlue()};
          for (int value : values) {
            pixels.update(value);
            sum += value / 255.0;
            squares += value / 255.0 * value / 255.0;
          }
        }
      }
      double n = 3.0 * image.getHeight() * image.getWidth();
      Tables.add(columns, "row", name(look.rows, i / across));
      Tables.add(columns, "column", name(List.of(), i % across));
      Tables.add(columns, "height", image.getHeight());
      Tables.add(columns, "width", image.getWidth());
      Tables.add(columns, "mean", sum / n);
      Tables.add(columns, "sd", Math.sqrt(Math.max(0, squares / n - sum / n * sum / n)));
      if (Double.isNaN(tolerance)) {
        Tables.add(columns, "pixels", "crc32 %08x".formatted(pixels.getValue()));
      }
    }
    return Tables.of(columns);
  }

  private static String name(List<String> names, int index) {
    return index < names.size() ? names.get(index) : "no. " + (index + 1);
  }

  @Override
  public Map<String, ColumnClass> columnClasses() {
    Map<String, ColumnClass> classes = new LinkedHashMap<>();
    if (!Double.isNaN(tolerance)) {
      classes.put("mean", ColumnClass.measured(tolerance));
      classes.put("sd", ColumnClass.measured(tolerance));
    }
    return classes;
  }

  @Override
  public Map<String, Object> spec() {
    Map<String, Object> spec = new LinkedHashMap<>();
    spec.put("kind", "images");
    spec.put("across", (double) across);
    spec.put("enlarged", (double) look.scale);
    spec.put("rows", look.rows);
    spec.put("columns", List.of());
    spec.put("ggtitle", Map.of("text", look.title));
    return spec;
  }

  /** Where things stand, in units. */
  private record Layout(
      double left, double top, int cellWidth, int cellHeight, double width, double height) {}

  private Layout layout() {
    int cellWidth = look.scale * images.stream().mapToInt(BufferedImage::getWidth).max().orElse(1);
    int cellHeight =
        look.scale * images.stream().mapToInt(BufferedImage::getHeight).max().orElse(1);
    double names = look.rows.isEmpty() ? 0 : Drawing.widest(look.rows, FONT) + 10;
    double top = (look.title.isEmpty() ? 0 : LINE + 6) + GAP;
    int rows = (images.size() + across - 1) / across;
    double left = names + GAP;
    double width = left + across * (cellWidth + GAP);
    width = Math.max(width, Drawing.textWidth(look.title, Theme.TITLE) + 2 * GAP);
    return new Layout(
        left, top, cellWidth, cellHeight, width, top + rows * (double) (cellHeight + GAP));
  }

  @Override
  public String svg() {
    Layout at = layout();
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
        width="%s" height="%s" viewBox="0 0 %s %s">
        <rect width="100%%" height="100%%" fill="#ffffff"/>
        """
            .formatted(at.width, at.height, at.width, at.height));
    if (!look.title.isEmpty()) {
      text(svg, GAP, LINE, Theme.TITLE, "start", look.title);
    }
    for (int r = 0; r < look.rows.size(); r++) {
      double y = at.top + r * (at.cellHeight + GAP) + at.cellHeight / 2.0 + FONT * 0.35;
      text(svg, at.left - 8, y, FONT, "end", look.rows.get(r));
    }
    for (int i = 0; i < images.size(); i++) {
      int row = i / across;
      int width = images.get(i).getWidth() * look.scale;
      svg.append(
          """
          <image x="%s" y="%s" width="%d" height="%d" image-rendering="optimizeSpeed" \
          style="image-rendering:optimizeSpeed" xlink:href="data:image/png;base64,%s"/>
          """
              .formatted(
                  at.left + i % across * (at.cellWidth + GAP) + (at.cellWidth - width) / 2.0,
                  at.top + row * (at.cellHeight + GAP),
                  width,
                  images.get(i).getHeight() * look.scale,
                  Base64.getEncoder().encodeToString(SmallPng.of(images.get(i)))));
    }
    return svg.append("</svg>\n").toString();
  }

  private static void text(
      StringBuilder svg, double x, double y, int size, String anchor, String text) {
    svg.append(
        """
        <text x="%s" y="%s" font-family="%s" font-size="%d" fill="#222222" text-anchor="%s">%s</text>
        """
            .formatted(x, y, Drawing.FONTS, size, anchor, HtmlTable.escape(text)));
  }

  /** A complete PNG file: the images themselves, a pixel apart, without names. */
  byte[] pixels() {
    int width = images.stream().mapToInt(BufferedImage::getWidth).max().orElse(1) + 1;
    int height = images.stream().mapToInt(BufferedImage::getHeight).max().orElse(1) + 1;
    int rows = (images.size() + across - 1) / across;
    BufferedImage sheet =
        new BufferedImage(across * width - 1, rows * height - 1, BufferedImage.TYPE_INT_ARGB);
    Graphics2D graphics = sheet.createGraphics();
    for (int i = 0; i < images.size(); i++) {
      graphics.drawImage(images.get(i), i % across * width, i / across * height, null);
    }
    graphics.dispose();
    return SmallPng.of(sheet);
  }

  @Override
  public byte[] png() {
    return Drawing.png(svg(), layout().width);
  }
}
