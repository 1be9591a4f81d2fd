package dev.stretto.experiments;

import dev.stretto.figures.Figure;
import dev.stretto.figures.FigureFiles;
import dev.stretto.figures.Show;
import dev.stretto.profilers.InterleavedTimer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tech.tablesaw.api.Table;

/**
 * A notebook's session: its settings and preset, where its figures and measures go.
 *
 * <pre>{@code
 * record Settings(long seed, int batches) {}
 * var lab = Experiment.open("01-batching", new Settings(7, 400));
 * lab.figure("canary-efficiency", "padding-cost", plot);   // shows it, and stores it in a stored run
 * lab.paper("canary-efficiency").measure("static-pad-cost", seed -> cost(seed));
 * lab.ledger();                                             // the last cell
 * }</pre>
 *
 * <p>Figures and ledger lines are written only where {@code STRETTO_FIGURES} names a folder, as
 * {@code environment/reproduce} does; an interactive session shows them and writes nothing.
 *
 * @param <S> the notebook's record of settings
 */
public final class Experiment<S extends Record> implements AutoCloseable {
  /** The paper id under which readers draw figures of their own. */
  public static final String OWN = "own";

  private static final String NAME = "[a-z0-9]+(-[a-z0-9]+)*";

  /** Writes a figure's files. */
  @FunctionalInterface
  interface FigureStore {
    List<Path> save(Figure figure, Path folder, String name, Map<String, String> provenance)
        throws IOException;
  }

  private final String notebook;
  private final S settings;
  private final Preset preset;
  private final List<Long> seeds;
  private final Provenance provenance;
  private final Optional<Path> folder;
  private final String only;
  private final boolean hasData;
  private final Artefacts artefacts;
  private final FigureStore store;
  private final Map<String, String> dataSets = new TreeMap<>();
  private final Map<LedgerLine.Key, LedgerLine> lines = new LinkedHashMap<>();
  private final Map<LedgerLine.Key, List<RawRow>> raw = new LinkedHashMap<>();

  Experiment(String notebook, S defaults, Map<String, String> environment, FigureStore store) {
    if (!notebook.matches(NAME)) {
      throw new IllegalArgumentException(
          "'%s' is no notebook name; it should look like 01-batching".formatted(notebook));
    }
    this.notebook = notebook;
    this.settings = Settings.of(defaults, environment.getOrDefault("STRETTO_SET", ""));
    this.preset = Preset.from(environment);
    this.seeds = preset.seeds(firstSeed(settings));
    this.provenance =
        Provenance.here(seeds.getFirst(), preset, Settings.resolved(settings), environment);
    this.folder =
        Optional.of(environment.getOrDefault("STRETTO_FIGURES", "").strip())
            .filter(path -> !path.isEmpty())
            .map(Path::of);
    this.only = environment.getOrDefault("STRETTO_ONLY", "").strip();
    this.hasData = !environment.getOrDefault("STRETTO_DATA", "").isBlank();
    this.artefacts =
        new Artefacts(notebook, preset, environment, Path.of(""), text -> System.out.println(text));
    this.store = store;
  }

  /**
   * Opens a notebook's session: the first cell.
   *
   * @param notebook the notebook's name without {@code .ipynb}, for example {@code "01-batching"}
   * @param defaults the settings with their defaults, overridden by {@code STRETTO_SET}; a
   *     component {@code seed}, where there is one, is the first seed
   * @param <S> the record of settings
   * @return the session
   * @throws IllegalArgumentException for a bad name, setting or preset, in one sentence
   */
  public static <S extends Record> Experiment<S> open(String notebook, S defaults) {
    return new Experiment<>(notebook, defaults, System.getenv(), FigureFiles::save);
  }

  /**
   * Opens a notebook's session with settings that follow the preset.
   *
   * @param notebook the notebook's name without {@code .ipynb}
   * @param smoke tiny ones: the notebook in seconds
   * @param quick what the notebook runs by default
   * @param extended for hours on two cores
   * @param full shapes like the papers', for a GPU
   * @param <S> the record of settings
   * @return the session
   */
  public static <S extends Record> Experiment<S> open(
      String notebook, S smoke, S quick, S extended, S full) {
    return open(notebook, Preset.from(System.getenv()).pick(smoke, quick, extended, full));
  }

  /** {@return the settings of this run: the defaults with what {@code STRETTO_SET} overrode} */
  public S settings() {
    return settings;
  }

  /** {@return the preset of this run: what {@code STRETTO_PRESET} says, quick by default} */
  public Preset preset() {
    return preset;
  }

  /**
   * {@return the seeds to repeat over: one in smoke and quick, three in extended and full} A
   * measure is the mean over all of them.
   */
  public List<Long> seeds() {
    return seeds;
  }

  /** {@return the notebook's trained models} */
  Artefacts artefacts() {
    return artefacts;
  }

  /**
   * A paper's section.
   *
   * @param id the paper's id
   * @return its measures, figures and table
   */
  public PaperLab paper(String id) {
    return new PaperLab(this, Papers.of(id));
  }

  /**
   * Runs a timer as criteria ask it: 2 warm-ups and 7 interleaved rounds, in smoke runs one each.
   *
   * @param timer with its contestants
   * @return the times
   */
  public InterleavedTimer.Timings time(InterleavedTimer timer) {
    return preset.isSmoke() ? timer.run(1, 1) : timer.run(2, 7);
  }

  /** Closes the models of the session; an interactive one need not be closed. */
  @Override
  public void close() {
    artefacts.close();
  }

  /** {@return where this run's results come from, with the real data sets declared so far} */
  public Provenance provenance() {
    return provenance.with(dataSets);
  }

  /**
   * Declares a real data set, so that figures and measures can name it.
   *
   * @param dataset its id, for example {@code "librispeech"}
   * @param licence its licence, as its card says it
   * @return this session
   */
  public Experiment<S> data(String dataset, String licence) {
    if (!dataset.matches(NAME) || licence.isBlank()) {
      throw new IllegalArgumentException(
          "a data set needs an id like 'librispeech' and a licence, not '%s' and '%s'"
              .formatted(dataset, licence));
    }
    dataSets.put(dataset, licence);
    return this;
  }

  /**
   * A figure drawn from generated data.
   *
   * @param paper the paper's id, or {@link #OWN} for a reader's own figure
   * @param figure the figure's id in the catalogue
   * @param picture the figure
   * @return the figure as the running kernel's own display data, to be a cell's last expression
   * @throws IllegalArgumentException for an id that the catalogue does not have; the sentence lists
   *     the known ones
   */
  public Object figure(String paper, String figure, Figure picture) {
    return figure(paper, figure, "", picture);
  }

  /**
   * A figure drawn from a real data set: a file of its own, named after the data set.
   *
   * @param paper the paper's id, or {@link #OWN}
   * @param figure the figure's id in the catalogue
   * @param dataset a data set that {@link #data} declared; empty for generated data
   * @param picture the figure
   * @return the figure as the running kernel's own display data, to be a cell's last expression
   * @throws IllegalArgumentException for an id that is unknown; the sentence lists the known ones
   */
  public Object figure(String paper, String figure, String dataset, Figure picture) {
    Provenance sources = provenanceOf(dataset);
    if (!figure.matches(NAME)) {
      throw new IllegalArgumentException(
          "'%s' is no figure id; it should look like padding-cost".formatted(figure));
    }
    if (!paper.equals(OWN) && !Papers.of(paper).figures().contains(figure)) {
      throw new IllegalArgumentException(
          "%s has no figure '%s'; the catalogue has %s"
              .formatted(paper, figure, String.join(", ", Papers.of(paper).figures())));
    }
    String name = paper + "-" + figure;
    boolean wanted = only.isEmpty() || only.equals(figure) || only.equals(name);
    if (folder.isPresent() && wanted) {
      Map<String, String> header = new LinkedHashMap<>();
      header.put("figure", figure);
      header.put("paper", paper);
      header.put("notebook", notebook);
      header.putAll(sources.toMap());
      String file = dataset.isEmpty() ? name : name + "-" + dataset;
      try {
        store.save(picture, folder.get().resolve(notebook), file, header);
      } catch (IOException e) {
        throw new UncheckedIOException(
            "figure %s cannot be written to %s".formatted(file, folder.get()), e);
      }
    }
    return Show.rendered(picture);
  }

  /**
   * {@return the notebook's ledger, the last cell: what the papers claim beside what was measured
   * here on generated data, one row a criterion of the notebook's papers; those not measured are
   * not judged} In a stored run all lines, {@link #dataLedger} too, are merged into {@code
   * ledger.csv}, and their raw values written to the notebook's {@code rows.csv}; a smoke run
   * writes neither.
   */
  public Table ledger() {
    List<LedgerLine> all = new ArrayList<>(lines.values());
    Papers.family(notebook.substring(0, Math.min(2, notebook.length()))).stream()
        .flatMap(paper -> paper.criteria().stream())
        .map(criterion -> line(criterion, "", Measured.NOTHING))
        .filter(line -> !lines.containsKey(line.key()))
        .forEach(all::add);
    if (folder.isPresent() && only.isEmpty() && !preset.isSmoke()) {
      Path file = folder.get().resolve("ledger.csv");
      Ledger.read(file).merge(notebook, preset, all, hasData).write(file);
      List<RawRow> rows = raw.values().stream().flatMap(List::stream).toList();
      Csv.write(folder.get().resolve(notebook).resolve("rows.csv"), RawRow.class, rows, ",");
    }
    return new Ledger(all.stream().filter(line -> line.dataset().isEmpty()).toList()).table();
  }

  /**
   * {@return what was measured on real data sets so far} A table of its own, so that a run without
   * the data shows the same {@link #ledger}.
   */
  public Table dataLedger() {
    return new Ledger(lines.values().stream().filter(line -> !line.dataset().isEmpty()).toList())
        .table();
  }

  /** The session in a sentence. */
  @Override
  public String toString() {
    return "%s, preset %s, seeds %s, settings %s"
        .formatted(notebook, preset, seeds, Settings.resolved(settings));
  }

  Criterion criterion(String paper, String measure) {
    return Criterion.find(paper, measure)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s has no measure '%s'; its criteria name %s"
                        .formatted(
                            paper,
                            measure,
                            Papers.of(paper).criteria().stream()
                                .map(Criterion::measure)
                                .collect(Collectors.joining(", ")))));
  }

  Verdict record(String paper, String measure, String dataset, Measured measured) {
    Criterion criterion = criterion(paper, measure);
    if (preset.isSmoke()) {
      return Verdict.NOT_JUDGED; // an untrained model's number says nothing
    }
    LedgerLine line = line(criterion, dataset, measured);
    lines.put(line.key(), line);
    raw.put(
        line.key(),
        measured.raw().stream()
            .map(
                value ->
                    new RawRow(
                        paper,
                        measure,
                        dataset,
                        preset,
                        value.arm(),
                        value.seed(),
                        criterion.unit(),
                        value.value()))
            .toList());
    return line.verdict();
  }

  /** This run's lines over the stored ones, of the run's folder or else of the checkout. */
  Ledger known() {
    Ledger stored =
        folder
            .or(() -> Artefacts.checkout(Path.of("")).map(root -> root.resolve("figures")))
            .map(path -> Ledger.read(path.resolve("ledger.csv")))
            .orElse(new Ledger(List.of()));
    List<LedgerLine> all = new ArrayList<>(lines.values());
    stored.lines().stream().filter(line -> !lines.containsKey(line.key())).forEach(all::add);
    return new Ledger(all);
  }

  private LedgerLine line(Criterion criterion, String dataset, Measured measured) {
    return new LedgerLine(
        criterion.paper(),
        criterion.measure(),
        dataset,
        criterion.unit(),
        criterion.kind(),
        criterion.scale().on(dataset),
        criterion.paperValue(),
        measured.value(),
        measured.statistic(),
        measured.spread(),
        measured.n(),
        criterion.target(),
        measured.value().isPresent()
            ? criterion.judge(measured.value().getAsDouble(), preset, seeds.size())
            : Verdict.NOT_JUDGED,
        preset,
        seeds.size(),
        notebook,
        provenanceOf(dataset).line());
  }

  private Provenance provenanceOf(String dataset) {
    if (dataset.isEmpty()) {
      return provenance.with(Map.of());
    }
    if (!dataSets.containsKey(dataset)) {
      throw new IllegalArgumentException(
          "data set '%s' is not declared; say lab.data(\"%s\", licence) first (declared: %s)"
              .formatted(dataset, dataset, dataSets.isEmpty() ? "none" : dataSets.keySet()));
    }
    return provenance.with(Map.of(dataset, dataSets.get(dataset)));
  }

  private static long firstSeed(Record settings) {
    return Settings.values(settings).get("seed") instanceof Number seed ? seed.longValue() : 1;
  }
}
