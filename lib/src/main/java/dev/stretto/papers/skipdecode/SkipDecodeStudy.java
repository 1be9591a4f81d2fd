package dev.stretto.papers.skipdecode;

import dev.stretto.data.text.RecordSentences;
import dev.stretto.data.text.TaskCorpus.Example;
import dev.stretto.experiments.Experiment;
import dev.stretto.experiments.Recipe;
import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.s2d.ExitTrace;
import dev.stretto.papers.s2d.NestedDraft;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.profilers.InterleavedTimer.Timings;
import dev.stretto.profilers.WorkProfiler;
import dev.stretto.profilers.WorkProfiler.Role;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.zoo.SpeculationFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What skipping by position loses and saves, beside other rules for the same layers. */
public final class SkipDecodeStudy {
  private static final int GENERATED = SkipModels.LENGTH - SkipModels.PROMPT;

  private final Map<String, LayerSchedule> contest = new LinkedHashMap<>();
  private final Experiment<?> lab;
  private final SpeculationFamily family;
  private final int[][] texts;
  private final int[][] prompts;
  private final Map<String, double[]> losses = new HashMap<>();

  /**
   * A study.
   *
   * @param lab whose models they are
   * @param family whose tokenizer
   */
  public SkipDecodeStudy(Experiment<?> lab, SpeculationFamily family) {
    this.lab = lab;
    this.family = family;
    contest.put("all layers", SkipModels.FULL);
    contest.put("8 to 4", SkipModels.HALF);
    contest.put("6 to 2", SkipModels.THIRD);
    texts =
        SkipModels.unseen()
            .batch(48, SkipModels.LENGTH + 1, SeedTree.of(lab.seeds().getFirst()).rng());
    prompts =
        Arrays.stream(texts)
            .limit(8)
            .map(text -> Arrays.copyOf(text, SkipModels.PROMPT))
            .toArray(int[][]::new);
  }

  private <M> M get(Recipe<?, M, ?> recipe, long seed) {
    return recipe.get(lab, seed - lab.seeds().getFirst() + 6);
  }

  private CausalLm tuned(LayerSchedule schedule) {
    return get(SkipModels.tuned(schedule), lab.seeds().getFirst());
  }

  /**
   * The expected greatest of several uniform exits.
   *
   * @param layers of the network: exits 1 to that
   * @param rows that wait for each other
   * @return layers of a step
   */
  public static double deepest(int layers, int rows) {
    return IntStream.rangeClosed(1, layers)
        .mapToDouble(k -> 1 - Math.pow((k - 1.0) / layers, rows))
        .sum();
  }

  /**
   * Whether a layer runs at a position.
   *
   * @param rule which layers run
   * @param layer number of the layer
   * @param position of the token in the text
   * @param state computed or copied
   */
  public record Cell(String rule, int layer, int position, String state) {}

  /** {@return every third position of each rule at half of the layers} */
  public List<Cell> cells() {
    List<Cell> cells = new ArrayList<>();
    for (var rival : SkipModels.HALF.rivals().entrySet()) {
      for (int p = 0; p < SkipModels.LENGTH; p += 3) {
        for (int l = 0; l < rival.getValue().layers(); l++) {
          String state = rival.getValue().active(l, p) ? "runs" : "skipped";
          cells.add(new Cell(rival.getKey(), l + 1, p, state));
        }
      }
    }
    return cells;
  }

  /** Nats of each generated character under a tuned model. */
  private double[] loss(LayerSchedule schedule, long seed) {
    return losses.computeIfAbsent(
        schedule + " " + seed, _ -> loss(get(SkipModels.tuned(schedule), seed), schedule));
  }

  private double[] loss(CausalLm model, LayerSchedule schedule) {
    try (var scope = Tensors.manager()) {
      return new SkipFineTuning(new SkipModel(model, schedule)).evaluate(scope, texts);
    }
  }

  private static double mean(double[] loss, int from, int to) {
    return Arrays.stream(loss, from, to).average().orElseThrow();
  }

  private double nll(LayerSchedule schedule, long seed) {
    return mean(loss(schedule, seed), 0, GENERATED);
  }

  /**
   * A rule at a number of layers.
   *
   * @param rule its name
   * @param meanLayers per generated character
   * @param nll nats per generated character, tuned
   * @param firstThird the same of the first third of them
   * @param lastThird the same of the last third
   * @param untuned nats of the model before it was tuned
   * @param heldShare keys held over those of all layers
   */
  public record Row(
      String rule,
      double meanLayers,
      double nll,
      double firstThird,
      double lastThird,
      double untuned,
      double heldShare) {}

  /** {@return the reference, and each rule at half and at a third of the layers} */
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>(List.of(row("reference, all layers", SkipModels.FULL)));
    for (LayerSchedule schedule : List.of(SkipModels.HALF, SkipModels.THIRD)) {
      schedule.rivals().forEach((rule, other) -> rows.add(row(rule, other)));
    }
    return rows;
  }

  private Row row(String rule, LayerSchedule schedule) {
    double[] loss = loss(schedule, lab.seeds().getFirst());
    int third = GENERATED / 3;
    return new Row(
        rule,
        schedule.mean(GENERATED),
        mean(loss, 0, GENERATED),
        mean(loss, 0, third),
        mean(loss, GENERATED - third, GENERATED),
        mean(loss(SkipModels.BASE.get(lab), schedule), 0, GENERATED),
        schedule.held(SkipModels.LENGTH) / (12.0 * SkipModels.LENGTH));
  }

  /**
   * Nats per character around a position.
   *
   * @param model its name
   * @param position of the token in the text
   * @param loss nats per token
   */
  public record Place(String model, int position, double loss) {}

  /** {@return means over 16 positions of the reference and two rules at half of the layers} */
  public List<Place> places() {
    Map<String, LayerSchedule> models = new LinkedHashMap<>();
    models.put("all layers", SkipModels.FULL);
    models.put("skip 8 to 4", SkipModels.HALF);
    models.put("constant skip 6", SkipModels.HALF.constant(6));
    List<Place> places = new ArrayList<>();
    models.forEach(
        (name, schedule) -> {
          double[] loss = loss(schedule, lab.seeds().getFirst());
          for (int i = 0; i + 16 <= loss.length; i += 16) {
            places.add(new Place(name, SkipModels.PROMPT + i + 8, mean(loss, i, i + 16)));
          }
        });
    return places;
  }

  /**
   * Nats by which a rule loses more than skipping, the least of half and a third.
   *
   * @param rule which layers run
   * @param seed of the draws
   * @return nats by which a rule loses more than skipping, the least of half and a third
   */
  public double gap(String rule, long seed) {
    return Stream.of(SkipModels.HALF, SkipModels.THIRD)
        .mapToDouble(s -> nll(s.rivals().get(rule), seed) - nll(s, seed))
        .min()
        .orElseThrow();
  }

  /**
   * The same of a dense model of as many layers, trained from scratch.
   *
   * @param seed of the draws
   * @return the same of a dense model of as many layers, trained from scratch
   */
  public double denseGap(long seed) {
    return Math.min(
        nll(SkipModels.dense(6), seed) - nll(SkipModels.HALF, seed),
        nll(SkipModels.dense(4), seed) - nll(SkipModels.THIRD, seed));
  }

  /**
   * Points of records told exactly that half of the layers lose.
   *
   * @param seed of the draws
   * @return points of records told exactly that half of the layers lose
   */
  public double recordAccuracyLost(long seed) {
    return exact(SkipModels.FULL, seed) - exact(SkipModels.HALF, seed);
  }

  /**
   * Points of records told exactly that falling numbers gain over constant ones.
   *
   * @param seed of the draws
   * @return points of records told exactly that falling numbers gain over constant ones
   */
  public double recordConstantGap(long seed) {
    return exact(SkipModels.HALF, seed) - exact(SkipModels.HALF.constant(6), seed);
  }

  /** {@return records of a hundred that a tuned model tells exactly} */
  private double exact(LayerSchedule schedule, long seed) {
    List<Example> records = SkipModels.records(128);
    int[][] asked =
        records.stream().map(r -> family.tokenizer().encode(r.prompt())).toArray(int[][]::new);
    SkipModel model = new SkipModel(get(SkipModels.telling(schedule), seed), schedule);
    Decoder.Options options =
        new Decoder.Options(GENERATED, family.suite().end(), Sampling.greedy());
    int[][] told = Decoder.decode(model, asked, options).tokens();
    return IntStream.range(0, told.length)
        .mapToDouble(i -> valid(records.get(i).prompt(), told[i]) ? 100 : 0)
        .average()
        .orElseThrow();
  }

  private boolean valid(String prompt, int[] told) {
    int end = family.suite().end();
    int[] text = Arrays.stream(told).takeWhile(token -> token != end).toArray();
    return new RecordSentences().check(prompt, family.text(text)).valid();
  }

  private int[][] decode(SkipModel model) {
    return Decoder.decode(model, prompts, new Decoder.Options(GENERATED, -1, Sampling.greedy()))
        .tokens();
  }

  /** {@return a contest of all layers, half and a third of them: eight rows of 96 characters} */
  public InterleavedTimer timer() {
    InterleavedTimer timer = new InterleavedTimer();
    contest.forEach((name, s) -> timer.add(name, () -> decode(new SkipModel(tuned(s), s))));
    return timer;
  }

  /**
   * Work of a schedule.
   *
   * @param model its name
   * @param layerCalls counted by the profiler
   * @param closedForm the sum of e(p)
   * @param counted speed-up by layers
   */
  public record Work(String model, long layerCalls, long closedForm, double counted) {}

  /** {@return the work of what the contest runs} */
  public List<Work> works() {
    long all = SkipModels.FULL.layerCalls(GENERATED);
    List<Work> works = new ArrayList<>();
    contest.forEach(
        (name, s) -> {
          WorkProfiler work = new WorkProfiler();
          CausalLm model = tuned(s);
          decode(new SkipModel(model, work.of(model.backbone(), Role.TARGET), s));
          long calls = work.work(Role.TARGET).layerCalls();
          long closed = s.layerCalls(GENERATED);
          works.add(new Work(name, calls, closed, (double) all / closed));
        });
    return works;
  }

  /** {@return counted layer calls over the closed form, the greatest of the three} */
  public double layerCalls() {
    return works().stream()
        .mapToDouble(work -> (double) work.layerCalls() / work.closedForm())
        .max()
        .orElseThrow();
  }

  /**
   * Measured over counted speed-up in a round, the lesser of half and a third.
   *
   * @param times times
   * @param round of the timer
   * @return measured over counted speed-up in a round, the lesser of half and a third
   */
  public double speedShare(Timings times, int round) {
    double all = times.seconds("all layers")[round];
    return works().stream()
        .skip(1)
        .mapToDouble(work -> all / times.seconds(work.model())[round] / work.counted())
        .min()
        .orElseThrow();
  }

  /**
   * Exits token by token in a batch that waits for its deepest row.
   *
   * @param leaves when a token leaves
   * @param rows of the batch
   * @param layers of a step
   * @param agreement share of tokens whose exit predicts the reference's, NaN where none is asked
   */
  public record Batch(String leaves, int rows, double layers, double agreement) {}

  /** {@return uniform exits, and those of the reference along its own texts by confidence} */
  public List<Batch> batches() {
    SkipModel full = new SkipModel(tuned(SkipModels.FULL), SkipModels.FULL);
    NestedDraft exits =
        NestedDraft.of(full.model(), IntStream.rangeClosed(1, full.layers()).toArray());
    ExitTrace trace = ExitTrace.of(exits, prompts, decode(full), GENERATED);
    List<Batch> batches = new ArrayList<>();
    for (int rows : new int[] {1, 4, 8}) {
      batches.add(new Batch("uniformly", rows, deepest(12, rows), Double.NaN));
      for (double sure : new double[] {.5, .7, .9}) {
        ExitTrace.Wait wait = trace.batched(sure, rows);
        batches.add(new Batch("when sure to " + sure, rows, wait.exit(), wait.agreement()));
      }
    }
    return batches;
  }
}
