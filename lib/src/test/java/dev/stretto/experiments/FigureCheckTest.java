package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import javax.imageio.ImageIO;
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
    assertEquals(4, html.split("data:image/png;base64,", -1).length);
    assertFalse(html.contains("src=\"http"), html);
  }

  @Test
  void specificationAndPictureAreComparedButNoPictureOfWallTimes() throws IOException {
    figure(drawn, "flover-gantt", DATA.formatted("r2", "0.5", "3"), "{\"a\": 1}\n", Color.RED);
    assertEquals(
        List.of("spec.b is absent instead of 2"), compare(false, false).getFirst().sentences());
    String structural = "# column: step structural\nstep\n1\n";
    figure(stored, "flover-gantt", structural, "{}\n", Color.BLUE);
    figure(drawn, "flover-gantt", structural, "{}\n", Color.RED);
    String sentence = compare(false, false).getFirst().sentences().getFirst();
    assertTrue(sentence.startsWith("its picture differs by 0."), sentence);
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
    return new FigureCheck(stored, drawn, withoutData, newAllowed).compare(List.of());
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
    BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(5, 5, 20, 20);
    graphics.dispose();
    ImageIO.write(image, "png", place.resolve(name + ".png").toFile());
  }
}
