package dev.stretto.figures;

import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** The data of a figure as text: what is kept of it, and compared when it is drawn again. */
final class FigureData {
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*([eE][+-]?[0-9]+)?|Infinity)|NaN");

  private FigureData() {}

  /** Comment lines {@code # key: value} and {@code # column: NAME CLASS}, then plain CSV. */
  static String csv(Figure figure, Map<String, String> provenance) {
    Table table = figure.data();
    StringBuilder csv = new StringBuilder();
    provenance.forEach(
        (key, value) -> csv.append("# %s: %s\n".formatted(key, value.replaceAll("\\R", " "))));
    for (String name : table.columnNames()) {
      ColumnClass declared = figure.columnClasses().getOrDefault(name, ColumnClass.STRUCTURAL);
      csv.append("# column: %s %s\n".formatted(name, declared));
    }
    line(csv, table.columnNames().stream().map(FigureData::quoted));
    for (int row = 0; row < table.rowCount(); row++) {
      int at = row;
      line(csv, table.columns().stream().map(column -> cell(column, at)));
    }
    return csv.toString();
  }

  private static void line(StringBuilder csv, Stream<String> cells) {
    csv.append(cells.collect(Collectors.joining(","))).append('\n');
  }

  /** The shortest text that reads back as the same number. */
  private static String cell(Column<?> column, int row) {
    return switch (column.isMissing(row) ? null : column.get(row)) {
      case null -> "";
      case Double number -> number(number);
      case Number whole -> whole.toString();
      case Object text -> quoted(text.toString());
    };
  }

  static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** Text in quotes where it would not read back as the same text. */
  private static String quoted(String cell) {
    return cell.isEmpty()
            || NUMBER.matcher(cell).matches()
            || cell.matches("(?s).*[\",\\r\\n].*|\\s.*|.*\\s|#.*")
        ? '"' + cell.replace("\"", "\"\"") + '"'
        : cell;
  }
}
