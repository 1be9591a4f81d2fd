package dev.stretto.figures;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Figures on disk: {@code name.svg} of at most 60 kB for reading, {@code .csv} (data with
 * provenance and column classes) and {@code .json} (specification) for comparing. A grid of images
 * has a lossless {@code .png} of at most 150 kB in place of the drawing, one pixel a pixel. {@link
 * Formats} makes other formats of a drawing.
 */
public final class FigureFiles {
  private static final int MOST_PIXEL_BYTES = 150_000;

  private FigureFiles() {}

  /**
   * Writes a figure. Each file is written beside its place and moved there when complete. A drawing
   * of thousands of marks is simplified, where it must be, to a tenth of a unit and one path a
   * look.
   *
   * @param figure the figure
   * @param folder where; made if missing
   * @param name the files' name without ending, for example {@code canary-efficiency-padding-cost}
   * @param provenance where it comes from: seed, preset, settings, versions; key to value in order
   * @return the files written
   * @throws IOException where the folder cannot be written
   * @throws IllegalArgumentException where the picture stays too large, or a character of it is not
   *     in the font
   */
  public static List<Path> save(
      Figure figure, Path folder, String name, Map<String, String> provenance) throws IOException {
    Files.createDirectories(folder);
    Map<String, byte[]> contents = new LinkedHashMap<>();
    if (figure instanceof ImageGrid grid) {
      contents.put("png", small(name, grid.pixels(), MOST_PIXEL_BYTES, "fewer or smaller images"));
    } else {
      String svg = SmallSvg.of(figure.svg());
      Drawing.requireGlyphs(svg);
      byte[] bytes = svg.getBytes(StandardCharsets.UTF_8);
      contents.put("svg", small(name, bytes, SmallSvg.MOST, "fewer marks, for example a sample"));
    }
    contents.put("csv", FigureData.csv(figure, provenance).getBytes(StandardCharsets.UTF_8));
    contents.put("json", (Json.canonical(figure.spec()) + "\n").getBytes(StandardCharsets.UTF_8));
    Map<Path, Path> parts = new LinkedHashMap<>();
    try {
      for (Map.Entry<String, byte[]> content : contents.entrySet()) {
        Path part = folder.resolve("." + name + "." + content.getKey() + ".part");
        parts.put(part, folder.resolve(name + "." + content.getKey()));
        Files.write(part, content.getValue());
      }
      for (Map.Entry<Path, Path> part : parts.entrySet()) {
        Files.move(part.getKey(), part.getValue(), StandardCopyOption.ATOMIC_MOVE);
      }
    } finally {
      for (Path part : parts.keySet()) {
        Files.deleteIfExists(part);
      }
    }
    return List.copyOf(parts.values());
  }

  private static byte[] small(String name, byte[] picture, int most, String remedy) {
    if (picture.length > most) {
      throw new IllegalArgumentException(
          "the picture of %s has %,d bytes, at most %,d are stored: draw %s"
              .formatted(name, picture.length, most, remedy));
    }
    return picture;
  }
}
