package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;

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
