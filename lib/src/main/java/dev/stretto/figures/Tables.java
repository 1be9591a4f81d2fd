package dev.stretto.figures;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
   * A table of records, one column a component under the component's name.
   *
   * @param records at least one record, all of one type
   * @return a new table
   * @throws IllegalArgumentException where there is none
   */
  public static Table of(List<? extends Record> records) {
    if (records.isEmpty()) {
      throw new IllegalArgumentException("no records: a table needs at least one");
    }
    RecordComponent[] components = records.getFirst().getClass().getRecordComponents();
    return of(
        records, Arrays.stream(components).map(RecordComponent::getName).toArray(String[]::new));
  }

  /**
   * A table of records under headings of one's own.
   *
   * @param records at least one record, all of one type
   * @param headings a name for each component
   * @return a new table
   * @throws IllegalArgumentException where there is no record, or not one heading a component
   */
  public static Table of(List<? extends Record> records, String... headings) {
    if (records.isEmpty()) {
      throw new IllegalArgumentException("no records: a table needs at least one");
    }
    RecordComponent[] components = records.getFirst().getClass().getRecordComponents();
    if (headings.length != components.length) {
      throw new IllegalArgumentException(
          "%d headings for the %d components of %s"
              .formatted(
                  headings.length,
                  components.length,
                  records.getFirst().getClass().getSimpleName()));
    }
    Table table = Table.create();
    for (int c = 0; c < components.length; c++) {
      var accessor = components[c].getAccessor();
      accessor.setAccessible(true);
      List<Object> values = new ArrayList<>();
      for (Record row : records) {
        try {
          values.add(accessor.invoke(row));
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException("cannot read " + headings[c] + " of " + row, e);
        }
      }
      table.addColumns(column(headings[c], values));
    }
    return table;
  }

  /**
   * A table of columns.
   *
   * @param columns name to a list or an array of numbers, strings, booleans or anything else (its
   *     text is taken); all of one length; in the order of the map
   * @return a new table
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
    return switch (values) {
      case Collection<?> collection -> new ArrayList<>(collection);
      case double[] array -> new ArrayList<>(Arrays.stream(array).boxed().toList());
      case int[] array -> new ArrayList<>(Arrays.stream(array).boxed().toList());
      case long[] array -> new ArrayList<>(Arrays.stream(array).boxed().toList());
      case float[] array -> {
        List<Object> list = new ArrayList<>();
        for (float value : array) {
          list.add(value);
        }
        yield list;
      }
      case Object[] array -> new ArrayList<>(Arrays.asList(array));
      case null, default ->
          throw new IllegalArgumentException(
              "column %s must be a list or an array, not %s".formatted(name, values));
    };
  }

  static Column<?> column(String name, List<Object> values) {
    if (all(values, Integer.class, Short.class, Byte.class)) {
      IntColumn column = IntColumn.create(name);
      values.forEach(
          v -> append(v, column::appendMissing, () -> column.append(((Number) v).intValue())));
      return column;
    }
    if (all(values, Long.class, Integer.class)) {
      LongColumn column = LongColumn.create(name);
      values.forEach(
          v -> append(v, column::appendMissing, () -> column.append(((Number) v).longValue())));
      return column;
    }
    if (all(values, Number.class)) {
      DoubleColumn column = DoubleColumn.create(name);
      values.forEach(
          v -> append(v, column::appendMissing, () -> column.append(((Number) v).doubleValue())));
      return column;
    }
    if (all(values, Boolean.class)) {
      BooleanColumn column = BooleanColumn.create(name);
      values.forEach(v -> append(v, column::appendMissing, () -> column.append((Boolean) v)));
      return column;
    }
    StringColumn column = StringColumn.create(name);
    values.forEach(v -> append(v, column::appendMissing, () -> column.append(String.valueOf(v))));
    return column;
  }

  private static void append(Object value, Runnable missing, Runnable present) {
    (value == null ? missing : present).run();
  }

  private static boolean all(List<Object> values, Class<?>... types) {
    return values.stream()
        .allMatch(v -> v == null || Arrays.stream(types).anyMatch(type -> type.isInstance(v)));
  }

  /**
   * A cell as it is shown: numbers with four significant digits and grouped thousands, missing
   * values as nothing.
   *
   * @param column the column
   * @param row the row, from 0
   * @return the text
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
   * A number for reading: four significant digits, whole numbers in full, grouped from 10,000.
   *
   * @param number any number
   * @return the text
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
