package dev.stretto.figures;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** Tablesaw tables from records and columns, and numbers rounded for reading. */
public final class Tables {
  private Tables() {}

  /**
   * {@return a new table of records, one column a component}
   *
   * @param records at least one record, all of one type
   * @param headings a name for each component; none for the components' own names
   * @throws IllegalArgumentException where there is no record, or not one heading a component
   */
  public static Table of(List<? extends Record> records, String... headings) {
    if (records.isEmpty()) {
      throw new IllegalArgumentException("no records: a table needs at least one");
    }
    Class<?> type = records.getFirst().getClass();
    RecordComponent[] components = type.getRecordComponents();
    if (headings.length != components.length && headings.length > 0) {
      throw new IllegalArgumentException(
          "%d headings for the %d components of %s"
              .formatted(headings.length, components.length, type.getSimpleName()));
    }
    Table table = Table.create();
    for (int c = 0; c < components.length; c++) {
      String heading = headings.length > 0 ? headings[c] : components[c].getName();
      var accessor = components[c].getAccessor();
      accessor.setAccessible(true);
      List<Object> values = new ArrayList<>();
      for (Record row : records) {
        try {
          values.add(accessor.invoke(row));
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException("cannot read " + heading + " of " + row, e);
        }
      }
      table.addColumns(column(heading, values));
    }
    return table;
  }

  /**
   * {@return a new table of columns}
   *
   * @param columns name to a list or an array of numbers, strings, booleans or anything else (its
   *     text is taken); all of one length; in the order of the map
   * @throws IllegalArgumentException where lengths differ or a value is neither list nor array
   */
  public static Table of(Map<String, ?> columns) {
    Table table = Table.create();
    columns.forEach(
        (name, values) -> {
          List<Object> list = list(name, values);
          if (table.columnCount() > 0 && list.size() != table.rowCount()) {
            throw new IllegalArgumentException(
                "column %s has %d values, %s has %d"
                    .formatted(name, list.size(), table.column(0).name(), table.rowCount()));
          }
          table.addColumns(column(name, list));
        });
    return table;
  }

  private static List<Object> list(String name, Object values) {
    if (values instanceof Collection<?> collection) {
      return new ArrayList<>(collection);
    }
    if (values == null || !values.getClass().isArray()) {
      throw new IllegalArgumentException(
          "column %s must be a list or an array, not %s".formatted(name, values));
    }
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < Array.getLength(values); i++) {
      list.add(Array.get(values, i));
    }
    return list;
  }

  static Column<?> column(String name, List<Object> values) {
    if (all(values, Integer.class, Short.class, Byte.class)) {
      return filled(IntColumn.create(name), values, v -> ((Number) v).intValue());
    }
    if (all(values, Long.class, Integer.class)) {
      return filled(LongColumn.create(name), values, v -> ((Number) v).longValue());
    }
    if (all(values, Number.class)) {
      return filled(DoubleColumn.create(name), values, v -> ((Number) v).doubleValue());
    }
    if (all(values, Boolean.class)) {
      return filled(BooleanColumn.create(name), values, Boolean.class::cast);
    }
    return filled(StringColumn.create(name), values, String::valueOf);
  }

  private static <T> Column<T> filled(
      Column<T> column, List<Object> values, Function<Object, T> cell) {
    for (Object value : values) {
      if (value == null) {
        column.appendMissing();
      } else {
        column.append(cell.apply(value));
      }
    }
    return column;
  }

  private static boolean all(List<Object> values, Class<?>... types) {
    return values.stream()
        .allMatch(v -> v == null || Arrays.stream(types).anyMatch(type -> type.isInstance(v)));
  }

  /**
   * {@return a cell as it is shown: numbers with four significant digits and grouped thousands,
   * missing values as nothing}
   *
   * @param column the column
   * @param row the row, from 0
   */
  public static String text(Column<?> column, int row) {
    if (column.isMissing(row)) {
      return "";
    }
    Object value = column.get(row);
    return value instanceof Number number && column instanceof NumericColumn
        ? text(number)
        : String.valueOf(value);
  }

  /**
   * {@return a number for reading: four significant digits, whole numbers in full, grouped from
   * 10,000}
   *
   * @param number any number
   */
  public static String text(Number number) {
    double value = number.doubleValue();
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return String.format(Locale.ROOT, Math.abs(value) < 1e4 ? "%d" : "%,d", (long) value);
    }
    double size = Math.abs(value);
    if (size < 1e-4 || size >= 1e9) {
      return String.format(Locale.ROOT, "%.3e", value);
    }
    int decimals = (int) Math.max(0, 3 - Math.floor(Math.log10(size)));
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }
}
