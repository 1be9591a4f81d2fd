package dev.stretto.papers.aggressive;

import dev.stretto.data.text.TaskCorpus.Example;
import dev.stretto.experiments.Experiment;
import dev.stretto.experiments.Recipe;
import dev.stretto.metrics.EditScore;
import dev.stretto.models.TokenModel;
import dev.stretto.models.language.ReplayTarget;
import dev.stretto.models.language.Seq2Seq;
import dev.stretto.papers.aggressive.InputGuidedDrafter.ReAlign;
import dev.stretto.papers.aggressive.SeqToSeqModels.Correction;
import dev.stretto.profilers.CostCurve;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.profilers.InterleavedTimer.Timings;
import dev.stretto.profilers.LatencyModel;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Copying from noisy lines, by an oracle and by trained correctors; blocks of translations. */
public final class AggressiveStudy {
  private static final double[] RATES = {0, .01, .02, .05, .1, .2};
  private static final double TYPICAL = .02;
  private static final String UNIQUE = "unique";
  private static final String TRAINED = "trained";
  private static final Decoder.Options LINES = options(71);
  private static final Decoder.Options SENTENCES = options(127);

  private final Experiment<?> lab;
  private final Map<Long, List<Row>> rows = new HashMap<>();
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

  /**
   * Lines written with a drafter.
   *
   * @param who writes, and how the copy goes on
   * @param errors per character of the source
   * @param tau tokens per pass
   * @param positions fed per token
   * @param layers of the decoder run per token
   * @param identical whether every text is that of greedy decoding
   * @param exact share of lines that are corrected wholly
   * @param f05 precision and recall of the edits, precision counting more
   */
  public record Row(
      String who,
      double errors,
      double tau,
      double positions,
      double layers,
      boolean identical,
      double exact,
      double f05) {}

  /** Noisy lines and what they should be. */
  private record Task(double rate, int[][] sources, int[][] clean) {
    Task first(int count) {
      return new Task(rate, Arrays.copyOf(sources, count), Arrays.copyOf(clean, count));
    }

    Task only(int i) {
      return new Task(rate, new int[][] {sources[i]}, new int[][] {clean[i]});
    }

    InputGuidedDrafter copying(ReAlign align, int cap) {
      return new InputGuidedDrafter(sources, align, cap);
    }

    Run run(TokenModel model, Drafter drafter) {
      int[][] prompts = SeqToSeqModels.begins(sources.length);
      return SpeculativeDecoder.decode(model, prompts, LINES, drafter, new ExactMatch());
    }

    List<Row> rows(String who, TokenModel model) {
      Map<String, Drafter> drafters = new LinkedHashMap<>();
      drafters.put(UNIQUE, copying(ReAlign.UNIQUE, LINES.maxNewTokens()));
      drafters.put("nearest", copying(ReAlign.NEAREST, LINES.maxNewTokens()));
      drafters.put("nearest, L = 8", copying(ReAlign.NEAREST, 8));
      drafters.put("prompt lookup", new PromptLookup(3, 10));
      int[][] plain = run(model, Drafter.none()).tokens();
      List<Row> rows = new ArrayList<>();
      drafters.forEach((how, drafter) -> rows.add(row(who + ", " + how, model, drafter, plain)));
      return rows;
    }

    Row row(String who, TokenModel model, Drafter drafter, int[][] plain) {
      Run run = run(model, drafter);
      Acceptance a = run.acceptance();
      List<EditScore> scores = new ArrayList<>();
      int exact = 0;
      for (int i = 0; i < sources.length; i++) {
        int[] written = bare(run.tokens()[i]);
        scores.add(EditScore.of(sources[i], written, bare(clean[i])));
        exact += Arrays.equals(written, bare(clean[i])) ? 1 : 0;
      }
      return new Row(
          who,
          rate,
          a.lengthWithBonus(),
          (double) (a.drafted() + a.passes()) / a.emitted(),
          model.layers() / a.lengthWithBonus(),
          Arrays.deepEquals(plain, run.tokens()),
          (double) exact / sources.length,
          EditScore.sum(scores).f(.5));
    }

    private static int[] bare(int[] ids) {
      int begin = SeqToSeqModels.TOKENIZER.bos();
      int end = SeqToSeqModels.TOKENIZER.eos();
      return Arrays.stream(ids).filter(id -> id != begin && id != end).toArray();
    }
  }

  private Task task(double rate, long seed) {
    NoisyLines noise = new NoisyLines(lines, rate);
    SeedTree tree = SeedTree.of(seed).child("aggressive");
    List<PairTraining.Pair> pairs =
        IntStream.range(0, 64)
            .mapToObj(i -> SeqToSeqModels.pair(noise.draw(tree.child(i).rng())))
            .toList();
    return new Task(
        rate,
        pairs.stream().map(PairTraining.Pair::source).toArray(int[][]::new),
        pairs.stream().map(PairTraining.Pair::target).toArray(int[][]::new));
  }

  /**
   * {@return an oracle that writes the clean line, 64 lines per rate, and the trained corrector}
   *
   * @param seed of lines and errors
   */
  public List<Row> rows(long seed) {
    return rows.computeIfAbsent(
        seed,
        _ -> {
          List<Row> all = new ArrayList<>();
          for (double rate : RATES) {
            Task task = task(rate, seed);
            all.addAll(task.rows("oracle", new ReplayTarget(task.clean())));
          }
          for (double rate : RATES) {
            Task task = task(rate, seed).first(lab.preset().pick(3, 20, 20, 64));
            try (TokenModel model = model(SeqToSeqModels.CORRECTOR, task)) {
              all.addAll(task.rows(TRAINED, model));
            }
          }
          return all;
        });
  }

  private TokenModel model(Recipe<Correction, Seq2Seq, List<PairTraining.Pair>> recipe, Task task) {
    return recipe.get(lab).conditionedOn(task.sources());
  }

  /**
   * The rows of the trained corrector.
   *
   * @param seed of the draws
   * @return the rows of the trained corrector
   */
  public List<Row> trained(long seed) {
    return rows(seed).stream().filter(row -> row.who().startsWith(TRAINED)).toList();
  }

  private double[] taus(long seed, String who) {
    return rows(seed).stream()
        .filter(row -> row.who().equals(who + ", " + UNIQUE))
        .mapToDouble(Row::tau)
        .toArray();
  }

  /**
   * Share of the corrector's runs in which every text is that of greedy decoding.
   *
   * @param seed of the draws
   * @return share of the corrector's runs in which every text is that of greedy decoding
   */
  public double identical(long seed) {
    return trained(seed).stream().mapToDouble(t -> t.identical() ? 1 : 0).average().orElseThrow();
  }

  /**
   * Tokens per pass of the corrector at 2 % errors with the paper's rule.
   *
   * @param seed of the draws
   * @return tokens per pass of the corrector at 2 % errors with the paper's rule
   */
  public double tau(long seed) {
    return taus(seed, TRAINED)[2];
  }

  /**
   * The least fall of tokens per pass from one error rate to the next.
   *
   * @param seed of the draws
   * @return the least fall of tokens per pass from one error rate to the next
   */
  public double falls(long seed) {
    double[] taus = taus(seed, TRAINED);
    return IntStream.range(1, taus.length)
        .mapToDouble(i -> taus[i - 1] - taus[i])
        .min()
        .orElseThrow();
  }

  /** {@return the roofline's speed-up of a Transformer-big on an A100, the oracle's tau at 2 %} */
  public double predicted() {
    LatencyModel.Shape big = new LatencyModel.Shape("Transformer-big", 209e6, 2, 24_576);
    double tau = taus(lab.seeds().getFirst(), "oracle")[2];
    return new LatencyModel(LatencyModel.Device.A100, big, 50).speedup(tau, 33, List.of(), 0);
  }

  /** {@return the paper's two factors, 64 lines at 2 % errors: copying, and a shallow decoder} */
  public List<Row> depths() {
    Task task = task(TYPICAL, lab.seeds().getFirst());
    List<Row> all = new ArrayList<>();
    for (var recipe : List.of(SeqToSeqModels.CORRECTOR, SeqToSeqModels.SHALLOW)) {
      Seq2Seq.Config shape = recipe.config().shape();
      String layers = shape.encoderLayers() + " + " + shape.decoderLayers();
      try (TokenModel model = model(recipe, task)) {
        int[][] plain = task.run(model, Drafter.none()).tokens();
        all.add(task.row(layers + ", plain", model, Drafter.none(), plain));
        all.add(task.row(layers + ", copying", model, task.copying(ReAlign.NEAREST, 71), plain));
      }
    }
    return all;
  }

  /**
   * A character of a line.
   *
   * @param position in its line, from 0
   * @param line 1 for the source, 0 for the output
   * @param text the character
   * @param pass what wrote it
   */
  public record SourceCharacter(int position, double line, String text, String pass) {}

  /** {@return a source and its correction by the oracle at 10 % errors, by pass} */
  public List<SourceCharacter> copiedRuns() {
    Task all = task(.1, lab.seeds().getFirst());
    int shown =
        IntStream.range(0, 64).filter(i -> all.sources()[i].length > 26).findFirst().orElse(0);
    Task one = all.only(shown);
    List<SourceCharacter> characters = new ArrayList<>();
    int[] source = one.sources()[0];
    for (int i = 0; i < source.length; i++) {
      String text = SeqToSeqModels.TOKENIZER.token(source[i]);
      characters.add(new SourceCharacter(i, 1, text, "source"));
    }
    int[] written = Task.bare(one.clean()[0]);
    Run run = one.run(new ReplayTarget(one.clean()), one.copying(ReAlign.UNIQUE, 71));
    int at = 0;
    int pass = 0;
    for (int length : run.acceptance().lengths()) {
      pass++;
      for (int i = 0; i < length && at < written.length; i++, at++) {
        String copied = pass % 2 == 1 ? "copied, odd pass" : "copied, even pass";
        String text = SeqToSeqModels.TOKENIZER.token(written[at]);
        characters.add(
            new SourceCharacter(at, 0, text, i == length - 1 ? "the target's own" : copied));
      }
    }
    return characters;
  }

  /** {@return the most drafts for which a pass of the corrector takes at most 1.5 times as long} */
  public int cap() {
    Task task = task(TYPICAL, lab.seeds().getFirst()).first(1);
    try (TokenModel model = model(SeqToSeqModels.CORRECTOR, task)) {
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
    Task all = task(TYPICAL, lab.seeds().getFirst());
    List<Task> tasks = IntStream.range(0, 6).mapToObj(all::only).toList();
    List<TokenModel> models =
        tasks.stream().map(task -> model(SeqToSeqModels.CORRECTOR, task)).toList();
    Map<String, Function<Task, Drafter>> contestants = new LinkedHashMap<>();
    contestants.put("plain", _ -> Drafter.none());
    contestants.put(UNIQUE, task -> task.copying(ReAlign.UNIQUE, cap));
    contestants.put("nearest", task -> task.copying(ReAlign.NEAREST, cap));
    InterleavedTimer timer = new InterleavedTimer();
    contestants.forEach(
        (name, drafter) ->
            timer.add(
                name,
                () -> {
                  for (int i = 0; i < tasks.size(); i++) {
                    tasks.get(i).run(models.get(i), drafter.apply(tasks.get(i)));
                  }
                }));
    try {
      return lab.time(timer);
    } finally {
      models.forEach(TokenModel::close);
    }
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
      Acceptance a = run.acceptance();
      double exact =
          IntStream.range(0, sources.length)
              .filter(i -> text(run.tokens()[i]).equals(sentences.get(i).answer()))
              .count();
      return new Block(
          name,
          k,
          a.lengthWithBonus(),
          (double) (a.drafted() + a.passes()) / a.emitted(),
          exact / sources.length,
          Arrays.deepEquals(plain, run.tokens()));
    }

    private String text(int[] ids) {
      return SeqToSeqModels.TOKENIZER.decode(ids);
    }
  }

  /**
   * Share of the block lengths at which every text is that of greedy decoding.
   *
   * @param seed of the draws
   * @return share of the block lengths at which every text is that of greedy decoding
   */
  public double blocksIdentical(long seed) {
    return blocks(seed).subList(1, 4).stream()
        .mapToDouble(row -> row.identical() ? 1 : 0)
        .average()
        .orElseThrow();
  }

  /**
   * Tokens per pass of GAD at the block length chosen on other sentences.
   *
   * @param seed of the draws
   * @return tokens per pass of GAD at the block length chosen on other sentences
   */
  public double blockTau(long seed) {
    int best = blocks(seed).getLast().k();
    return blocks(seed).stream().filter(row -> row.k() == best).findFirst().orElseThrow().tau();
  }

  /**
   * Tokens per pass of GAD++ (3, 1) over GAD at that length.
   *
   * @param seed of the draws
   * @return tokens per pass of GAD++ (3, 1) over GAD at that length
   */
  public double plusGain(long seed) {
    return blocks(seed).get(6).tau() / blockTau(seed);
  }
}
