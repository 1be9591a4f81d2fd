package dev.stretto.experiments;

import dev.stretto.figures.ColumnClass;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/** Compares the stored data of a figure with those drawn now, each column by its class. */
final class DataDifference {
  private static final Pattern COLUMN =
      Pattern.compile("# column: (.+) (structural|wall|measured ([0-9.eE+-]+))");

  private DataDifference() {}

  /** A sentence for each column that parted, naming its first row that did. */
  static List<String> of(Path stored, Path drawn) {
    Table before = read(stored);
    Table now = read(drawn);
    if (!before.columnNames().equals(now.columnNames())) {
      return List.of(
          "its columns are %s instead of %s".formatted(now.columnNames(), before.columnNames()));
    }
    if (before.rowCount() != now.rowCount()) {
      return List.of(
          "its data have %d rows instead of %d".formatted(now.rowCount(), before.rowCount()));
    }
    Map<String, ColumnClass> classes = classes(stored);
    List<String> sentences = new ArrayList<>();
    for (String column : before.columnNames()) {
      ColumnClass comparison = classes.getOrDefault(column, ColumnClass.STRUCTURAL);
      int parted = 0;
      String first = "";
      for (int row = 0; row < before.rowCount(); row++) {
        String old = before.stringColumn(column).get(row);
        String value = now.stringColumn(column).get(row);
        if (!agree(comparison, old, value)) {
          first =
              parted++ == 0 ? "row %d is %s instead of %s".formatted(row + 1, value, old) : first;
        }
      }
      if (parted > 0) {
        sentences.add(
            "column %s differs in %d of %d rows (%s): %s"
                .formatted(column, parted, before.rowCount(), words(comparison), first));
      }
    }
    return sentences;
  }

  private static boolean agree(ColumnClass comparison, String old, String value) {
    if (comparison.kind() == ColumnClass.Kind.WALL || old.equals(value)) {
      return true;
    }
    if (comparison.kind() == ColumnClass.Kind.STRUCTURAL) {
      return false;
    }
    try {
      double a = Double.parseDouble(old);
      double b = Double.parseDouble(value);
      return Math.abs(a - b) <= comparison.tolerance() * Math.max(Math.abs(a), Math.abs(b));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static String words(ColumnClass comparison) {
    return comparison.kind() == ColumnClass.Kind.MEASURED
        ? "tolerance " + comparison.tolerance()
        : "exact";
  }

  private static Map<String, ColumnClass> classes(Path csv) {
    Map<String, ColumnClass> classes = new LinkedHashMap<>();
    for (String line : text(csv).lines().takeWhile(line -> line.startsWith("#")).toList()) {
      Matcher matcher = COLUMN.matcher(line);
      if (matcher.matches()) {
        classes.put(
            matcher.group(1),
            switch (matcher.group(2)) {
              case "structural" -> ColumnClass.STRUCTURAL;
              case "wall" -> ColumnClass.WALL;
              default -> ColumnClass.measured(Double.parseDouble(matcher.group(3)));
            });
      }
    }
    return classes;
  }

  private static Table read(Path csv) {
    String table = text(csv).replaceAll("(?m)\\A(#.*\\R)+", "");
    return Table.read()
        .usingOptions(
            CsvReadOptions.builder(new StringReader(table))
                .columnTypesToDetect(List.of(ColumnType.STRING))
                .missingValueIndicator("")
                .build());
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }
}
