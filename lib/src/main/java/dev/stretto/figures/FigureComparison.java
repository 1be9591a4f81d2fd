package dev.stretto.figures;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Says in sentences where two stored figures part. */
public final class FigureComparison {
  private static final int MOST_SPEC_DIFFERENCES = 10;

  private FigureComparison() {}

  /**
   * {@return the differences of the data: columns, rows, then values by column class}
   *
   * @param expected what is stored
   * @param actual what was drawn
   */
  public static List<String> ofData(FigureData expected, FigureData actual) {
    List<String> differences = new ArrayList<>();
    Table a = expected.table();
    Table b = actual.table();
    if (!a.columnNames().equals(b.columnNames())) {
      differences.add("columns are %s instead of %s".formatted(b.columnNames(), a.columnNames()));
    }
    if (a.rowCount() != b.rowCount()) {
      differences.add("%d rows instead of %d".formatted(b.rowCount(), a.rowCount()));
      return differences;
    }
    for (Column<?> column : a.columns()) {
      if (b.containsColumn(column.name())) {
        ColumnClass declared = expected.classes().get(column.name());
        if (!declared.equals(actual.classes().get(column.name()))) {
          differences.add(
              "column '%s' is declared %s instead of %s"
                  .formatted(column.name(), actual.classes().get(column.name()), declared));
        }
        compare(column, b.column(column.name()), declared, differences);
      }
    }
    return differences;
  }

  private static void compare(
      Column<?> expected, Column<?> actual, ColumnClass declared, List<String> differences) {
    if (declared.kind() == ColumnClass.Kind.WALL) {
      return;
    }
    int[] parted =
        IntStream.range(0, expected.size())
            .filter(row -> !equal(expected, actual, row, declared.tolerance()))
            .toArray();
    if (parted.length > 0) {
      differences.add(
          "column '%s' (%s): %d of %d values differ, first in row %d: %s instead of %s"
              .formatted(
                  expected.name(),
                  declared,
                  parted.length,
                  expected.size(),
                  parted[0] + 1,
                  shown(actual, parted[0]),
                  shown(expected, parted[0])));
    }
  }

  private static String shown(Column<?> column, int row) {
    return column.isMissing(row) ? "nothing" : String.valueOf(column.get(row));
  }

  private static boolean equal(Column<?> expected, Column<?> actual, int row, double tolerance) {
    if (expected.isMissing(row) || actual.isMissing(row)) {
      return expected.isMissing(row) == actual.isMissing(row);
    }
    if (expected instanceof NumericColumn<?> a && actual instanceof NumericColumn<?> b) {
      double x = a.getDouble(row);
      double y = b.getDouble(row);
      return x == y || Math.abs(x - y) <= tolerance * Math.max(Math.abs(x), Math.abs(y));
    }
    return String.valueOf(expected.get(row)).equals(String.valueOf(actual.get(row)));
  }

  /** Differences of two specifications, each with the place in the tree. */
  static List<String> ofSpecs(Object expected, Object actual) {
    List<String> differences = new ArrayList<>();
    walk("spec", expected, actual, differences);
    int more = differences.size() - MOST_SPEC_DIFFERENCES;
    if (more > 0) {
      differences.subList(MOST_SPEC_DIFFERENCES, differences.size()).clear();
      differences.add("the spec differs in %d more places".formatted(more));
    }
    return differences;
  }

  private static void walk(String place, Object expected, Object actual, List<String> differences) {
    if (expected instanceof Map<?, ?> a && actual instanceof Map<?, ?> b) {
      Set<Object> keys = new LinkedHashSet<>(a.keySet());
      keys.addAll(b.keySet());
      keys.forEach(key -> walk(place + "." + key, a.get(key), b.get(key), differences));
    } else if (expected instanceof List<?> a
        && actual instanceof List<?> b
        && a.size() == b.size()) {
      for (int i = 0; i < a.size(); i++) {
        walk(place + "[" + i + "]", a.get(i), b.get(i), differences);
      }
    } else if (!Objects.equals(expected, actual)) {
      differences.add("%s is %s instead of %s".formatted(place, text(actual), text(expected)));
    }
  }

  private static String text(Object value) {
    return value == null ? "absent" : value instanceof String ? "'" + value + "'" : "" + value;
  }
}
