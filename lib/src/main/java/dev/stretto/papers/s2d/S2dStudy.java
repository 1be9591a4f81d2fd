package dev.stretto.papers.s2d;

import dev.stretto.experiments.Experiment;
import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.s2d.ExitTrace.Outcome;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.zoo.SpeculationFamily;
import dev.stretto.zoo.SpeculationModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One nested draft with several targets, by traces of what its exits predict. Thresholds are chosen
 * on prompts of their own and scored on the family's. The time of a draft token is taken as the
 * draft's layers over the target's: small passes cost as much as the layers they run.
 */
public final class S2dStudy {
  private static final int DEPTH = 4;
  private static final String PER_TARGET = "S2D, per target";

  private final Experiment<?> lab;
  private final SpeculationFamily family;
  private final int[][] choosing;
  private final List<Target> targets = new ArrayList<>();
  private final Map<Long, List<Row>> rows = new HashMap<>();

  /** A target, from the dearest to the cheapest, and its greedy texts. */
  private record Target(String name, double cost, int[][] chosen, int[][] scored) {}

  /**
   * A study; a third target is there in extended runs.
   *
   * @param lab whose models they are
   * @param family whose prompts
   */
  public S2dStudy(Experiment<?> lab, SpeculationFamily family) {
    this.lab = lab;
    this.family = family;
    int each = family.mixed().length / family.prompts().size();
    choosing =
        family.suite().prompts(2 * each).values().stream()
            .flatMap(all -> Arrays.stream(all).skip(each))
            .toArray(int[][]::new);
    add("24 x 64", family.target());
    if (lab.preset().isExtended()) {
      add("12 x 96", SpeculationModels.MIDDLE.get(lab));
    }
    add("4 x 128", SpeculationModels.WIDE.get(lab));
  }

  private void add(String name, CausalLm model) {
    int[][] chosen = Decoder.decode(model, choosing, family.greedy()).tokens();
    int[][] scored = Decoder.decode(model, family.mixed(), family.greedy()).tokens();
    targets.add(new Target(name, 3.0 / model.layers(), chosen, scored));
  }

  private NestedDraft draft(boolean sorted, long seed) {
    long own = seed - lab.seeds().getFirst() + SpeculationModels.SEED;
    return (sorted ? NestedModels.NESTED : NestedModels.NESTED_PLAIN).get(lab, own);
  }

  private ExitTrace trace(NestedDraft draft, int[][] prompts, int[][] outputs) {
    return ExitTrace.of(draft, prompts, outputs, family.greedy().maxNewTokens());
  }

  private ExitTrace scored(Target target, boolean sorted, long seed) {
    return trace(draft(sorted, seed), family.mixed(), target.scored());
  }

  private ExitTrace chosen(Target target, long seed) {
    return trace(draft(true, seed), choosing, target.chosen());
  }

  /**
   * Agreement with the first target by confidence.
   *
   * @return tenths of the scale with 10 tokens or more, for each exit of both drafts
   */
  public List<ExitTrace.Sure> confidences() {
    List<ExitTrace.Sure> all = new ArrayList<>();
    for (boolean sorted : new boolean[] {true, false}) {
      ExitTrace trace = scored(targets.getFirst(), sorted, lab.seeds().getFirst());
      all.addAll(trace.sure(sorted ? "sorted training" : "plain training"));
    }
    return all;
  }

  /**
   * A drafter with a target.
   *
   * @param target its name
   * @param drafter its name
   * @param tau tokens per pass
   * @param exit mean exit of a token, from 1
   * @param work of the draft per pass, in tokens that go to the top
   * @param speed predicted speed-up
   */
  public record Row(
      String target, String drafter, double tau, double exit, double work, double speed) {
    private static Row of(Target target, String drafter, Outcome o) {
      return new Row(target.name(), drafter, o.tau(), o.exit(), o.work(), o.speed(target.cost()));
    }
  }

  /** {@return every setting of the grid, with and without stopping, and the fixed exits} */
  public List<Row> sweep() {
    List<Row> all = new ArrayList<>();
    for (Target target : targets) {
      ExitTrace trace = scored(target, true, lab.seeds().getFirst());
      trace.sweep(DEPTH, 0).forEach(o -> all.add(Row.of(target, "thresholds", o)));
      trace.sweep(DEPTH, .4).forEach(o -> all.add(Row.of(target, "and stop below .4", o)));
      for (int e = 0; e < 3; e++) {
        Outcome fixed = trace.simulate(ExitPolicy.fixed(DEPTH, e, 3));
        all.add(Row.of(target, "fixed exit", fixed));
      }
    }
    return all;
  }

  /**
   * Drafters by target.
   *
   * @param seed of the lab
   * @return fixed exits of the plain and the sorted draft, and S2D with one setting for all
   *     targets, with one for each, and with one that may stop
   */
  public List<Row> rows(long seed) {
    return rows.computeIfAbsent(seed, this::compare);
  }

  private List<Row> compare(long seed) {
    Map<Target, ExitTrace> chosen = new HashMap<>();
    targets.forEach(target -> chosen.put(target, chosen(target, seed)));
    ToDoubleFunction<ExitPolicy> overTargets =
        policy ->
            targets.stream().mapToDouble(t -> chosen.get(t).simulate(policy).speed(t.cost())).sum();
    ExitPolicy one =
        chosen.get(targets.getFirst()).sweep(DEPTH, 0).stream()
            .map(Outcome::policy)
            .max(Comparator.comparingDouble(overTargets))
            .orElseThrow();
    List<Row> all = new ArrayList<>();
    for (Target target : targets) {
      ExitTrace sorted = scored(target, true, seed);
      ExitTrace plain = scored(target, false, seed);
      for (int e = 0; e < 3; e++) {
        ExitPolicy fixed = ExitPolicy.fixed(DEPTH, e, 3);
        all.add(Row.of(target, "plain, exit " + (e + 1), plain.simulate(fixed)));
        all.add(Row.of(target, "sorted, exit " + (e + 1), sorted.simulate(fixed)));
      }
      ExitPolicy own = chosen.get(target).best(target.cost(), DEPTH, 0);
      ExitPolicy stopping = chosen.get(target).best(target.cost(), DEPTH, 0, .2, .4, .6, .8);
      all.add(Row.of(target, "S2D, one setting", sorted.simulate(one)));
      all.add(Row.of(target, PER_TARGET, sorted.simulate(own)));
      all.add(Row.of(target, "S2D, per target, stop", sorted.simulate(stopping)));
    }
    return all;
  }

  private Row row(long seed, String target, String drafter) {
    return rows(seed).stream()
        .filter(row -> row.target().equals(target) && row.drafter().equals(drafter))
        .findFirst()
        .orElseThrow();
  }

  private DoubleStream each(ToDoubleFunction<String> value) {
    return targets.stream().map(Target::name).mapToDouble(value);
  }

  private static DoubleStream fixed(ToDoubleFunction<String> value) {
    return IntStream.of(1, 2, 3).mapToObj(e -> "sorted, exit " + e).mapToDouble(value);
  }

  private double gain(long seed, String target, int exit) {
    return row(seed, target, "sorted, exit " + exit).tau()
        - row(seed, target, "plain, exit " + exit).tau();
  }

  /** {@return the names of the drafters} */
  public List<String> drafters() {
    return rows(lab.seeds().getFirst()).stream().map(Row::drafter).distinct().toList();
  }

  /**
   * Mean predicted speed-up of a drafter over the targets.
   *
   * @param seed of the draws
   * @param drafter the nested draft
   * @return mean predicted speed-up of a drafter over the targets
   */
  public double mean(long seed, String drafter) {
    return each(t -> row(seed, t, drafter).speed()).average().orElseThrow();
  }

  /**
   * The most that a drafter lies behind a target's best one without stopping.
   *
   * @param seed of the draws
   * @param drafter the nested draft
   * @return the most that a drafter lies behind a target's best one without stopping
   */
  public double regret(long seed, String drafter) {
    return rows(seed).stream()
        .filter(row -> !row.drafter().endsWith("stop"))
        .mapToDouble(row -> row.speed() - row(seed, row.target(), drafter).speed())
        .max()
        .orElseThrow();
  }

  /**
   * Tokens per pass that sorted training adds at exits 1 and 2, the least of all.
   *
   * @param seed of the draws
   * @return tokens per pass that sorted training adds at exits 1 and 2, the least of all
   */
  public double softGain(long seed) {
    return each(t -> Math.min(gain(seed, t, 1), gain(seed, t, 2))).min().orElseThrow();
  }

  /**
   * Tokens per pass that sorted training loses at exit 3, the most over the targets.
   *
   * @param seed of the draws
   * @return tokens per pass that sorted training loses at exit 3, the most over the targets
   */
  public double softTopLoss(long seed) {
    return each(t -> -gain(seed, t, 3)).max().orElseThrow();
  }

  /**
   * Mean speed-up of S2D minus the best fixed exit's.
   *
   * @param seed of the draws
   * @return mean speed-up of S2D minus the best fixed exit's
   */
  public double overBestFixed(long seed) {
    return mean(seed, PER_TARGET) - fixed(exit -> mean(seed, exit)).max().orElseThrow();
  }

  /**
   * Least worst regret of the fixed exits minus S2D's.
   *
   * @param seed of the draws
   * @return least worst regret of the fixed exits minus S2D's
   */
  public double regretSaved(long seed) {
    return fixed(exit -> regret(seed, exit)).min().orElseThrow() - regret(seed, PER_TARGET);
  }

  /**
   * How many fixed exits are the best one of the dearest or of the cheapest target.
   *
   * @param seed of the draws
   * @return how many fixed exits are the best one of the dearest or of the cheapest target
   */
  public double bestExits(long seed) {
    return Stream.of(targets.getFirst(), targets.getLast())
        .map(
            target ->
                rows(seed).stream()
                    .filter(row -> row.target().equals(target.name()))
                    .filter(row -> row.drafter().startsWith("sorted"))
                    .max(Comparator.comparingDouble(Row::speed))
                    .map(Row::drafter)
                    .orElseThrow())
        .distinct()
        .count();
  }

  /** {@return the drafter of the family's target, with the thresholds found for it} */
  public AdaptiveExitDrafter drafter() {
    Target target = targets.getFirst();
    long seed = lab.seeds().getFirst();
    ExitPolicy policy = chosen(target, seed).best(target.cost(), DEPTH, 0);
    return new AdaptiveExitDrafter(draft(true, seed), policy);
  }

  /** {@return tokens per pass that the trace predicts for {@link #drafter}} */
  public double predicted() {
    return row(lab.seeds().getFirst(), targets.getFirst().name(), PER_TARGET).tau();
  }

  /**
   * A way to fill what was skipped.
   *
   * @param fill which
   * @param sameText whether the texts are those of the target alone
   * @param tau tokens per pass
   * @param work of the draft per pass, in tokens that go to the top
   * @param filled what filling adds to it
   */
  public record Filled(KvFill fill, boolean sameText, double tau, double work, double filled) {}

  /** {@return both ways with thresholds that leave early often, one prompt of each category} */
  public List<Filled> fills() {
    return Stream.of(KvFill.values()).map(this::fill).toList();
  }

  private Filled fill(KvFill how) {
    NestedDraft draft = draft(true, lab.seeds().getFirst()).filled(how);
    ExitPolicy eager = new ExitPolicy(DEPTH, new double[] {.7, .9}, 0);
    AdaptiveExitDrafter drafter = new AdaptiveExitDrafter(draft, eager);
    var run =
        SpeculativeDecoder.decode(
            family.target(), family.firsts(), family.greedy(), drafter, new ExactMatch());
    double passes = run.acceptance().passes();
    return new Filled(
        how,
        Arrays.deepEquals(run.tokens(), family.plainFirsts()),
        run.acceptance().lengthWithBonus(),
        drafter.work() / passes,
        drafter.filled() / passes);
  }
}
