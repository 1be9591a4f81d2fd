package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class PlotTest {
  private record Point(String method, int step, double loss) {}

  private static final List<Point> POINTS =
      List.of(
          new Point("zebra", 1, 3.0),
          new Point("zebra", 2, 2.0),
          new Point("a method with a very long name", 1, 4.0),
          new Point("a method with a very long name", 2, 3.5));

  private static final Plot LINES = Plot.of(POINTS).lines("step", "loss").color("method");

  @Test
  void theSamePlotGivesTheSameBytes() {
    assertEquals(LINES.svg(), LINES.svg());
    assertArrayEquals(LINES.png(), LINES.png());
  }

  @Test
  void aPictureOfFewColoursKeepsItsFillsExactly() throws Exception {
    byte[] png = Plot.of(POINTS).bars("method", "loss").fill("method").png();
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertInstanceOf(IndexColorModel.class, image.getColorModel());
    assertEquals(0xffffffff, image.getRGB(0, 0));
    Set<String> colours = new HashSet<>();
    for (int i = 0; i < image.getWidth() * image.getHeight(); i++) {
      int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
      colours.add("#%06X".formatted(rgb & 0xffffff));
    }
    assertTrue(colours.containsAll(Palette.discrete(2)), colours.toString());
    assertTrue(colours.size() <= 64, "colours: " + colours.size());
  }

  @Test
  void everyColourReadsOnWhite() {
    for (String colour : Palette.DISCRETE) {
      assertTrue(contrast(colour) >= 3, colour + ": " + contrast(colour));
    }
    assertEquals(21, contrast("#000000"), 1e-9);
    assertEquals(1, contrast("#ffffff"), 1e-9);
  }

  @Test
  void namesAreToldApartWithoutColourToo() {
    String svg = LINES.points("step", "loss").color("method").svg();
    assertTrue(svg.contains("stroke-dasharray"), "the second line is dashed");
    assertEquals(1, svg.split(">zebra<", -1).length - 1, "one legend for all codes");
    assertFalse(LINES.with("linetype", "solid").svg().contains("stroke-dasharray"));
    assertFalse(Json.pretty(LINES.spec()).contains("linetype"), "not what was asked for");
  }

  @Test
  void inANarrowPlotTheLegendLiesBelow() {
    String narrow = LINES.size(420, 300).svg();
    assertEquals(narrow, LINES.size(420, 300).legendAt("bottom").svg());
  }

  @Test
  void aPlotIsNotChangedByItsCopies() {
    Map<String, Object> before = LINES.spec();
    LINES.points("step", "loss").title("other").y("y", Scale.log10());
    assertEquals(before, LINES.spec());
  }

  @Test
  void theSpecHoldsNoDataAndNoNamesFromTheData() {
    String spec = Json.pretty(LINES.spec());
    assertFalse(spec.contains("zebra"), spec);
    assertTrue(spec.contains("\"color\": \"method\""), spec);
  }

  @Test
  void theDataAreTheColumnsDrawn() {
    Table data = Plot.of(POINTS).bars("method", "loss").data();
    assertEquals(List.of("method", "loss"), data.columnNames());
    assertEquals(4, data.rowCount());
  }

  @Test
  void longNamesAreWrittenInFull() {
    String svg = Plot.of(POINTS).bars("method", "loss").horizontal().svg();
    assertTrue(svg.contains(">a method with a very long name<"), svg);
  }

  @Test
  void anUnknownColumnIsNamedTogetherWithThoseThatExist() {
    var wrong =
        assertThrows(IllegalArgumentException.class, () -> Plot.of(POINTS).lines("step", "lose"));
    assertEquals(
        "no column 'lose'; the table's columns are 'method', 'step', 'loss'", wrong.getMessage());
  }

  @Test
  void emptyDataAreRefused() {
    Map<String, List<Double>> empty = new LinkedHashMap<>();
    empty.put("x", List.of());
    var wrong = assertThrows(IllegalArgumentException.class, () -> Plot.of(empty));
    assertTrue(wrong.getMessage().startsWith("nothing to plot"), wrong.getMessage());
  }

  @Test
  void chosenBreaksCarryTheirOwnLabels() {
    Plot plot = Plot.of(Map.of("x", List.of(1, 10, 40), "y", List.of(1, 2, 3))).points("x", "y");
    String svg = plot.x("x", Scale.log10().breaks(3, 7, 35)).svg();
    for (String label : List.of(">3<", ">7<", ">35<")) {
      assertTrue(svg.contains(label), label);
    }
    assertFalse(svg.contains(">10<") || svg.contains(">5<"), svg);
    String euros = plot.x("x", Scale.log10().breaks(3, 7).format("{d} EUR")).svg();
    assertTrue(euros.contains(">7 EUR<"), euros);
  }

  @Test
  void whatALogarithmicAxisCannotShowIsSaid() {
    Plot plot = Plot.of(Map.of("x", List.of(1, 2), "y", List.of(0.0, 1.0))).points("x", "y");
    var wrong =
        assertThrows(IllegalArgumentException.class, () -> plot.y("y", Scale.log10()).svg());
    assertEquals(
        "1 values of column 'y' are 0 or less, which a logarithmic axis cannot show",
        wrong.getMessage());
  }

  @Test
  void aColumnClassNeedsItsColumn() {
    assertThrows(IllegalArgumentException.class, () -> LINES.measured(0.1, "los").data());
    assertThrows(IllegalStateException.class, () -> Plot.of(POINTS).svg());
  }

  @Test
  void logarithmicAxesHaveRoundBreaks() {
    assertEquals(List.of(1.0, 10.0, 100.0, 1000.0), LogBreaks.between(0.99, 1000).breaks());
    assertEquals(List.of(0.2, 0.5, 1.0, 2.0), LogBreaks.between(0.2, 3).breaks());
  }

  @Test
  void panelsAndNamesKeepTheOrderOfTheTableUnlessAskedOtherwise() {
    String svg = LINES.facets("method", 2).legendAt("none").svg();
    assertTrue(svg.indexOf(">zebra<") < svg.indexOf(">a method with a very long name<"), svg);
    String other =
        LINES.facets("method", 2).order("method", "a method with a very long name").svg();
    assertTrue(other.indexOf(">zebra<") > other.indexOf(">a method with a very long name<"), other);
    assertFalse(svg.chars().anyMatch(c -> c >= 0xE000 && c <= 0xF8FF), "private characters");
  }

  @Test
  void severalLayersWithTheirOwnDataAreOneTable() {
    Table data =
        Plot.of(POINTS)
            .lines("step", "loss")
            .from(Map.of("at", List.of(1), "height", List.of(2)))
            .points("at", "height")
            .hline(3)
            .note(1, 2, "here")
            .data();
    assertEquals(5, data.rowCount());
    assertTrue(data.columnNames().containsAll(List.of("layer", "step", "loss", "at", "height")));
  }

  @Test
  void everyKindOfMarkDraws() {
    Plot base = Plot.of(POINTS);
    for (Plot plot :
        List.of(
            base.points("step", "loss").discrete("step").fill("method").legendAt("top"),
            base.lines("step", "loss").color("method"),
            base.bars("method", "loss").labels("loss", ".1f"),
            base.bars("method", "loss").fill("method").dodged().labels("loss", ".1f"),
            base.bars("step", "loss").fill("method").labels("loss", ".1f").discrete("step"),
            base.tiles("method", "step", "loss").labels("loss", ".1f").discrete("step"),
            base.errorBars("method", "step", "loss"),
            base.segments("step", "loss", "loss", "step").vline(2),
            base.rects("step", "loss", "step", "loss"),
            base.texts("step", "loss", "method"))) {
      assertTrue(plot.svg().startsWith("<svg"), plot.spec().toString());
    }
  }

  /** Contrast on white (WCAG 2.1), from 1 to 21. */
  private static double contrast(String colour) {
    double luminance = 0;
    double[] weights = {.2126, .7152, .0722};
    for (int i = 0; i < 3; i++) {
      double share = Integer.parseInt(colour.substring(2 * i + 1, 2 * i + 3), 16) / 255.0;
      luminance +=
          weights[i] * (share <= .03928 ? share / 12.92 : Math.pow((share + .055) / 1.055, 2.4));
    }
    return 1.05 / (luminance + .05);
  }
}
