package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import java.awt.image.BufferedImage;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FigureFilesTest {
  private static final Map<String, String> PROVENANCE =
      Map.of("seed", "7", "settings", "batches=400, note: a colon");

  @TempDir Path folder;

  private static Plot plot(double loss, double seconds, String title) {
    Map<String, List<?>> columns = new LinkedHashMap<>();
    columns.put("step", List.of(1, 2));
    columns.put("loss", List.of(2.0, loss));
    columns.put("seconds", List.of(1.0, seconds));
    return Plot.of(columns)
        .lines("step", "loss")
        .measured(0.02, "loss")
        .wall("seconds")
        .title(title);
  }

  private Path saved(String name, Figure figure) throws Exception {
    FigureFiles.save(figure, folder, name, PROVENANCE);
    return folder.resolve(name);
  }

  @Test
  void aFigureIsThreeFilesAndNothingElse() throws Exception {
    List<Path> files = FigureFiles.save(plot(1, 1, "t"), folder.resolve("a/b"), "f", PROVENANCE);
    assertEquals(List.of("f.svg", "f.csv", "f.json"), names(files));
    try (var present = Files.list(folder.resolve("a/b"))) {
      assertEquals(files.stream().sorted().toList(), present.sorted().toList());
    }
  }

  private static List<String> names(List<Path> files) {
    return files.stream().map(file -> file.getFileName().toString()).toList();
  }

  @Test
  void aGridOfImagesIsStoredPixelByPixel() throws Exception {
    float[][] image = {{0, .5f}, {1, .2f}};
    ImageGrid grid = ImageGrid.grey(List.of(image, image), 2).enlarged(8);
    assertEquals(
        List.of("g.png", "g.csv", "g.json"),
        names(FigureFiles.save(grid, folder, "g", PROVENANCE)));
    BufferedImage stored = ImageIO.read(folder.resolve("g.png").toFile());
    assertEquals(List.of(5, 2), List.of(stored.getWidth(), stored.getHeight()));
    assertEquals(0xff808080, stored.getRGB(4, 0));
  }

  private static Plot many(int points, String text) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < points; i++) {
      x.add(i * .618034 % 1);
      y.add((double) i);
      names.add(i % 2 == 0 ? "even" : text);
    }
    Map<String, List<?>> columns = new LinkedHashMap<>();
    columns.put("x", x);
    columns.put("y", y);
    columns.put("name", names);
    return Plot.of(columns).points("x", "y").color("name").with("size", 1.5);
  }

  @Test
  void aDrawingOfThousandsOfMarksIsMadeSmallAndLooksTheSame() throws Exception {
    Plot plot = many(1_500, "odd");
    assertTrue(plot.svg().length() > 2 * SmallSvg.MOST, "the test has many marks");
    saved("many", plot);
    String small = Files.readString(folder.resolve("many.svg"));
    assertTrue(small.length() < SmallSvg.MOST / 2, "bytes: " + small.length());
    BufferedImage before = Drawing.image(plot.svg(), 600);
    BufferedImage after = Drawing.image(small, 600);
    double sum = 0;
    for (int y = 0; y < before.getHeight(); y++) {
      for (int x = 0; x < before.getWidth(); x++) {
        int green = (before.getRGB(x, y) >> 8 & 255) - (after.getRGB(x, y) >> 8 & 255);
        sum += green * green / 255.0 / 255;
      }
    }
    double rms = Math.sqrt(sum / before.getHeight() / before.getWidth());
    assertTrue(rms < .05, "root mean square of the difference: " + rms);
  }

  @Test
  void whatIsTooLargeOrCannotBeWrittenIsRefused() {
    var large =
        assertThrows(IllegalArgumentException.class, () -> saved("all", many(9_000, "odd")));
    assertTrue(large.getMessage().contains("at most 60,000 are stored: draw fewer"), "" + large);
    var missing = assertThrows(IllegalArgumentException.class, () -> saved("f", many(4, "a␣b")));
    assertEquals(
        "'␣' (U+2423) in the text 'a␣b' is not in the font Liberation Sans: write another"
            + " character",
        missing.getMessage());
  }

  @Test
  void otherFormatsAreMadeOfStoredDrawings() throws Exception {
    saved("f", plot(1, 1, "t"));
    Formats.make(folder.resolve("out"), List.of("pdf", "png"), folder.resolve("f.svg"));
    String pdf = Files.readString(folder.resolve("out/f.pdf"), StandardCharsets.ISO_8859_1);
    assertTrue(pdf.startsWith("%PDF") && pdf.contains("LiberationSans"), "font embedded");
    assertEquals(1200, ImageIO.read(folder.resolve("out/f.png").toFile()).getWidth());
    var wrong =
        assertThrows(
            IllegalArgumentException.class,
            () -> Formats.make(folder, List.of("eps"), folder.resolve("f.svg")));
    assertEquals("'eps' is no format; there are pdf and png", wrong.getMessage());
  }

  @Test
  void savingTwiceGivesTheSameBytesInAllThatIsCompared() throws Exception {
    Path one = saved("one", plot(1, 1, "t"));
    Path two = saved("two", plot(1, 1, "t"));
    for (String ending : List.of(".svg", ".csv", ".json")) {
      assertArrayEquals(
          Files.readAllBytes(one.resolveSibling("one" + ending)),
          Files.readAllBytes(two.resolveSibling("two" + ending)),
          ending);
    }
  }

  @Test
  void dataNameTheirProvenanceAndTheClassOfEachColumn() throws Exception {
    saved("f", plot(1.9, 3, "t"));
    List<String> lines = Files.readAllLines(folder.resolve("f.csv"));
    PROVENANCE.forEach((key, value) -> assertTrue(lines.contains("# " + key + ": " + value), key));
    assertTrue(lines.contains("# column: loss measured 0.02"), lines.toString());
    assertTrue(lines.contains("# column: step structural"), lines.toString());
    assertTrue(lines.contains("# column: seconds wall"), lines.toString());
    assertTrue(lines.getLast().contains("1.9"), lines.getLast());
  }

  @Test
  void anyTextAndAnyNumberReadBackEqual() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      String[] pieces = {"\"", ",", "\n", " ", "a", "#", "1", "1.5", "-", "é", "'", "\r\n", ""};
      int rows = 1 + random.nextInt(5);
      List<String> texts = new ArrayList<>();
      List<Double> numbers = new ArrayList<>();
      for (int i = 0; i < rows; i++) {
        texts.add(
            pieces[random.nextInt(13)] + pieces[random.nextInt(13)] + pieces[random.nextInt(13)]);
        numbers.add(Double.longBitsToDouble(random.nextLong()));
      }
      numbers.replaceAll(n -> Double.isFinite(n) ? n : 0.1);
      Map<String, List<?>> columns = new LinkedHashMap<>();
      columns.put("a, \"text\"", texts);
      columns.put("number", numbers);
      Plot plot = Plot.of(columns).points("a, \"text\"", "number");
      String csv = FigureData.csv(plot, Map.of());
      CsvParserSettings settings = new CsvParserSettings();
      settings.setIgnoreLeadingWhitespaces(false);
      settings.setIgnoreTrailingWhitespaces(false);
      settings.setSkipEmptyLines(false);
      settings.setEmptyValue("");
      settings.setNullValue("");
      settings.getFormat().setComment('\0');
      settings.getFormat().setLineSeparator("\n");
      String table = csv.substring(csv.indexOf("\n\"a, ") + 1);
      List<String[]> back = new CsvParser(settings).parseAll(new StringReader(table));
      assertArrayEquals(new String[] {"a, \"text\"", "number"}, back.getFirst(), "seed " + seed);
      for (int i = 0; i < rows; i++) {
        assertEquals(
            numbers.get(i), Double.parseDouble(back.get(i + 1)[1]), "seed " + seed + ", row " + i);
        assertEquals(
            texts.get(i).replace("\r\n", "\n"),
            back.get(i + 1)[0].replace("\r\n", "\n"),
            "seed " + seed + ", row " + i);
      }
    }
  }

  @Test
  void equalSpecificationsGiveEqualTextWhateverTheOrderOfTheirKeys() {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("a", 1);
    one.put("b", List.of(one.size(), Map.of("c", 2)));
    Map<String, Object> other = new LinkedHashMap<>();
    other.put("b", one.get("b"));
    other.put("a", 1);
    assertEquals(Json.canonical(one), Json.canonical(other));
  }
}
