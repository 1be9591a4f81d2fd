package dev.stretto.experiments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** {@code index.tsv} beside stored models: which recipe, seed and key each file belongs to. */
final class CheckpointIndex {
  private CheckpointIndex() {}

  /**
   * A stored file.
   *
   * @param recipe name of the recipe
   * @param seed of the model
   * @param key of recipe and seed
   * @param file name within the folder
   * @param bytes its size
   * @param format F16 or F32
   */
  record Row(String recipe, long seed, String key, String file, long bytes, String format) {}

  /** {@return the rows of a folder; none where it has no index} */
  static List<Row> read(Path folder) {
    Path index = folder.resolve("index.tsv");
    if (!Files.exists(index)) {
      return List.of();
    }
    try {
      return Tsv.rows(index.toString(), Files.readString(index)).stream()
          .map(row -> Settings.read(Row.class, row))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(index + " cannot be read", e);
    }
  }

  /** Adds a row, in place of the one of the same file. */
  static void add(Path folder, Row row) {
    List<Row> rows = new ArrayList<>(read(folder));
    rows.removeIf(other -> other.file().equals(row.file()));
    rows.add(row);
    rows.sort(Comparator.comparing(value -> String.join("\t", Csv.cells(value))));
    Csv.write(folder.resolve("index.tsv"), Row.class, rows, "\t");
  }
}
