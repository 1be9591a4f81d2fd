package dev.stretto.figures;

import java.util.Map;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * The data of a stored figure.
 *
 * @param provenance key to value
 * @param classes column to class, one for each column
 * @param table the data
 */
public record FigureData(
    Map<String, String> provenance, Map<String, ColumnClass> classes, Table table) {

  /** Comment lines {@code # key: value} and {@code # column: NAME CLASS}, then plain CSV. */
  static String csv(Figure figure, Map<String, String> provenance) {
    Table table = figure.data();
    StringBuilder csv = new StringBuilder();
    provenance.forEach(
        (key, value) ->
            csv.append("# ")
                .append(key)
                .append(": ")
                .append(value.replaceAll("\\R", " "))
                .append('\n'));
    for (String name : table.columnNames()) {
      ColumnClass declared = figure.columnClasses().getOrDefault(name, ColumnClass.STRUCTURAL);
      csv.append("# column: ").append(name).append(' ').append(word(declared)).append('\n');
    }
    csv.append(row(table.columnNames().toArray(String[]::new)));
    for (int row = 0; row < table.rowCount(); row++) {
      String[] cells = new String[table.columnCount()];
      for (int c = 0; c < cells.length; c++) {
        cells[c] = cell(table.column(c), row);
      }
      csv.append(row(cells));
    }
    return csv.toString();
  }

  private static String word(ColumnClass declared) {
    return switch (declared.kind()) {
      case STRUCTURAL -> "structural";
      case MEASURED -> "measured " + number(declared.tolerance());
      case WALL -> "wall";
    };
  }

  /** The shortest text that reads back as the same number. */
  private static String cell(Column<?> column, int row) {
    if (column.isMissing(row)) {
      return "";
    }
    Object value = column.get(row);
    return column instanceof NumericColumn && value instanceof Double number
        ? number(number)
        : String.valueOf(value);
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private static String row(String[] cells) {
    StringBuilder line = new StringBuilder();
    for (String cell : cells) {
      line.append(line.isEmpty() ? "" : ",").append(quoted(cell));
    }
    return line.append('\n').toString();
  }

  private static String quoted(String cell) {
    return cell.matches("(?s).*[\",\\r\\n].*|\\s.*|.*\\s|#.*")
        ? '"' + cell.replace("\"", "\"\"") + '"'
        : cell;
  }
}
