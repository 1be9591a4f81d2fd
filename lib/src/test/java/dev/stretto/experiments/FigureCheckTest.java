package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FigureCheckTest {
  private static final String DATA =
      """
      # figure: gantt
      # revision: %s
      # column: step structural
      # column: loss measured 0.01
      # column: seconds wall
      step,loss,seconds
      1,%s,%s
      2,0.25,7.5
      """;

  @TempDir private Path folder;
  private Path stored;
  private Path drawn;

  @BeforeEach
  void twoTreesThatAgree() throws IOException {
    stored = folder.resolve("stored");
    drawn = folder.resolve("drawn");
    String spec = "{\"a\": 1, \"b\": 2}\n";
    String turned = "{\"b\": 2, \"a\": 1}\n";
    figure(stored, "flover-gantt", DATA.formatted("r1", "0.5", "3"), spec, Color.BLUE);
    figure(drawn, "flover-gantt", DATA.formatted("r2", "0.503", "4"), turned, Color.BLUE);
  }

  @Test
  void revisionWallTimeAndSmallMovesAreNoDifference() {
    assertEquals(List.of(), compare(false, false));
  }

  @Test
  void aMeasuredNumberBeyondItsToleranceIsNamedAndShownOnThePage() throws IOException {
    figure(
        drawn,
        "flover-gantt",
        DATA.formatted("r2", "0.6", "4"),
        "{\"a\": 1, \"b\": 2}\n",
        Color.BLUE);
    List<FigureCheck.Parted> parted = compare(false, false);
    assertEquals(1, parted.size());
    assertEquals("01-batching/flover-gantt", parted.getFirst().name());
    String sentence = String.join(" ", parted.getFirst().sentences());
    assertTrue(sentence.contains("loss") && sentence.contains("0.6"), sentence);
    Path page = folder.resolve("page.html");
    CheckPage.write(page, stored, drawn, parted);
    String html = Files.readString(page);
    assertEquals(3, html.split("data:image/svg\\+xml;base64,", -1).length);
    assertEquals(2, html.split("data:image/png;base64,", -1).length);
    assertFalse(html.contains("src=\"http"), html);
  }

  @Test
  void specificationAndPictureAreComparedButNoPictureOfWallTimes() throws IOException {
    figure(drawn, "flover-gantt", DATA.formatted("r2", "0.5", "3"), "{\"a\": 1}\n", Color.RED);
    assertEquals(
        List.of("spec.b is absent instead of 2.0"), compare(false, false).getFirst().sentences());
    String structural = "# column: step structural\nstep\n1\n";
    figure(stored, "flover-gantt", structural, "{}\n", Color.BLUE);
    figure(drawn, "flover-gantt", structural, "{}\n", Color.RED);
    List<String> sentences = compare(false, false).getFirst().sentences();
    assertEquals("a colour in its picture is #FF0000 instead of #0000FF", sentences.getFirst());
    assertTrue(sentences.getLast().startsWith("its picture differs by 0."), sentences.toString());
  }

  @Test
  void oneThinLineInAnotherColourIsADifferenceAndASlightlyOtherShadeIsNot() throws IOException {
    String drawing =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"600\" height=\"370\">"
            + "<rect x=\"9\" y=\"9\" width=\"300\" height=\"200\" fill=\"rgb(0,114,178)\"/>"
            + "<path d=\"M10 300 L200 310\" stroke=\"rgb(%d,94,0)\" style=\"fill: none\"/></svg>";
    String structural = "# column: step structural\nstep\n1\n";
    figure(stored, "flover-gantt", structural, "{}\n", Color.BLUE);
    figure(drawn, "flover-gantt", structural, "{}\n", Color.BLUE);
    Path line = drawn.resolve("01-batching/flover-gantt.svg");
    Files.writeString(stored.resolve("01-batching/flover-gantt.svg"), drawing.formatted(213));
    Files.writeString(line, drawing.formatted(210));
    assertEquals(List.of(), compare(false, false));
    Files.writeString(line, drawing.formatted(0));
    assertEquals(
        List.of("a colour in its picture is #005E00 instead of #D55E00"),
        compare(false, false).getFirst().sentences());
  }

  @Test
  void aMissingPictureIsADifferenceAndAnOlderOneIsNot() throws IOException {
    Files.delete(stored.resolve("01-batching/flover-gantt.svg"));
    assertEquals(
        List.of("it has no picture, or not one of the same kind, here and there"),
        compare(false, false).getFirst().sentences());
    String structural = "# column: step structural\nstep\n%d\n";
    figure(stored, "flover-gantt", structural.formatted(1), "{}\n", Color.BLUE);
    figure(drawn, "flover-gantt", structural.formatted(1), "{\"a\": 1}\n", Color.RED);
    Files.writeString(drawn.resolve("01-batching/rows.csv"), "paper,value\nflover,1\n");
    Set<String> older = Set.of("01-batching/flover-gantt");
    var check = new FigureCheck(stored, drawn, false, false, older);
    assertEquals(List.of(), check.compare(List.of()));
    figure(drawn, "flover-gantt", structural.formatted(2), "{}\n", Color.BLUE);
    assertEquals(1, check.compare(List.of()).size());
  }

  @Test
  void missingAndNewFiguresAreDifferencesUnlessExcused() throws IOException {
    String real = "# data: digits (CC BY 4.0)\n# column: step structural\nstep\n1\n";
    figure(stored, "flover-gantt-digits", real, "{}\n", Color.BLUE);
    figure(drawn, "flover-makespan", DATA.formatted("r", "1", "1"), "{}\n", Color.BLUE);
    assertEquals(
        List.of("is stored but was not drawn", "was drawn but is not stored"),
        compare(false, false).stream().flatMap(figure -> figure.sentences().stream()).toList());
    assertEquals(List.of(), compare(true, true));
  }

  @Test
  void ledgerLinesAreComparedByKind() {
    ledger(stored, 10, 10, 10);
    ledger(drawn, 10.3, 10.3, 99);
    List<FigureCheck.Parted> parted = compare(false, false);
    assertEquals(
        List.of("flover/makespan-gain (quick) is 10.3 instead of 10"),
        parted.getFirst().sentences());
    ledger(drawn, 10, 11, 99);
    assertEquals(
        List.of("flover/slot-steps-saved (quick) is 11 instead of 10"),
        compare(false, false).getFirst().sentences());
  }

  private List<FigureCheck.Parted> compare(boolean withoutData, boolean newAllowed) {
    return new FigureCheck(stored, drawn, withoutData, newAllowed, Set.of()).compare(List.of());
  }

  private static void ledger(Path tree, double count, double quality, double wall) {
    new Ledger(
            List.of(
                line("makespan-gain", Kind.COUNT, count),
                line("slot-steps-saved", Kind.QUALITY, quality),
                line("wall-makespan-gain", Kind.WALL, wall)))
        .write(tree.resolve("ledger.csv"));
  }

  private static LedgerLine line(String measure, Kind kind, double ours) {
    return new LedgerLine(
        "flover",
        measure,
        "",
        "ratio",
        kind,
        StudyScale.TOY,
        "",
        OptionalDouble.of(ours),
        "mean",
        OptionalDouble.empty(),
        1,
        ">= 8",
        Verdict.REPRODUCED,
        Preset.QUICK,
        1,
        "01-batching",
        "");
  }

  private static void figure(Path tree, String name, String csv, String spec, Color color)
      throws IOException {
    Path place = Files.createDirectories(tree.resolve("01-batching"));
    Files.writeString(place.resolve(name + ".csv"), csv);
    Files.writeString(place.resolve(name + ".json"), spec);
    Files.writeString(
        place.resolve(name + ".svg"),
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="40" height="30">
        <rect x="5" y="5" width="20" height="20" fill="#%06x"/></svg>
        """
            .formatted(color.getRGB() & 0xFFFFFF));
  }
}
