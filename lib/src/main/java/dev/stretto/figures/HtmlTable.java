package dev.stretto.figures;

import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/**
 * A table as HTML with inline styles only. No colour is fixed: text inherits the page's colour and
 * lines are half-transparent grey, so it reads in a light and in a dark notebook.
 */
final class HtmlTable {
  static final int MOST_ROWS = 40;

  private static final String LINE = "1px solid rgba(128,128,128,.35)";

  private HtmlTable() {}

  static String of(Table table) {
    int rows = Math.min(table.rowCount(), MOST_ROWS);
    StringBuilder html =
        new StringBuilder(
            "<table style=\"border-collapse:collapse;color:inherit;background:none;"
                + "font-variant-numeric:tabular-nums\">");
    if (table.name() != null && !table.name().isBlank()) {
      html.append(
              "<caption style=\"caption-side:top;text-align:left;color:inherit;padding:2px 10px\">")
          .append(escape(table.name()))
          .append("</caption>");
    }
    String head = "border-bottom:2px solid rgba(128,128,128,.6);font-weight:600";
    html.append("<thead>").append(row("th", head, table, Column::name)).append("</thead><tbody>");
    Set<String> rounded =
        table.columns().stream()
            .filter(HtmlTable::isRounded)
            .map(Column::name)
            .collect(Collectors.toSet());
    for (int i = 0; i < rows; i++) {
      int row = i;
      html.append(
          row(
              "td",
              "border-bottom:" + LINE,
              table,
              c -> rounded.contains(c.name()) ? c.getString(row) : Tables.text(c, row)));
    }
    html.append("</tbody></table>");
    if (rows < table.rowCount()) {
      html.append("<div style=\"opacity:.7;padding:2px 10px\">")
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

  private static String row(
      String tag, String line, Table table, Function<Column<?>, String> text) {
    StringBuilder row = new StringBuilder("<tr style=\"background:none\">");
    for (Column<?> column : table.columns()) {
      String align = column instanceof NumericColumn ? "right" : "left";
      row.append(
          "<%s style=\"text-align:%s;padding:2px 10px;border:none;%s\">%s</%1$s>"
              .formatted(tag, align, line, escape(text.apply(column))));
    }
    return row.append("</tr>").toString();
  }

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
