package dev.stretto.figures;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Figures on disk: {@code name.svg}, {@code .png}, {@code .pdf} for reading, {@code .csv} (data
 * with provenance and column classes) and {@code .json} (specification) for comparing.
 */
public final class FigureFiles {
  /** A paper's column and page in millimetres, and the widest drawing that goes into the column. */
  private static final double COLUMN_MM = 84;

  private static final double PAGE_MM = 174;
  private static final double WIDEST_IN_COLUMN = 620;

  private static final Pattern WIDTH = Pattern.compile("<svg[^>]*? width=\"([0-9.]+)");

  private FigureFiles() {}

  /**
   * Writes a figure. Each file is written beside its place and moved there when complete; the PDF
   * is 84 mm wide, or 174 mm where the drawing is wider than 620 units.
   *
   * @param figure the figure
   * @param folder where; made if missing
   * @param name the files' name without ending, for example {@code canary-efficiency-padding-cost}
   * @param provenance where it comes from: seed, preset, settings, versions; key to value in order
   * @return the files written
   * @throws IOException where the folder cannot be written
   */
  public static List<Path> save(
      Figure figure, Path folder, String name, Map<String, String> provenance) throws IOException {
    Files.createDirectories(folder);
    String svg = figure.svg();
    Map<String, byte[]> contents = new LinkedHashMap<>();
    contents.put("svg", svg.getBytes(StandardCharsets.UTF_8));
    contents.put("png", figure.png());
    contents.put("pdf", figure.pdf(width(svg) > WIDEST_IN_COLUMN ? PAGE_MM : COLUMN_MM));
    contents.put("csv", FigureData.csv(figure, provenance).getBytes(StandardCharsets.UTF_8));
    contents.put("json", (Json.pretty(figure.spec()) + "\n").getBytes(StandardCharsets.UTF_8));
    List<Path> written = new ArrayList<>();
    for (Map.Entry<String, byte[]> content : contents.entrySet()) {
      Path file = folder.resolve(name + "." + content.getKey());
      replace(file, content.getValue());
      written.add(file);
    }
    return written;
  }

  private static double width(String svg) {
    Matcher width = WIDTH.matcher(svg);
    return width.find() ? Double.parseDouble(width.group(1)) : 0;
  }

  private static void replace(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + ".part");
    try {
      Files.write(temporary, content);
      try {
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } finally {
      Files.deleteIfExists(temporary);
    }
  }
}
