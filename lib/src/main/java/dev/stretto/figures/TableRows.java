package dev.stretto.figures;

import java.lang.reflect.RecordComponent;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/**
 * A table in the making, one row a value: {@code Tables.rows(runs).components().column("useful", r
 * -> 1 - r.padding()).rounded(3, "useful").table("runs")}. The calls add to the object itself.
 *
 * @param <T> what a row is made from
 */
public final class TableRows<T> {
  private static final DecimalFormatSymbols POINT = DecimalFormatSymbols.getInstance(Locale.ROOT);

  private final List<T> rows;
  private final Table table = Table.create();

  TableRows(Collection<? extends T> rows) {
    this.rows = List.copyOf(rows);
  }

  /**
   * Adds a column.
   *
   * @param name its heading
   * @param value a row's number, text or anything else; {@code null}, NaN and an empty optional are
   *     missing values
   * @return this
   */
  public TableRows<T> column(String name, Function<? super T, ?> value) {
    List<Object> values = new ArrayList<>();
    rows.forEach(row -> values.add(value.apply(row)));
    table.addColumns(Tables.column(name, values));
    return this;
  }

  /**
   * Adds a column for each component of the rows, which are records of one type. A component that
   * is a record itself becomes the columns of its own components.
   *
   * @return this
   * @throws IllegalArgumentException where a row is no record, or there is none to tell the type
   */
  public TableRows<T> components() {
    if (rows.isEmpty() || !rows.getFirst().getClass().isRecord()) {
      throw new IllegalArgumentException(
          rows.isEmpty()
              ? "no records: a table needs at least one"
              : "a %s is no record: name its columns"
                  .formatted(rows.getFirst().getClass().getSimpleName()));
    }
    components(rows.getFirst().getClass(), row -> row);
    return this;
  }

  private void components(Class<?> type, Function<? super T, ?> owner) {
    for (RecordComponent component : type.getRecordComponents()) {
      Function<T, Object> value = row -> read(component, owner.apply(row));
      if (component.getType().isRecord()) {
        components(component.getType(), value);
      } else {
        column(component.getName(), value);
      }
    }
  }

  private static Object read(RecordComponent component, Object owner) {
    try {
      component.getAccessor().setAccessible(true); // records of a notebook's cell are not public
      return owner == null ? null : component.getAccessor().invoke(owner);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "cannot read %s of %s".formatted(component.getName(), owner), e);
    }
  }

  /**
   * Shows numbers with so many decimals; the values stay exact.
   *
   * @param decimals 0 or more
   * @param columns which, none for all columns of numbers
   * @return this
   */
  public TableRows<T> rounded(int decimals, String... columns) {
    String pattern = "#,##0" + (decimals > 0 ? "." + "0".repeat(decimals) : "");
    List.of(columns).forEach(column -> Layer.requireColumn(table, column));
    for (Column<?> column : table.columns()) {
      boolean chosen = columns.length == 0 || List.of(columns).contains(column.name());
      if (chosen && column instanceof NumericColumn<?> numbers) {
        numbers.setPrintFormatter(new NumberColumnFormatter(new DecimalFormat(pattern, POINT), ""));
      }
    }
    return this;
  }

  /**
   * {@return the table}
   *
   * @param name shown above it
   */
  public Table table(String name) {
    return table.setName(name);
  }
}
