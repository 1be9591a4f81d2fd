package dev.stretto.figures;

import java.util.Locale;
import java.util.stream.Collectors;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

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
    html.append("<thead><tr style=\"background:none\">");
    for (Column<?> column : table.columns()) {
      html.append(
              cell("th", column, "border-bottom:2px solid rgba(128,128,128,.6);font-weight:600"))
          .append(escape(column.name()))
          .append("</th>");
    }
    html.append("</tr></thead><tbody>");
    for (int row = 0; row < rows; row++) {
      html.append("<tr style=\"background:none\">");
      for (Column<?> column : table.columns()) {
        html.append(cell("td", column, "border-bottom:" + LINE))
            .append(escape(Tables.text(column, row)))
            .append("</td>");
      }
      html.append("</tr>");
    }
    html.append("</tbody></table>");
    if (rows < table.rowCount()) {
      html.append("<div style=\"opacity:.7;padding:2px 10px\">")
          .append(String.format(Locale.ROOT, "first %d of %,d rows", rows, table.rowCount()))
          .append("</div>");
    }
    return html.toString();
  }

  private static String cell(String tag, Column<?> column, String line) {
    String align = column instanceof NumericColumn ? "right" : "left";
    return "<%s style=\"text-align:%s;padding:2px 10px;border:none;%s\">"
        .formatted(tag, align, line);
  }

  static String escape(String text) {
    return text.chars()
        .mapToObj(
            c ->
                switch (c) {
                  case '<' -> "&lt;";
                  case '>' -> "&gt;";
                  case '&' -> "&amp;";
                  case '"' -> "&quot;";
                  default -> String.valueOf((char) c);
                })
        .collect(Collectors.joining());
  }
}
