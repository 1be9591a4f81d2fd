package dev.stretto.experiments;

import dev.stretto.figures.Tables;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/**
 * What the workbench measured, line by line, beside what the papers report: {@code
 * figures/ledger.csv}. A ledger is a value; a run merges its lines into the stored one.
 */
public final class Ledger {
  private static final List<String> COLUMNS = Settings.columns(LedgerLine.class);

  private final List<LedgerLine> lines;

  /**
   * A ledger of these lines, brought into the catalogue's order.
   *
   * @param lines the lines, in any order
   */
  public Ledger(List<LedgerLine> lines) {
    List<String> papers = Papers.all().stream().map(Paper::id).toList();
    List<String> measures =
        Criterion.all().stream().map(line -> line.paper() + "/" + line.measure()).toList();
    this.lines =
        lines.stream()
            .sorted(
                Comparator.<LedgerLine>comparingInt(line -> place(papers, line.paper()))
                    .thenComparingInt(line -> place(measures, line.paper() + "/" + line.measure()))
                    .thenComparing(LedgerLine::measure)
                    .thenComparing(LedgerLine::dataset)
                    .thenComparing(LedgerLine::preset))
            .toList();
  }

  /** {@return the lines in the catalogue's order: paper, measure, data set, preset} */
  public List<LedgerLine> lines() {
    return lines;
  }

  /**
   * {@return the line of a measure, if there is one}
   *
   * @param paper the paper's id
   * @param measure the measure's id
   * @param dataset the real data set; empty for generated data
   * @param preset the preset
   */
  public Optional<LedgerLine> find(String paper, String measure, String dataset, Preset preset) {
    return find(new LedgerLine.Key(paper, measure, dataset, preset));
  }

  Optional<LedgerLine> find(LedgerLine.Key key) {
    return lines.stream().filter(line -> line.key().equals(key)).findFirst();
  }

  /**
   * {@return the line of the largest preset that judged a claim, if any did}
   *
   * @param claim the criterion
   * @param dataset the real data set; empty for generated data
   */
  Optional<LedgerLine> judged(Criterion claim, String dataset) {
    return Stream.of(Preset.FULL, Preset.EXTENDED, Preset.QUICK)
        .flatMap(preset -> find(claim.paper(), claim.measure(), dataset, preset).stream())
        .filter(line -> line.verdict() != Verdict.NOT_JUDGED)
        .findFirst();
  }

  /** {@return the real data sets on which a claim was measured, in order} */
  Stream<String> datasets(Criterion claim) {
    return lines.stream()
        .filter(line -> line.paper().equals(claim.paper()))
        .filter(line -> line.measure().equals(claim.measure()))
        .map(LedgerLine::dataset)
        .filter(dataset -> !dataset.isEmpty())
        .distinct();
  }

  /**
   * Replaces what a notebook had measured with one preset. Lines of other notebooks and other
   * presets stay, and so do, where the run had no real data, its lines of real data sets. A line
   * that differs only in the revision of the sources stays as it was, unless the stored revision is
   * {@code -dirty} and the new one is not.
   *
   * @param notebook the notebook that ran
   * @param preset the preset it ran with
   * @param fresh its new lines
   * @param hadData whether the run could see real data sets
   * @return the merged ledger
   */
  public Ledger merge(String notebook, Preset preset, List<LedgerLine> fresh, boolean hadData) {
    Map<LedgerLine.Key, LedgerLine> merged = new LinkedHashMap<>();
    for (LedgerLine line : lines) {
      boolean replaced =
          line.notebook().equals(notebook)
              && line.preset() == preset
              && (hadData || line.dataset().isEmpty());
      if (!replaced) {
        merged.put(line.key(), line);
      }
    }
    for (LedgerLine line : fresh) {
      LedgerLine kept =
          lines.stream()
              .filter(stored -> withoutRevision(stored).equals(withoutRevision(line)))
              .filter(stored -> isDirty(line) || !isDirty(stored))
              .findFirst()
              .orElse(line);
      merged.put(line.key(), kept);
    }
    return new Ledger(List.copyOf(merged.values()));
  }

  /**
   * {@return the ledger as a table, claim beside here, which is empty where nothing was measured}
   */
  public Table table() {
    return Tables.rows(lines)
        .column("paper", LedgerLine::paper)
        .column("measure", LedgerLine::measure)
        .column("data", line -> line.dataset().isEmpty() ? "generated" : line.dataset())
        .column("claim", LedgerLine::paperValue)
        .column("here", line -> line.ours().isPresent() ? shown(line.ours().getAsDouble()) : "")
        .column("unit", LedgerLine::unit)
        .column("target", LedgerLine::threshold)
        .column("kind", LedgerLine::kind)
        .column("scale", LedgerLine::scale)
        .column("verdict", LedgerLine::verdict)
        .column("preset", LedgerLine::preset)
        .column("n", LedgerLine::n)
        .table("ledger");
  }

  /**
   * Reads a stored ledger.
   *
   * @param file {@code ledger.csv}; need not exist
   * @return the ledger, empty where there is no file
   * @throws IllegalArgumentException when the file is no ledger; the sentence names the line
   */
  public static Ledger read(Path file) {
    if (!Files.exists(file)) {
      return new Ledger(List.of());
    }
    Table table;
    try {
      var options =
          CsvReadOptions.builder(new StringReader(Files.readString(file)))
              .columnTypesToDetect(List.of(ColumnType.STRING))
              .missingValueIndicator("")
              .build();
      table = Table.read().usingOptions(options);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the ledger " + file, e);
    }
    if (!table.columnNames().equals(COLUMNS)) {
      throw new IllegalArgumentException(
          "%s, line 1: a ledger has the columns %s".formatted(file, String.join(",", COLUMNS)));
    }
    List<LedgerLine> lines = new ArrayList<>();
    for (Row row : table) {
      try {
        Map<String, String> cells = new HashMap<>();
        COLUMNS.forEach(column -> cells.put(column, row.getString(column)));
        lines.add(Settings.read(LedgerLine.class, cells));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "%s, line %d: %s".formatted(file, row.getRowNumber() + 2, e.getMessage()), e);
      }
    }
    return new Ledger(lines);
  }

  /**
   * Writes the ledger, whole or not at all.
   *
   * @param file {@code ledger.csv}; its folder is made where it is missing
   */
  public void write(Path file) {
    Csv.write(file, LedgerLine.class, lines, ",");
  }

  /** A number as the ledger stores it: six significant digits, no trailing zeros. */
  static String number(double value) {
    return plain(value, 6);
  }

  /** A number as prose and tables show it: three significant digits, whole numbers whole. */
  static String shown(double value) {
    BigDecimal exact = new BigDecimal(value);
    return plain(value, Math.max(3, exact.precision() - exact.scale()));
  }

  private static String plain(double value, int digits) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros();
    double size = Math.abs(value);
    return size != 0 && (size < 1e-4 || size >= 1e12)
        ? rounded.toString()
        : rounded.toPlainString();
  }

  private static String withoutRevision(LedgerLine line) {
    return Csv.cells(line).toString().replaceAll("revision=[^;]*", "");
  }

  private static boolean isDirty(LedgerLine line) {
    return line.provenance().matches(".*revision=[^;]*-dirty(;.*)?");
  }

  private static int place(List<String> order, String name) {
    int index = order.indexOf(name);
    return index < 0 ? order.size() : index;
  }
}
