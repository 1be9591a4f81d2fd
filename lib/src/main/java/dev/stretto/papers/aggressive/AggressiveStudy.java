package dev.stretto.papers.aggressive;

import dev.stretto.experiments.Experiment;
import dev.stretto.experiments.Recipe;
import dev.stretto.metrics.EditScore;
import dev.stretto.models.TokenModel;
import dev.stretto.models.language.ReplayTarget;
import dev.stretto.models.language.Seq2Seq;
import dev.stretto.papers.aggressive.InputGuidedDrafter.ReAlign;
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
import dev.stretto.training.PairTraining.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Copying from noisy lines, by an oracle and by trained correctors; blocks of translations. */
public final class AggressiveStudy {
  private static final double[] RATES = {0, .01, .02, .05, .1, .2};
  private static final double TYPICAL = .02;
  private static final String UNIQUE = "unique";
  private static final String TRAINED = "trained";
  private static final int LINE = 71;
  private static final int SENTENCE = 127;

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

  /** A model that reads some sources, beside what it should write and writes without drafts. */
  private static final class Writer implements AutoCloseable {
    private final TokenModel model;
    private final List<Pair> pairs;
    private final int[][] sources;
    private final Decoder.Options options;
    private final int[][] plain;

    Writer(TokenModel model, List<Pair> pairs, int tokens) {
      this.model = model;
      this.pairs = pairs;
      sources = sources(pairs);
      options = new Decoder.Options(tokens, SeqToSeqModels.TOKENIZER.eos(), Sampling.greedy());
      plain = run(Drafter.none(), new ExactMatch()).tokens();
    }

    static Writer oracle(List<Pair> pairs) {
      int[][] texts = pairs.stream().map(Pair::target).toArray(int[][]::new);
      return new Writer(new ReplayTarget(texts), pairs, LINE);
    }

    Run run(Drafter drafter, Verifier verifier) {
      int[][] prompts = SeqToSeqModels.begins(sources.length);
      return SpeculativeDecoder.decode(model, prompts, options, drafter, verifier);
    }

    InputGuidedDrafter copying(ReAlign align, int cap) {
      return new InputGuidedDrafter(sources, align, cap);
    }

    List<Row> rows(String who, double rate) {
      return List.of(
          row(who + ", " + UNIQUE, rate, copying(ReAlign.UNIQUE, LINE)),
          row(who + ", nearest", rate, copying(ReAlign.NEAREST, LINE)),
          row(who + ", nearest, L = 8", rate, copying(ReAlign.NEAREST, 8)),
          row(who + ", prompt lookup", rate, new PromptLookup(3, 10)));
    }

    Row row(String who, double rate, Drafter drafter) {
      Run run = run(drafter, new ExactMatch());
      List<EditScore> scores =
          IntStream.range(0, sources.length)
              .mapToObj(i -> EditScore.of(sources[i], bare(run.tokens()[i]), wanted(i)))
              .toList();
      double tau = run.acceptance().lengthWithBonus();
      return new Row(
          who,
          rate,
          tau,
          positions(run),
          model.layers() / tau,
          Arrays.deepEquals(plain, run.tokens()),
          exact(run),
          EditScore.sum(scores).f(.5));
    }

    Block block(String name, int k, Drafter drafter, Verifier verifier) {
      Run run = run(drafter, verifier);
      return new Block(
          name,
          k,
          run.acceptance().lengthWithBonus(),
          positions(run),
          exact(run),
          Arrays.deepEquals(plain, run.tokens()));
    }

    private static double positions(Run run) {
      Acceptance a = run.acceptance();
      return (double) (a.drafted() + a.passes()) / a.emitted();
    }

    private double exact(Run run) {
      return IntStream.range(0, sources.length)
              .filter(i -> Arrays.equals(bare(run.tokens()[i]), wanted(i)))
              .count()
          / (double) sources.length;
    }

    private int[] wanted(int i) {
      return bare(pairs.get(i).target());
    }

    private static int[] bare(int[] ids) {
      int begin = SeqToSeqModels.TOKENIZER.bos();
      int end = SeqToSeqModels.TOKENIZER.eos();
      return Arrays.stream(ids).filter(id -> id != begin && id != end).toArray();
    }

    @Override
    public void close() {
      model.close();
    }
  }

  private static int[][] sources(List<Pair> pairs) {
    return pairs.stream().map(Pair::source).toArray(int[][]::new);
  }

  private Writer trained(Recipe<?, Seq2Seq, ?> recipe, List<Pair> pairs, int tokens) {
    return new Writer(recipe.get(lab).conditionedOn(sources(pairs)), pairs, tokens);
  }

  /** 64 noisy lines and what they should be. */
  private List<Pair> noisy(double rate, long seed) {
    NoisyLines noise = new NoisyLines(lines, rate);
    SeedTree tree = SeedTree.of(seed).child("aggressive");
    return IntStream.range(0, 64)
        .mapToObj(i -> SeqToSeqModels.pair(noise.draw(tree.child(i).rng())))
        .toList();
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
            all.addAll(Writer.oracle(noisy(rate, seed)).rows("oracle", rate));
          }
          int count = lab.preset().pick(3, 20, 20, 64);
          for (double rate : RATES) {
            List<Pair> some = noisy(rate, seed).subList(0, count);
            try (Writer corrector = trained(SeqToSeqModels.CORRECTOR, some, LINE)) {
              all.addAll(corrector.rows(TRAINED, rate));
            }
          }
          return all;
        });
  }

  /**
   * The rows of the trained corrector.
   *
   * @param seed of the draws
   * @return four rows an error rate
   */
  public List<Row> trained(long seed) {
    return rows(seed).stream().filter(row -> row.who().startsWith(TRAINED)).toList();
  }

  /**
   * Tokens per pass with the paper's rule at each error rate.
   *
   * @param seed of the draws
   * @param who writes: oracle or trained
   * @return one number a rate
   */
  public double[] taus(long seed, String who) {
    return rows(seed).stream()
        .filter(row -> row.who().equals(who + ", " + UNIQUE))
        .mapToDouble(Row::tau)
        .toArray();
  }

  /**
   * The least fall of the corrector's tokens per pass from one error rate to the next.
   *
   * @param seed of the draws
   * @return the fall, below 0 where they rise
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
    List<Row> all = new ArrayList<>();
    for (var recipe : List.of(SeqToSeqModels.CORRECTOR, SeqToSeqModels.SHALLOW)) {
      Seq2Seq.Config shape = recipe.config().shape();
      String layers = shape.encoderLayers() + " + " + shape.decoderLayers();
      try (Writer corrector = trained(recipe, typical(), LINE)) {
        all.add(corrector.row(layers + ", plain", TYPICAL, Drafter.none()));
        Drafter copying = corrector.copying(ReAlign.NEAREST, LINE);
        all.add(corrector.row(layers + ", copying", TYPICAL, copying));
      }
    }
    return all;
  }

  private List<Pair> typical() {
    return noisy(TYPICAL, lab.seeds().getFirst());
  }

  /**
   * A character of a line.
   *
   * @param position in its line, from 0
   * @param line 1 for the source, 0 for the output
   * @param text the character
   * @param pass what wrote it
   */
  public record SourceCharacter(int position, double line, String text, String pass) {
    private static SourceCharacter of(int position, int line, int id, String pass) {
      return new SourceCharacter(position, line, SeqToSeqModels.TOKENIZER.token(id), pass);
    }
  }

  /** {@return a source and its correction by the oracle at 10 % errors, by pass} */
  public List<SourceCharacter> copiedRuns() {
    List<Pair> all = noisy(.1, lab.seeds().getFirst());
    Pair shown =
        all.stream().filter(p -> p.source().length > 26).findFirst().orElse(all.getFirst());
    Writer oracle = Writer.oracle(List.of(shown));
    int[] source = shown.source();
    int[] written = oracle.wanted(0);
    List<SourceCharacter> characters = new ArrayList<>();
    for (int i = 0; i < source.length; i++) {
      characters.add(SourceCharacter.of(i, 1, source[i], "source"));
    }
    Run run = oracle.run(oracle.copying(ReAlign.UNIQUE, LINE), new ExactMatch());
    int at = 0;
    String copied = "copied, even pass";
    for (int length : run.acceptance().lengths()) {
      copied = copied.equals("copied, odd pass") ? "copied, even pass" : "copied, odd pass";
      for (int left = length; left > 0 && at < written.length; left--, at++) {
        String pass = left == 1 ? "the target's own" : copied;
        characters.add(SourceCharacter.of(at, 0, written[at], pass));
      }
    }
    return characters;
  }

  /** {@return the most drafts for which a pass of the corrector takes at most 1.5 times as long} */
  public int cap() {
    try (Writer corrector = trained(SeqToSeqModels.CORRECTOR, typical().subList(0, 1), LINE)) {
      CostCurve costs = CostCurve.positions(corrector.model, 16, 1, 5, 9, 17, 25, 33);
      return IntStream.of(4, 8, 16, 24, 32).filter(l -> costs.c(l + 1) <= 1.5).max().orElse(4);
    }
  }

  /**
   * {@return plain decoding, unique and nearest in turns, six lines at 2 % errors, one by one}
   *
   * @param cap the most drafts of a pass
   */
  public Timings race(int cap) {
    List<Writer> writers =
        typical().stream()
            .limit(6)
            .map(pair -> trained(SeqToSeqModels.CORRECTOR, List.of(pair), LINE))
            .toList();
    InterleavedTimer timer = new InterleavedTimer();
    BiConsumer<String, Function<Writer, Drafter>> contestant =
        (name, drafter) ->
            timer.add(
                name, () -> writers.forEach(one -> one.run(drafter.apply(one), new ExactMatch())));
    contestant.accept("plain", _ -> Drafter.none());
    contestant.accept(UNIQUE, writer -> writer.copying(ReAlign.UNIQUE, cap));
    contestant.accept("nearest", writer -> writer.copying(ReAlign.NEAREST, cap));
    try {
      return lab.time(timer);
    } finally {
      writers.forEach(Writer::close);
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
    SeedTree tree = SeedTree.of(seed);
    List<Block> rows = new ArrayList<>();
    try (Writer choice = translator(tree.child("choice"), 16);
        Writer test = translator(tree.child("translation"), lab.preset().pick(4, 32, 96, 96))) {
      Verifier match = new ExactMatch();
      rows.add(test.block("plain decoding", 0, Drafter.none(), match));
      List<Integer> lengths = List.of(5, 10, 25);
      lengths.forEach(k -> rows.add(test.block("GAD", k, blocks(test, k), match)));
      int best =
          Collections.max(
              lengths,
              Comparator.comparingDouble(
                  k -> choice.block("GAD", k, blocks(choice, k), match).tau()));
      Drafter drafter = blocks(test, best);
      for (int[] rule : new int[][] {{1, 3}, {3, 0}, {3, 1}, {3, 3}, {5, 1}, {5, 3}}) {
        String name = "GAD++ (%d, %d)".formatted(rule[0], rule[1]);
        rows.add(test.block(name, best, drafter, new TopBetaTolerance(rule[0], rule[1])));
      }
      int all = SeqToSeqModels.TOKENIZER.vocabulary();
      Verifier everything = new TopBetaTolerance(all, Double.POSITIVE_INFINITY);
      rows.add(test.block("drafter unverified", best, drafter, everything));
    }
    return rows;
  }

  private Writer translator(SeedTree seed, int count) {
    List<Pair> sentences =
        SeqToSeqModels.LANGUAGES.examples(seed).limit(count).map(SeqToSeqModels::pair).toList();
    return trained(SeqToSeqModels.TRANSLATOR, sentences, SENTENCE);
  }

  private Drafter blocks(Writer translator, int k) {
    Seq2Seq filler = SeqToSeqModels.BLOCK_DRAFTER.get(lab);
    return new BlockDrafter(filler, translator.sources, k, SeqToSeqModels.MASK);
  }

  /**
   * GAD at the block length chosen on other sentences.
   *
   * @param seed of the draws
   * @return tokens per pass
   */
  public double blockTau(long seed) {
    int best = blocks(seed).getLast().k();
    return blocks(seed).stream().filter(row -> row.k() == best).findFirst().orElseThrow().tau();
  }
}
