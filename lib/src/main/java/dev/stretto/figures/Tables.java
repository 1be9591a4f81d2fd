package dev.stretto.figures;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
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
   * {@return a new table of records, one column a component} A component that is a record itself
   * becomes the columns of its own components; empty optionals are missing values.
   *
   * @param records at least one record, all of one type
   * @throws IllegalArgumentException where there is no record
   */
  public static Table of(List<? extends Record> records) {
    return rows(records).components().table("");
  }

  /**
   * {@return a table in the making, one row a value, whose columns are named one by one}
   *
   * @param rows records or anything else, in order; may be empty
   * @param <T> what a row is made from
   */
  public static <T> TableRows<T> rows(Collection<? extends T> rows) {
    return new TableRows<>(rows);
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

  /** One more cell at the end of a column, for {@link #of(Map)}. */
  static void add(Map<String, List<Object>> columns, String name, Object value) {
    columns.computeIfAbsent(name, _ -> new ArrayList<>()).add(value);
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
    values.replaceAll(Tables::unwrapped);
    if (values.stream().noneMatch(Objects::nonNull)) {
      return filled(StringColumn.create(name), values, String::valueOf);
    }
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

  /** A column's values, {@code null} where one is missing. */
  static List<Object> cells(Column<?> column) {
    List<Object> cells = new ArrayList<>();
    for (int row = 0; row < column.size(); row++) {
      cells.add(column.isMissing(row) ? null : column.get(row));
    }
    return cells;
  }

  private static Object unwrapped(Object value) {
    return switch (value) {
      case Optional<?> o -> o.orElse(null);
      case OptionalDouble o -> o.isPresent() ? (Object) o.getAsDouble() : null;
      case OptionalInt o -> o.isPresent() ? (Object) o.getAsInt() : null;
      case OptionalLong o -> o.isPresent() ? (Object) o.getAsLong() : null;
      case null, default -> value;
    };
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
