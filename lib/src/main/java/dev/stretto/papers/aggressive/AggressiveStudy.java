package dev.stretto.papers.aggressive;

import dev.stretto.data.text.TaskCorpus.Example;
import dev.stretto.experiments.Experiment;
import dev.stretto.metrics.EditScore;
import dev.stretto.models.TokenModel;
import dev.stretto.models.language.ReplayTarget;
import dev.stretto.models.language.Seq2Seq;
import dev.stretto.papers.aggressive.InputGuidedDrafter.ReAlign;
import dev.stretto.profilers.CostCurve;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.profilers.InterleavedTimer.Timings;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.SpeculativeDecoder.Run;
import dev.stretto.samplers.decoding.Verifier;
import dev.stretto.samplers.drafting.PromptLookup;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.PairTraining;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Copying from noisy lines, by an oracle and by trained correctors; blocks of translations. */
public final class AggressiveStudy {
  private static final double[] RATES = {0, .01, .02, .05, .1, .2};
  private static final double TYPICAL = .02;
  private static final Decoder.Options LINES = options(71);
  private static final Decoder.Options SENTENCES = options(127);

  private final Experiment<?> lab;
  private final Map<Long, List<Trained>> trained = new HashMap<>();
  private final Map<Long, List<Block>> blocks = new HashMap<>();
  private final List<String> lines = SeqToSeqModels.heldOut();

  /**
   * A study.
   *
   * @param lab whose models they are
   */
  public AggressiveStudy(Experiment<?> lab) {
    this.lab = lab;
  }

  private static Decoder.Options options(int tokens) {
    return new Decoder.Options(tokens, SeqToSeqModels.TOKENIZER.eos(), Sampling.greedy());
  }

  /** Noisy lines and what they should be. */
  private record Task(int[][] sources, int[][] clean) {
    int[][] prompts() {
      return SeqToSeqModels.begins(sources.length);
    }

    Task row(int i) {
      return new Task(new int[][] {sources[i]}, new int[][] {clean[i]});
    }

    Run copy(TokenModel model, ReAlign align, int cap) {
      return run(model, new InputGuidedDrafter(sources, align, cap));
    }

    Run run(TokenModel model, Drafter drafter) {
      return SpeculativeDecoder.decode(model, prompts(), LINES, drafter, new ExactMatch());
    }

    double exact(int[][] written) {
      long same =
          IntStream.range(0, written.length)
              .filter(i -> Arrays.equals(bare(written[i]), bare(clean[i])))
              .count();
      return (double) same / written.length;
    }

    double f05(int[][] written) {
      return EditScore.sum(
              IntStream.range(0, written.length)
                  .mapToObj(i -> EditScore.of(sources[i], bare(written[i]), bare(clean[i])))
                  .toList())
          .f(.5);
    }

    private static int[] bare(int[] ids) {
      var tokenizer = SeqToSeqModels.TOKENIZER;
      return Arrays.stream(ids)
          .filter(id -> id != tokenizer.bos() && id != tokenizer.eos())
          .toArray();
    }
  }

  private Task task(double rate, int count, long seed) {
    NoisyLines noise = new NoisyLines(lines, rate);
    SeedTree tree = SeedTree.of(seed).child("aggressive");
    List<PairTraining.Pair> pairs =
        IntStream.range(0, count)
            .mapToObj(i -> SeqToSeqModels.pair(noise.draw(tree.child(i).rng())))
            .toList();
    return new Task(
        pairs.stream().map(PairTraining.Pair::source).toArray(int[][]::new),
        pairs.stream().map(PairTraining.Pair::target).toArray(int[][]::new));
  }

  /**
   * Copying at an error rate.
   *
   * @param who writes, and how the copy goes on
   * @param errors per character
   * @param tau tokens per pass
   * @param positions fed per token
   * @param accepted share of the drafts that are kept
   */
  public record Copying(String who, double errors, double tau, double positions, double accepted) {
    static Copying of(String who, double errors, Acceptance a) {
      double positions = (double) (a.drafted() + a.passes()) / a.emitted();
      return new Copying(who, errors, a.lengthWithBonus(), positions, a.acceptedPerDrafted());
    }
  }

  /**
   * {@return an oracle that writes the clean line, 64 lines per rate}
   *
   * @param seed of lines and errors
   */
  public List<Copying> oracle(long seed) {
    List<Copying> rows = new ArrayList<>();
    for (double rate : RATES) {
      Task task = task(rate, 64, seed);
      ReplayTarget oracle = new ReplayTarget(task.clean());
      for (int cap : new int[] {1000, 8}) {
        for (ReAlign align : ReAlign.values()) {
          String who = "oracle, " + align.name().toLowerCase(Locale.ROOT);
          String name = cap == 8 ? who + ", L = 8" : who;
          rows.add(Copying.of(name, rate, task.copy(oracle, align, cap).acceptance()));
        }
      }
    }
    return rows;
  }

  /**
   * The corrector of two and two layers at an error rate.
   *
   * @param errors per character
   * @param exact share of lines that are corrected wholly
   * @param f05 precision and recall of its edits, precision counting more
   * @param identical whether all texts are those of greedy decoding
   * @param unique tokens per pass with the paper's rule
   * @param nearest with the nearest match
   * @param nearest8 the same with at most eight drafts
   * @param lookup with prompt lookup in place of re-alignment
   */
  public record Trained(
      double errors,
      double exact,
      double f05,
      boolean identical,
      double unique,
      double nearest,
      double nearest8,
      double lookup) {}

  /**
   * {@return the trained corrector, 20 lines per rate}
   *
   * @param seed of lines and errors
   */
  public List<Trained> trained(long seed) {
    return trained.computeIfAbsent(
        seed, _ -> Arrays.stream(RATES).mapToObj(rate -> trained(rate, seed)).toList());
  }

  private Trained trained(double rate, long seed) {
    Task task = task(rate, lab.preset().pick(4, 20, 20, 64), seed);
    try (TokenModel model = SeqToSeqModels.CORRECTOR.get(lab).conditionedOn(task.sources())) {
      int[][] plain = Decoder.decode(model, task.prompts(), LINES).tokens();
      List<Run> runs =
          List.of(
              task.copy(model, ReAlign.UNIQUE, 1000),
              task.copy(model, ReAlign.NEAREST, 1000),
              task.copy(model, ReAlign.NEAREST, 8),
              task.run(model, new PromptLookup(3, 10)));
      double[] tau = runs.stream().mapToDouble(r -> r.acceptance().lengthWithBonus()).toArray();
      boolean same = runs.stream().allMatch(r -> Arrays.deepEquals(plain, r.tokens()));
      return new Trained(
          rate, task.exact(plain), task.f05(plain), same, tau[0], tau[1], tau[2], tau[3]);
    }
  }

  /** {@return share of the error rates at which every text is that of greedy decoding} */
  public double identical(long seed) {
    return trained(seed).stream().mapToDouble(t -> t.identical() ? 1 : 0).average().orElseThrow();
  }

  /** {@return tokens per pass at 2 % errors with the paper's rule} */
  public double tau(long seed) {
    return trained(seed).get(2).unique();
  }

  /** {@return the least fall of tokens per pass from one error rate to the next} */
  public double falls(long seed) {
    List<Trained> rows = trained(seed);
    return IntStream.range(1, rows.size())
        .mapToDouble(i -> rows.get(i - 1).unique() - rows.get(i).unique())
        .min()
        .orElseThrow();
  }

  /**
   * A character of a line.
   *
   * @param position in its line, from 0
   * @param line 1 for the source, 0 for the output
   * @param text the character
   * @param pass what wrote it
   */
  public record Character(int position, double line, String text, String pass) {}

  /** {@return a source and its correction by the oracle at 10 % errors, by pass} */
  public List<Character> copiedRuns() {
    Task all = task(.1, 64, lab.seeds().getFirst());
    int shown =
        IntStream.range(0, 64).filter(i -> all.sources()[i].length > 26).findFirst().orElse(0);
    Task one = all.row(shown);
    List<Character> characters = new ArrayList<>();
    int[] source = one.sources()[0];
    for (int i = 0; i < source.length; i++) {
      String text = SeqToSeqModels.TOKENIZER.token(source[i]);
      characters.add(new Character(i, 1, text, "source"));
    }
    int[] written = Task.bare(one.clean()[0]);
    Run run = one.copy(new ReplayTarget(one.clean()), ReAlign.UNIQUE, 1000);
    int at = 0;
    int pass = 0;
    for (int length : run.acceptance().lengths()) {
      pass++;
      for (int i = 0; i < length && at < written.length; i++, at++) {
        String copied = pass % 2 == 1 ? "copied, odd pass" : "copied, even pass";
        String text = SeqToSeqModels.TOKENIZER.token(written[at]);
        characters.add(new Character(at, 0, text, i == length - 1 ? "the target's own" : copied));
      }
    }
    return characters;
  }

  /** {@return the most drafts that make a pass of the corrector at most half as dear again} */
  public int cap() {
    Task task = task(TYPICAL, 1, lab.seeds().getFirst());
    try (TokenModel model = SeqToSeqModels.CORRECTOR.get(lab).conditionedOn(task.sources())) {
      CostCurve costs = CostCurve.positions(model, 16, 1, 5, 9, 17, 25, 33);
      return IntStream.of(4, 8, 16, 24, 32).filter(l -> costs.c(l + 1) <= 1.5).max().orElse(4);
    }
  }

  /**
   * {@return plain decoding, unique and nearest in turns, six lines at 2 % errors, one by one}
   *
   * @param cap the most drafts of a pass
   */
  public Timings race(int cap) {
    Task all = task(TYPICAL, 6, lab.seeds().getFirst());
    List<Task> tasks = IntStream.range(0, 6).mapToObj(all::row).toList();
    Seq2Seq corrector = SeqToSeqModels.CORRECTOR.get(lab);
    List<TokenModel> models = new ArrayList<>();
    tasks.forEach(task -> models.add(corrector.conditionedOn(task.sources())));
    InterleavedTimer timer = new InterleavedTimer();
    timer.add(
        "plain",
        () -> {
          for (int i = 0; i < 6; i++) {
            Decoder.decode(models.get(i), tasks.get(i).prompts(), LINES);
          }
        });
    for (ReAlign align : ReAlign.values()) {
      timer.add(
          align.name().toLowerCase(Locale.ROOT),
          () -> IntStream.range(0, 6).forEach(i -> tasks.get(i).copy(models.get(i), align, cap)));
    }
    try {
      return lab.time(timer);
    } finally {
      models.forEach(TokenModel::close);
    }
  }

  /**
   * A corrector with and without copying.
   *
   * @param layers of encoder and decoder
   * @param decoding plain or copying
   * @param exact share of lines that are corrected wholly
   * @param f05 of its edits
   * @param passes per line
   * @param decoderLayers run per line, over all its passes
   * @param identical whether the texts are those of plain decoding
   */
  public record Depth(
      String layers,
      String decoding,
      double exact,
      double f05,
      double passes,
      double decoderLayers,
      boolean identical) {}

  /** {@return the paper's two factors, 64 lines at 2 % errors: copying, and a shallow decoder} */
  public List<Depth> depths() {
    Task task = task(TYPICAL, 64, lab.seeds().getFirst());
    List<Depth> rows = new ArrayList<>();
    for (var recipe : List.of(SeqToSeqModels.CORRECTOR, SeqToSeqModels.SHALLOW)) {
      Seq2Seq.Config shape = recipe.config().shape();
      String layers = shape.encoderLayers() + " + " + shape.decoderLayers();
      try (TokenModel model = recipe.get(lab).conditionedOn(task.sources())) {
        Run plain = task.run(model, Drafter.none());
        Run copied = task.copy(model, ReAlign.NEAREST, 1000);
        rows.add(depth(layers, "plain", task, plain, plain, model.layers()));
        rows.add(depth(layers, "copying", task, copied, plain, model.layers()));
      }
    }
    return rows;
  }

  private static Depth depth(
      String layers, String decoding, Task task, Run run, Run plain, int decoderLayers) {
    double passes = (double) run.acceptance().passes() / task.sources().length;
    return new Depth(
        layers,
        decoding,
        task.exact(run.tokens()),
        task.f05(run.tokens()),
        passes,
        passes * decoderLayers,
        Arrays.deepEquals(plain.tokens(), run.tokens()));
  }

  /**
   * Translation with blocks.
   *
   * @param verifier the rule
   * @param k tokens of a block, 0 for plain decoding
   * @param tau tokens per pass
   * @param positions fed per token
   * @param exact share of sentences that are translated exactly
   * @param identical whether the texts are those of greedy decoding
   */
  public record Block(
      String verifier, int k, double tau, double positions, double exact, boolean identical) {}

  /**
   * {@return GAD by block length, then GAD++ and the drafter alone at the length that is best on
   * other sentences}
   *
   * @param seed of the sentences
   */
  public List<Block> blocks(long seed) {
    return blocks.computeIfAbsent(seed, this::translate);
  }

  private List<Block> translate(long seed) {
    Translations chosen = new Translations(sentences(SeedTree.of(seed).child("choice"), 16));
    Translations test =
        new Translations(
            sentences(SeedTree.of(seed).child("translation"), lab.preset().pick(4, 32, 96, 96)));
    int best = 5;
    double most = 0;
    List<Block> rows = new ArrayList<>();
    rows.add(test.row("plain decoding", 0, new ExactMatch()));
    for (int k : new int[] {5, 10, 25}) {
      rows.add(test.row("GAD", k, new ExactMatch()));
      double tau = chosen.row("GAD", k, new ExactMatch()).tau();
      best = tau > most ? k : best;
      most = Math.max(tau, most);
    }
    for (int[] rule : new int[][] {{1, 3}, {3, 0}, {3, 1}, {3, 3}, {5, 1}, {5, 3}}) {
      String name = "GAD++ (%d, %d)".formatted(rule[0], rule[1]);
      rows.add(test.row(name, best, new TopBetaTolerance(rule[0], rule[1])));
    }
    Verifier everything =
        new TopBetaTolerance(SeqToSeqModels.TOKENIZER.vocabulary(), Double.POSITIVE_INFINITY);
    rows.add(test.row("drafter unverified", best, everything));
    return rows;
  }

  private static List<Example> sentences(SeedTree seed, int count) {
    return SeqToSeqModels.LANGUAGES.examples(seed).limit(count).toList();
  }

  /** Sentences with the translator's greedy texts. */
  private final class Translations {
    private final List<Example> sentences;
    private final int[][] sources;
    private final int[][] plain;

    Translations(List<Example> sentences) {
      this.sentences = sentences;
      sources =
          sentences.stream()
              .map(example -> SeqToSeqModels.TOKENIZER.encode(example.prompt()))
              .toArray(int[][]::new);
      plain = run(Drafter.none(), new ExactMatch()).tokens();
    }

    private Run run(Drafter drafter, Verifier verifier) {
      int[][] prompts = SeqToSeqModels.begins(sources.length);
      try (TokenModel model = SeqToSeqModels.TRANSLATOR.get(lab).conditionedOn(sources)) {
        return SpeculativeDecoder.decode(model, prompts, SENTENCES, drafter, verifier);
      }
    }

    Block row(String name, int k, Verifier verifier) {
      Seq2Seq filler = SeqToSeqModels.BLOCK_DRAFTER.get(lab);
      Drafter drafter =
          k == 0 ? Drafter.none() : new BlockDrafter(filler, sources, k, SeqToSeqModels.MASK);
      Run run = run(drafter, verifier);
      Copying counted = Copying.of(name, 0, run.acceptance());
      double exact =
          IntStream.range(0, sources.length)
              .filter(i -> text(run.tokens()[i]).equals(sentences.get(i).answer()))
              .count();
      return new Block(
          name,
          k,
          counted.tau(),
          counted.positions(),
          exact / sources.length,
          Arrays.deepEquals(plain, run.tokens()));
    }

    private String text(int[] ids) {
      return SeqToSeqModels.TOKENIZER.decode(ids);
    }
  }

  /** {@return share of the block lengths at which every text is that of greedy decoding} */
  public double blocksIdentical(long seed) {
    return blocks(seed).subList(1, 4).stream()
        .mapToDouble(row -> row.identical() ? 1 : 0)
        .average()
        .orElseThrow();
  }

  /** {@return tokens per pass of GAD at the block length chosen on other sentences} */
  public double blockTau(long seed) {
    int best = blocks(seed).getLast().k();
    return blocks(seed).stream().filter(row -> row.k() == best).findFirst().orElseThrow().tau();
  }

  /** {@return tokens per pass of GAD++ (3, 1) over GAD at that length} */
  public double plusGain(long seed) {
    return blocks(seed).get(6).tau() / blockTau(seed);
  }
}
