package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

class TablesTest {
  private enum Kind {
    A
  }

  private record Row(String name, int count, double share, boolean ok, Kind kind, Long missing) {}

  @Test
  void aRecordIsARowOfItsComponents() {
    Table table =
        Tables.of(
            List.of(
                new Row("a", 1, 0.5, true, Kind.A, null), new Row("b", 2, 1, false, Kind.A, 3L)));
    assertEquals(List.of("name", "count", "share", "ok", "kind", "missing"), table.columnNames());
    assertEquals(ColumnType.INTEGER, table.column("count").type());
    assertEquals(ColumnType.DOUBLE, table.column("share").type());
    assertEquals("A", table.getString(0, "kind"));
    assertEquals(1, table.column("missing").countMissing());
  }

  private record Point(int x, OptionalDouble y) {}

  private record Nested(Optional<String> name, Point at) {}

  @Test
  void recordsInRecordsAreColumnsAndWhatIsEmptyIsMissing() {
    Table table =
        Tables.of(
            List.of(
                new Nested(Optional.of("a"), new Point(1, OptionalDouble.of(.5))),
                new Nested(Optional.empty(), new Point(2, OptionalDouble.empty())),
                new Nested(Optional.of("c"), null)));
    assertEquals(List.of("name", "x", "y"), table.columnNames());
    assertEquals(List.of(1, 1, 2), table.columns().stream().map(Column::countMissing).toList());
    assertEquals(ColumnType.DOUBLE, table.column("y").type());
  }

  @Test
  void columnsAreComputedNamedAndRounded() {
    Table table =
        Tables.rows(List.of(new Row("a", 2, 1 / 3.0, true, Kind.A, null)))
            .components()
            .column("sum", row -> row.count() + row.share())
            .rounded(2, "share")
            .table("runs");
    assertEquals("runs", table.name());
    assertEquals(7 / 3.0, table.doubleColumn("sum").get(0));
    assertEquals(1 / 3.0, table.doubleColumn("share").get(0), "the value stays exact");
    String html = HtmlTable.of(table);
    assertTrue(html.contains(">0.33<") && html.contains(">2.333<"), html);
    var wrong =
        assertThrows(IllegalArgumentException.class, () -> Tables.rows(List.of(1)).components());
    assertEquals("a Integer is no record: name its columns", wrong.getMessage());
    assertEquals(0, Tables.rows(List.<Row>of()).column("n", Row::count).table("").rowCount());
  }

  @Test
  void columnsOfDifferentLengthAreNamed() {
    Map<String, List<Integer>> columns = new LinkedHashMap<>();
    columns.put("a", List.of(1));
    columns.put("b", List.of(1, 2));
    var wrong = assertThrows(IllegalArgumentException.class, () -> Tables.of(columns));
    assertEquals("column b has 2 values, a has 1", wrong.getMessage());
  }

  @Test
  void numbersAreRoundedForReading() {
    assertEquals("2026", Tables.text(2026));
    assertEquals("12,345", Tables.text(12345.0));
    assertEquals("0.4286", Tables.text(3 / 7.0));
    assertEquals("1,235", Tables.text(1234.5));
    assertEquals("1.000e-05", Tables.text(1e-5));
    assertEquals("NaN", Tables.text(Double.NaN));
    assertEquals("0", Tables.text(0.0));
  }
}
