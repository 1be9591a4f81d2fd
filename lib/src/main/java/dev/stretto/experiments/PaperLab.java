package dev.stretto.experiments;

import dev.stretto.figures.Figure;
import dev.stretto.figures.Tables;
import dev.stretto.profilers.InterleavedTimer.Timings;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntToDoubleFunction;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tech.tablesaw.api.Table;

/**
 * A paper's section of a notebook: its measures, figures and, at the end, the table of its claims.
 *
 * <pre>{@code
 * var paper = lab.paper("hydra");
 * paper.measure("tau-gain", seed -> tau(HYDRA.get(lab, seed)) / tau(MEDUSA.get(lab, seed)));
 * paper.measure("speedup", lab.time(timer), "plain", "hydra");
 * paper.table()
 * }</pre>
 *
 * <p>Values have their sign: a gain is positive, a loss negative. What was chosen on data (a
 * threshold, an exit, a best setting) is scored on other data.
 */
public final class PaperLab {
  private static final int WARM_UPS = 2;
  private static final int ROUNDS = 7;

  private final Experiment<?> lab;
  private final Paper paper;

  PaperLab(Experiment<?> lab, Paper paper) {
    this.lab = lab;
    this.paper = paper;
  }

  /**
   * A measure on generated data: runs every seed of the preset, stores each value, the mean and the
   * standard deviation.
   *
   * @param id of a criterion of this paper
   * @param value of a seed, finite
   * @return the verdict; in smoke runs NOT_JUDGED
   */
  public Verdict measure(String id, LongToDoubleFunction value) {
    return measure(id, "", value);
  }

  /**
   * The same on a real data set: a ledger line of its own.
   *
   * @param id of a criterion of this paper
   * @param dataset that {@link Experiment#data} declared; empty for generated data
   * @param value of a seed, finite
   * @return the verdict; in smoke runs NOT_JUDGED
   */
  public Verdict measure(String id, String dataset, LongToDoubleFunction value) {
    refuse(id, kind(id) == Kind.WALL, "is timed: give it the timings of lab.time(timer)");
    return record(id, dataset, () -> Measured.mean(lab.seeds(), value));
  }

  /**
   * A number that no seed changes: an identity, arithmetic, a model's prediction.
   *
   * @param id of a criterion of one of these kinds
   * @param value finite
   * @return the verdict; in smoke runs NOT_JUDGED
   */
  public Verdict measure(String id, double value) {
    refuse(id, kind(id).counts(), "is measured: give it a function of the seed, or timings");
    return record(id, "", () -> Measured.value(value));
  }

  /**
   * A ratio of sums over the seeds.
   *
   * @param id of a criterion of this paper
   * @param over numerator of a seed
   * @param under denominator of a seed
   * @return the verdict; in smoke runs NOT_JUDGED
   */
  public Verdict ratio(String id, LongToDoubleFunction over, LongToDoubleFunction under) {
    refuse(id, kind(id) == Kind.WALL, "is timed: give it the timings of lab.time(timer)");
    return record(id, "", () -> Measured.ratio(lab.seeds(), over, under));
  }

  /**
   * How many times longer one contestant takes than another: the median of the ratios within the
   * rounds.
   *
   * @param id of a criterion of kind WALL
   * @param timings of at least 2 warm-ups and 7 interleaved rounds
   * @param slow the numerator
   * @param fast the denominator
   * @return the verdict; in smoke runs NOT_JUDGED
   */
  public Verdict measure(String id, Timings timings, String slow, String fast) {
    double[] above = timings.seconds(slow);
    double[] below = timings.seconds(fast);
    return measure(id, timings, round -> above[round] / below[round]);
  }

  /**
   * Anything that follows from one round: the median over the rounds.
   *
   * @param id of a criterion of kind WALL
   * @param timings of at least 2 warm-ups and 7 interleaved rounds
   * @param value of a round, from 0
   * @return the verdict; in smoke runs NOT_JUDGED
   */
  public Verdict measure(String id, Timings timings, IntToDoubleFunction value) {
    refuse(id, kind(id) != Kind.WALL, "is not timed: give it a function of the seed");
    boolean few = timings.warmUps() < WARM_UPS || timings.rounds() < ROUNDS;
    refuse(
        id,
        few && lab.preset() != Preset.SMOKE,
        "has %d warm-ups and %d rounds, expected at least %d and %d"
            .formatted(timings.warmUps(), timings.rounds(), WARM_UPS, ROUNDS));
    double[] rounds = IntStream.range(0, timings.rounds()).mapToDouble(value).toArray();
    return record(id, "", () -> Measured.median(rounds));
  }

  /**
   * A figure of this paper.
   *
   * @param id of the figure in the catalogue
   * @param picture the figure
   * @return the figure as display data, to be a cell's last expression
   */
  public Object figure(String id, Figure picture) {
    return lab.figure(paper.id(), id, picture);
  }

  /**
   * A figure of this paper that is drawn from a real data set.
   *
   * @param id of the figure in the catalogue
   * @param dataset that {@link Experiment#data} declared
   * @param picture the figure
   * @return the figure as display data, to be a cell's last expression
   */
  public Object figure(String id, String dataset, Figure picture) {
    return lab.figure(paper.id(), id, dataset, picture);
  }

  /**
   * {@return the end of the section: each claim with the paper's number, what was measured here in
   * quick and in extended runs, stored ones included, the verdict of the largest run that has one,
   * how many seeds or rounds it rests on, and the scale}
   */
  public Table table() {
    Ledger ledger = lab.known();
    List<Row> rows =
        paper.criteria().stream()
            .flatMap(
                criterion ->
                    Stream.concat(Stream.of(""), ledger.datasets(criterion))
                        .map(dataset -> Row.of(criterion, dataset, ledger)))
            .toList();
    return Tables.of(rows).setName(paper.id());
  }

  /** A claim beside what the ledger has of it, as the table shows it. */
  private record Row(
      String claim,
      String paper,
      String target,
      String quick,
      String extended,
      String verdict,
      String n,
      StudyScale scale,
      String kind) {
    static Row of(Criterion criterion, String dataset, Ledger ledger) {
      Function<Preset, Stream<LedgerLine>> line =
          preset ->
              ledger.find(criterion.paper(), criterion.measure(), dataset, preset).stream()
                  .filter(found -> found.ours().isPresent());
      Optional<LedgerLine> quick = line.apply(Preset.QUICK).findFirst();
      Optional<LedgerLine> large =
          Stream.of(Preset.FULL, Preset.EXTENDED).flatMap(line).findFirst();
      Optional<LedgerLine> judged = ledger.judged(criterion, dataset);
      String on = dataset.isEmpty() ? "" : " (" + dataset + ")";
      return new Row(
          criterion.measure() + on + ": " + criterion.what(),
          criterion.paperValue(),
          criterion.target(),
          quick.map(Row::shown).orElse(""),
          large.map(Row::shown).orElse(""),
          judged
              .map(found -> "%s (%s)".formatted(found.verdict().words(), found.preset()))
              .orElse("not judged"),
          judged.or(() -> large).or(() -> quick).map(found -> "" + found.n()).orElse(""),
          criterion.scale().on(dataset),
          criterion.kind().name().toLowerCase(Locale.ROOT));
    }

    private static String shown(LedgerLine line) {
      String value = Ledger.shown(line.ours().orElseThrow());
      return line.spread().isPresent()
          ? value + " ± " + Ledger.shown(line.spread().getAsDouble())
          : value;
    }
  }

  private Kind kind(String id) {
    return lab.criterion(paper.id(), id).kind();
  }

  private Verdict record(String id, String dataset, Supplier<Measured> measured) {
    return lab.record(paper.id(), id, dataset, measured.get());
  }

  private void refuse(String id, boolean bad, String why) {
    if (bad) {
      throw new IllegalArgumentException("%s/%s %s".formatted(paper.id(), id, why));
    }
  }
}
