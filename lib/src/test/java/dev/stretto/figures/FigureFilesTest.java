package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

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
  void aFigureIsFiveFilesAndNothingElse() throws Exception {
    List<Path> files = FigureFiles.save(plot(1, 1, "t"), folder.resolve("a/b"), "f", PROVENANCE);
    try (var present = Files.list(folder.resolve("a/b"))) {
      assertEquals(files.stream().sorted().toList(), present.sorted().toList());
    }
    assertEquals(5, files.size());
    byte[] pdf = Files.readAllBytes(folder.resolve("a/b/f.pdf"));
    assertEquals("%PDF", new String(pdf, 0, 4, StandardCharsets.US_ASCII));
    assertTrue(
        new String(pdf, StandardCharsets.ISO_8859_1).contains("LiberationSans"), "font embedded");
  }

  @Test
  void savingTwiceGivesTheSameBytesInAllThatIsCompared() throws Exception {
    Path one = saved("one", plot(1, 1, "t"));
    Path two = saved("two", plot(1, 1, "t"));
    for (String ending : List.of(".svg", ".png", ".csv", ".json")) {
      assertArrayEquals(
          Files.readAllBytes(one.resolveSibling("one" + ending)),
          Files.readAllBytes(two.resolveSibling("two" + ending)),
          ending);
    }
  }

  @Test
  void readingGivesBackProvenanceClassesAndData() throws Exception {
    saved("f", plot(1.9, 3, "t"));
    FigureData data = FigureFiles.read(folder.resolve("f.csv"));
    assertEquals(PROVENANCE, data.provenance());
    assertEquals(ColumnClass.measured(0.02), data.classes().get("loss"));
    assertEquals(ColumnClass.STRUCTURAL, data.classes().get("step"));
    assertEquals(ColumnClass.WALL, data.classes().get("seconds"));
    assertEquals(1.9, data.table().doubleColumn("loss").get(1));
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
      FigureData back = FigureData.parse("f.csv", FigureData.csv(plot, PROVENANCE));
      Table expected = plot.data();
      assertEquals(expected.columnNames(), back.table().columnNames(), "seed " + seed);
      for (int i = 0; i < rows; i++) {
        assertEquals(
            numbers.get(i), ((Number) back.table().get(i, 1)).doubleValue(), "seed " + seed);
        assertEquals(
            texts.get(i).replace("\r\n", "\n"),
            back.table().get(i, 0).toString().replace("\r\n", "\n"),
            "seed " + seed);
      }
    }
  }

  @Test
  void equalFiguresHaveNoDifferencesWhateverTheClockSaid() throws Exception {
    assertEquals(
        List.of(),
        FigureFiles.compare(saved("a", plot(1, 1, "t")), saved("b", plot(1.01, 9, "t"))));
  }

  @Test
  void eachDifferenceIsASentence() throws Exception {
    Path expected = saved("a", plot(1, 1, "t"));
    assertEquals(
        List.of(
            "spec.ggtitle.text is 'u' instead of 't'",
            "column 'loss' (measured 0.02): 1 of 2 values differ, first in row 2: 1.5 instead of"
                + " 1"),
        FigureFiles.compare(expected, saved("b", plot(1.5, 1, "u"))));
    assertEquals(
        List.of(
            "there is no file " + folder.resolve("c.csv"),
            "there is no file " + folder.resolve("c.json")),
        FigureFiles.compare(expected, folder.resolve("c")));
  }

  @Test
  void structuralNumbersAreComparedToTheLastDigit() throws Exception {
    Path expected =
        saved("a", Plot.of(Map.of("x", List.of(1), "y", List.of(0.1))).points("x", "y"));
    Path actual =
        saved(
            "b", Plot.of(Map.of("x", List.of(1), "y", List.of(Math.nextUp(0.1)))).points("x", "y"));
    assertEquals(1, FigureFiles.compare(expected, actual).size());
  }

  @Test
  void aDamagedFileIsNamedWithItsLine() {
    var wrong =
        assertThrows(
            IllegalArgumentException.class,
            () -> FigureData.parse("f.csv", "# seed: 7\n# column: x sometimes\nx\n1\n"));
    assertEquals(
        "f.csv, line 2: a column is structural, measured TOLERANCE or wall, not 'x sometimes'",
        wrong.getMessage());
    assertThrows(
        IllegalArgumentException.class,
        () -> FigureData.parse("f.csv", "# column: x structural\nx,y\n1,2\n"));
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
