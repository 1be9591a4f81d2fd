package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
}
