package dev.stretto.figures;

import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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

  private static final Pattern DECLARATION =
      Pattern.compile("(.+) (?:(structural|wall)|(measured) ([0-9.eE+-]+))");
  private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]{1,18}");
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?([0-9]+\\.?[0-9]*([eE][+-]?[0-9]+)?|Infinity)|NaN");

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

  /** Reads what {@link #csv} writes. */
  static FigureData parse(String file, String text) {
    Map<String, String> provenance = new LinkedHashMap<>();
    Map<String, ColumnClass> classes = new LinkedHashMap<>();
    List<String> comments = text.lines().takeWhile(line -> line.startsWith("#")).toList();
    for (int line = 1; line <= comments.size(); line++) {
      String comment = comments.get(line - 1).substring(1).strip();
      int colon = comment.indexOf(": ");
      if (colon < 0) {
        throw new IllegalArgumentException(
            "%s, line %d: '# key: value' is expected, not '%s'".formatted(file, line, comment));
      }
      String value = comment.substring(colon + 2);
      if (comment.startsWith("column: ")) {
        declare(file + ", line " + line, value, classes);
      } else {
        provenance.put(comment.substring(0, colon), value);
      }
    }
    return new FigureData(provenance, classes, table(file, comments.size(), text, classes));
  }

  private static void declare(String place, String text, Map<String, ColumnClass> classes) {
    Matcher matcher = DECLARATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "%s: a column is structural, measured TOLERANCE or wall, not '%s'"
              .formatted(place, text));
    }
    double tolerance = matcher.group(4) == null ? 0 : Double.parseDouble(matcher.group(4));
    String kind = Objects.requireNonNullElse(matcher.group(2), matcher.group(3));
    classes.put(
        matcher.group(1),
        new ColumnClass(ColumnClass.Kind.valueOf(kind.toUpperCase(Locale.ROOT)), tolerance));
  }

  private static Table table(
      String file, int comments, String text, Map<String, ColumnClass> classes) {
    CsvParserSettings settings = new CsvParserSettings();
    settings.setNumberOfRowsToSkip(comments);
    settings.setKeepQuotes(true);
    settings.setMaxCharsPerColumn(-1);
    settings.setMaxColumns(Math.max(512, classes.size() + 1));
    settings.setIgnoreLeadingWhitespaces(false);
    settings.setIgnoreTrailingWhitespaces(false);
    settings.getFormat().setComment('\0');
    settings.setSkipEmptyLines(false);
    List<String[]> rows = new CsvParser(settings).parseAll(new StringReader(text));
    List<String> names =
        rows.isEmpty()
            ? List.of()
            : Arrays.stream(rows.getFirst()).map(FigureData::unquoted).toList();
    if (!names.equals(List.copyOf(classes.keySet()))) {
      throw new IllegalArgumentException(
          "%s, line %d: the columns are %s, but declared above are %s"
              .formatted(file, comments + 1, names, classes.keySet()));
    }
    Table table = Table.create();
    for (int c = 0; c < names.size(); c++) {
      List<String> cells = new ArrayList<>();
      for (int r = 1; r < rows.size(); r++) {
        if (rows.get(r).length != names.size()) {
          throw new IllegalArgumentException(
              "%s, row %d: %d cells instead of %d"
                  .formatted(file, r, rows.get(r).length, names.size()));
        }
        cells.add(rows.get(r)[c]);
      }
      table.addColumns(Tables.column(names.get(c), typed(cells)));
    }
    return table;
  }

  /** Numbers where every cell is one and none is quoted; text otherwise. */
  private static List<Object> typed(List<String> cells) {
    Function<String, Object> value = FigureData::unquoted;
    if (cells.stream().allMatch(c -> c == null || WHOLE.matcher(c).matches())) {
      value = Long::valueOf;
    } else if (cells.stream().allMatch(c -> c == null || NUMBER.matcher(c).matches())) {
      value = Double::valueOf;
    }
    List<Object> values = new ArrayList<>();
    for (String cell : cells) {
      values.add(cell == null ? null : value.apply(cell));
    }
    return values;
  }

  private static String unquoted(String cell) {
    if (cell == null) {
      return "";
    }
    return cell.length() > 1 && cell.startsWith("\"") && cell.endsWith("\"")
        ? cell.substring(1, cell.length() - 1) // the parser has undoubled what is inside
        : cell;
  }
}
