package dev.stretto.experiments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Tables of records as text, one a line under the names of their components. */
final class Csv {
  private Csv() {}

  /** {@return a record's values in order, numbers with six digits} */
  static List<String> cells(Record row) {
    return Settings.values(row).values().stream().map(Csv::cell).toList();
  }

  /** Writes a table, whole or not at all; its folder is made where it is missing. */
  static <R extends Record> void write(Path file, Class<R> type, List<R> rows, String between) {
    String csv =
        Stream.concat(Stream.of(Settings.columns(type)), rows.stream().map(Csv::cells))
            .map(cells -> cells.stream().map(Csv::quoted).collect(Collectors.joining(between)))
            .collect(Collectors.joining("\n", "", "\n"));
    try {
      Path target = file.toAbsolutePath();
      Files.createDirectories(target.getParent());
      // not createTempFile, whose files only their owner can read
      Path temporary =
          target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid());
      try {
        Files.writeString(temporary, csv);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  private static String cell(Object value) {
    return switch (value) {
      case Double number -> Ledger.number(number);
      case OptionalDouble number -> number.isPresent() ? Ledger.number(number.getAsDouble()) : "";
      default -> value.toString();
    };
  }

  private static String quoted(String cell) {
    return cell.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n')
        ? '"' + cell.replace("\"", "\"\"") + '"'
        : cell;
  }
}
