package dev.stretto.figures;

import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/** A table as HTML: the page's own look, light or dark, with columns aligned. */
final class HtmlTable {
  static final int MOST_ROWS = 40;

  private HtmlTable() {}

  static String of(Table table) {
    return of(table, MOST_ROWS);
  }

  static String of(Table table, int most) {
    int rows = Math.min(table.rowCount(), most);
    StringBuilder html = new StringBuilder("<table>");
    if (table.name() != null && !table.name().isBlank()) {
      html.append("<caption style=\"caption-side:top;text-align:left\">")
          .append(escape(table.name()))
          .append("</caption>");
    }
    html.append("<thead>").append(row("th", table, Column::name)).append("</thead><tbody>");
    for (int i = 0; i < rows; i++) {
      int row = i;
      html.append(row("td", table, c -> isRounded(c) ? c.getString(row) : Tables.text(c, row)));
    }
    html.append("</tbody></table>");
    if (rows < table.rowCount()) {
      html.append("<div style=\"opacity:.7\">")
          .append(String.format(Locale.ROOT, "first %d of %,d rows", rows, table.rowCount()))
          .append("</div>");
    }
    return html.toString();
  }

  /** Whether the column's maker said how it prints. */
  private static boolean isRounded(Column<?> column) {
    NumberColumnFormatter plain = NumberColumnFormatter.floatingPointDefault();
    plain.setColumnType(ColumnType.DOUBLE);
    return column instanceof DoubleColumn numbers
        && IntStream.range(0, Math.min(MOST_ROWS, numbers.size()))
            .filter(row -> !numbers.isMissing(row))
            .anyMatch(row -> !numbers.getString(row).equals(plain.format(numbers.getDouble(row))));
  }

  /** Alignment alone is said: Jupyter would set text to the right too. */
  private static String row(String tag, Table table, Function<Column<?>, String> text) {
    StringBuilder row = new StringBuilder("<tr>");
    for (Column<?> column : table.columns()) {
      String align = column instanceof NumericColumn ? "right" : "left";
      row.append(
          "<%s style=\"text-align:%s\">%s</%1$s>"
              .formatted(tag, align, escape(text.apply(column))));
    }
    return row.append("</tr>\n").toString();
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
