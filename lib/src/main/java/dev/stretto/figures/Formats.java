package dev.stretto.figures;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/** Stored drawings in other formats: for a paper, PDF; for a talk or a text processor, PNG. */
public final class Formats {
  /** A paper's page in millimetres; 14 units of a drawing are 8 points. */
  private static final double PAGE_MM = 174;

  private static final double MM_PER_UNIT = 0.2;
  private static final Pattern WIDTH = Pattern.compile("<svg[^>]*? width=\"([0-9.]+)");

  private Formats() {}

  /**
   * Makes files beside each other in a folder. A PDF is as wide as its drawing with text of 8
   * points (420 units fill a column of 84 mm), at most 174 mm; a PNG has two pixels a unit.
   *
   * @param arguments {@code OUTFOLDER pdf,png FILE.svg...}
   */
  public static void main(String[] arguments) {
    try {
      if (arguments.length < 3) {
        throw new IllegalArgumentException("usage: Formats OUTFOLDER pdf,png FILE.svg...");
      }
      for (String file : Arrays.asList(arguments).subList(2, arguments.length)) {
        make(Path.of(arguments[0]), List.of(arguments[1].split(",")), Path.of(file));
      }
    } catch (IllegalArgumentException | IOException e) {
      System.err.println(e instanceof IOException ? "cannot read or write: " + e : e.getMessage());
      System.exit(1);
    }
  }

  static void make(Path folder, List<String> formats, Path file) throws IOException {
    String name = file.getFileName().toString();
    if (!name.endsWith(".svg")) {
      throw new IllegalArgumentException(name + " is no SVG drawing");
    }
    String svg = Files.readString(file);
    Files.createDirectories(folder);
    for (String format : formats) {
      byte[] content =
          switch (format) {
            case "png" -> Drawing.png(svg, width(svg));
            case "pdf" -> pdf(name, svg);
            default ->
                throw new IllegalArgumentException(
                    "'%s' is no format; there are pdf and png".formatted(format));
          };
      Files.write(folder.resolve(name.replaceAll("svg$", format)), content);
    }
  }

  /**
   * {@return a stored picture; a drawing at one pixel a unit}
   *
   * @param file ending in {@code svg} or in what else ImageIO reads
   * @throws IOException where the file cannot be read or is no picture
   */
  public static BufferedImage picture(Path file) throws IOException {
    if (file.toString().endsWith(".svg")) {
      String svg = Files.readString(file);
      return Drawing.image(svg, width(svg) / 2);
    }
    BufferedImage image = ImageIO.read(file.toFile());
    if (image == null) {
      throw new IOException(file + " is no picture");
    }
    return image;
  }

  private static byte[] pdf(String name, String svg) {
    try {
      return Drawing.pdf(svg, Math.min(MM_PER_UNIT, PAGE_MM / width(svg)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private static double width(String svg) {
    Matcher width = WIDTH.matcher(svg);
    if (!width.find()) {
      throw new IllegalArgumentException("the drawing does not say how wide it is");
    }
    return Double.parseDouble(width.group(1));
  }
}
