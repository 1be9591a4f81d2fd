package dev.stretto.papers.spectr;

import dev.stretto.data.text.CharTokenizer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.experiments.Experiment;
import dev.stretto.metrics.SampleStatistics;
import dev.stretto.models.TokenModel;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NGramModel;
import dev.stretto.profilers.LatencyModel;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.AcceptanceRule;
import dev.stretto.samplers.decoding.RecursiveRejection;
import dev.stretto.samplers.decoding.SequenceVerifier;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.ModelDrafter;
import dev.stretto.samplers.drafting.TreeExpansion;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.zoo.SpeculationFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What K candidates are worth: at one position, over pairs of a target's and a draft's
 * distribution; in a text, as tokens per pass.
 */
public final class SpectrStudy {
  private static final List<Integer> SEQUENCES = List.of(1, 2, 4, 8);
  private static final LatencyModel A100 =
      new LatencyModel(LatencyModel.Device.A100, LatencyModel.Shape.VICUNA_7B, 512);

  private final Experiment<?> lab;
  private final SpeculationFamily family;
  private final int[] text =
      CharTokenizer.printable()
          .encode(JavaSources.installed("java.base/java/").train().text(400_000));
  private final int vocabulary = CharTokenizer.printable().vocabulary();
  private final NGramModel sixGrams = NGramModel.count(vocabulary, 6, text);
  private final NGramModel trigrams = NGramModel.count(vocabulary, 3, text);
  private final Map<Setting, Acceptance> runs = new HashMap<>();

  /**
   * Counts the n-grams.
   *
   * @param lab whose seeds and preset they are
   * @param family of the target and its drafts
   */
  public SpectrStudy(Experiment<?> lab, SpeculationFamily family) {
    this.lab = lab;
    this.family = family;
  }

  /**
   * The distributions of a position.
   *
   * @param target t
   * @param draft d
   */
  public record Pair(double[] target, double[] draft) {
    /**
     * A random pair: logits 2 N(0, 1), the draft's .7 of them + N(0, 1).
     *
     * @param vocabulary tokens
     * @param rng source of the logits
     * @return the pair
     */
    public static Pair random(int vocabulary, Rng rng) {
      double[] target = new double[vocabulary];
      double[] draft = new double[vocabulary];
      for (int x = 0; x < vocabulary; x++) {
        target[x] = 2 * rng.nextGaussian();
        draft[x] = .7 * target[x] + rng.nextGaussian();
      }
      return new Pair(softmax(target), softmax(draft));
    }
  }

  private static double[] softmax(double[] logits) {
    double most = Arrays.stream(logits).max().orElseThrow();
    double sum = Arrays.stream(logits).map(z -> Math.exp(z - most)).sum();
    return Arrays.stream(logits).map(z -> Math.exp(z - most) / sum).toArray();
  }

  /** 400 random pairs of 64 tokens, and 800 contexts of Java code under n-grams. */
  private Map<String, List<Pair>> pairs(long seed) {
    Rng rng = SeedTree.of(seed).child("spectr").rng();
    Map<String, List<Pair>> pairs = new LinkedHashMap<>();
    pairs.put(
        "random, 64 tokens",
        Stream.generate(() -> Pair.random(64, rng))
            .limit(lab.preset().isSmoke() ? 20 : 400)
            .toList());
    int first = 1000 + (int) (seed - lab.seeds().getFirst());
    pairs.put(
        "Java, n-grams",
        IntStream.range(0, lab.preset().isSmoke() ? 20 : 800)
            .mapToObj(i -> context(first + 437 * i))
            .toList());
    return pairs;
  }

  private Pair context(int at) {
    double[] target = sixGrams.logProbs(Arrays.copyOfRange(text, at - 5, at));
    return new Pair(
        softmax(target), softmax(trigrams.logProbs(Arrays.copyOfRange(text, at - 2, at))));
  }

  /** How often one of K candidates is accepted. */
  private interface Probability {
    double of(double[] target, double[] draft, int k);
  }

  private static final Rule OPTIMUM = new Rule("optimum", MembershipTransport::optimum);
  private static final Rule K_SEQ = new Rule("K-SEQ", KSeq::acceptance);
  private static final Rule GUARANTEE =
      new Rule(
          "guarantee x optimum",
          (t, d, k) -> (1 - Math.pow(1 - 1.0 / k, k)) * MembershipTransport.optimum(t, d, k));
  private static final List<Rule> RULES =
      List.of(
          OPTIMUM,
          K_SEQ,
          new Rule("recursive rejection", RecursiveRejection::acceptance),
          GUARANTEE);

  private record Rule(String label, Probability accepted) {
    double acceptance(Pair pair, int k) {
      return accepted.of(pair.target, pair.draft, k);
    }

    double[] all(List<Pair> pairs, int k) {
      return pairs.stream().mapToDouble(pair -> acceptance(pair, k)).toArray();
    }
  }

  /**
   * A bar of one position's plan.
   *
   * @param token its name
   * @param what is shown
   * @param probability or mass
   */
  public record Bar(String token, String what, double probability) {}

  /**
   * K-SEQ at one position.
   *
   * @param pair of distributions
   * @param candidates K
   * @return target, rho times draft, accepted mass and residual, the target's best token first
   */
  public static List<Bar> plan(Pair pair, int candidates) {
    double[] t = pair.target;
    double rho = KSeq.solveRho(t, pair.draft, candidates);
    double[] residual = KSeq.residual(t, pair.draft, rho);
    List<Bar> bars = new ArrayList<>();
    for (int x = 0; x < t.length; x++) {
      double scaled = rho * pair.draft[x];
      bars.add(new Bar("x" + x, "target t", t[x]));
      bars.add(new Bar("x" + x, "rho d", scaled));
      bars.add(new Bar("x" + x, "accepted: min(t, rho d)", Math.min(t[x], scaled)));
      bars.add(new Bar("x" + x, "residual", residual[x]));
    }
    return bars;
  }

  /**
   * How often a rule accepts one of K candidates.
   *
   * @param pairs which distributions
   * @param rule its name
   * @param k candidates
   * @param acceptance mean over the pairs
   * @param low mean less two standard errors
   * @param high mean and two standard errors
   */
  public record Rate(
      String pairs, String rule, int k, double acceptance, double low, double high) {}

  /** {@return all rules for 1 to 8 candidates, first seed} */
  public List<Rate> rates() {
    List<Rate> rates = new ArrayList<>();
    for (var pairs : pairs(lab.seeds().getFirst()).entrySet()) {
      for (Rule rule : RULES) {
        for (int k : new int[] {1, 2, 3, 4, 6, 8}) {
          var all = SampleStatistics.of(rule.all(pairs.getValue(), k));
          double mean = all.mean();
          double error = error(all);
          rates.add(new Rate(pairs.getKey(), rule.label, k, mean, mean - error, mean + error));
        }
      }
    }
    return rates;
  }

  private static double error(SampleStatistics values) {
    return values.count() < 2 ? 0 : 2 * values.deviation() / Math.sqrt(values.count());
  }

  /**
   * K-SEQ's mean acceptance over the optimum's at K = 8.
   *
   * @param seed of the pairs
   * @return the worse of both kinds of pairs
   */
  public double overOptimum(long seed) {
    return pairs(seed).values().stream()
        .mapToDouble(
            pairs ->
                Arrays.stream(K_SEQ.all(pairs, 8)).sum()
                    / Arrays.stream(OPTIMUM.all(pairs, 8)).sum())
        .min()
        .orElseThrow();
  }

  /** {@return the least of K-SEQ's acceptance over what is guaranteed, all pairs, K = 2 to 8} */
  public double overGuarantee() {
    return pairs(lab.seeds().getFirst()).values().stream()
        .flatMap(List::stream)
        .flatMapToDouble(
            pair ->
                IntStream.rangeClosed(2, 8)
                    .mapToDouble(k -> K_SEQ.acceptance(pair, k) / GUARANTEE.acceptance(pair, k)))
        .min()
        .orElseThrow();
  }

  /**
   * What is decoded.
   *
   * @param pair of models
   * @param rule of acceptance
   * @param k sequences
   * @param length of each
   * @param temperature of both models
   * @param seed of the draws
   */
  private record Setting(
      String pair, String rule, int k, int length, double temperature, long seed) {}

  private static final String COUNTED = "n-grams of order 6 and 3";

  /** The drafts by the name of the pair. */
  private Map<String, TokenModel> drafts() {
    Map<String, TokenModel> drafts = new LinkedHashMap<>();
    drafts.put(COUNTED, trigrams);
    drafts.put("target and 1x64", family.draft1());
    if (lab.preset().isExtended()) {
      drafts.put("target and 2x96", family.draft2());
    }
    drafts.put("target and n-grams", family.ngram());
    return drafts;
  }

  private Acceptance run(Setting setting) {
    return runs.computeIfAbsent(setting, this::decode);
  }

  private Acceptance decode(Setting setting) {
    boolean counted = setting.pair.equals(COUNTED);
    AcceptanceRule rule = setting.rule.equals("K-SEQ") ? new KSeq() : new RecursiveRejection();
    return SpeculativeDecoder.decode(
            counted ? sixGrams : family.target(),
            counted ? beginnings() : prompts(),
            family.sampled(setting.temperature, 1000 * setting.seed),
            new ModelDrafter(
                drafts().get(setting.pair), TreeExpansion.drawn(setting.k, setting.length)),
            new SequenceVerifier(rule, true))
        .acceptance();
  }

  private int[][] prompts() {
    return family.suite().prompts(lab.preset().pick(1, 1, 6, 6)).values().stream()
        .flatMap(Arrays::stream)
        .toArray(int[][]::new);
  }

  private int[][] beginnings() {
    return IntStream.range(0, lab.preset().isSmoke() ? 4 : 64)
        .mapToObj(i -> Arrays.copyOfRange(text, 6000 * i + 100, 6000 * i + 124))
        .toArray(int[][]::new);
  }

  /**
   * Tokens per pass of a setting, all seeds of the preset.
   *
   * @param pair of models
   * @param rule of acceptance
   * @param k sequences
   * @param length of each
   * @param temperature of both models
   * @param tau tokens per pass, with the bonus
   * @param low tau less two standard errors, passes taken as independent
   * @param high tau and two standard errors
   * @param positions of a pass, mean
   * @param predictedA100 speed-up over plain decoding on an A100 at 7B, the draft scaled alike
   */
  public record Block(
      String pair,
      String rule,
      int k,
      int length,
      double temperature,
      double tau,
      double low,
      double high,
      double positions,
      double predictedA100) {}

  /**
   * Decodes with 1, 2, 4 and 8 sequences.
   *
   * @param rule K-SEQ or recursive rejection
   * @param length of each sequence
   * @param temperature of both models
   * @return a line per pair of models and K
   */
  public List<Block> blocks(String rule, int length, double temperature) {
    List<Block> blocks = new ArrayList<>();
    for (var pair : drafts().entrySet()) {
      String name = pair.getKey();
      List<LatencyModel.Shape> steps = steps(pair.getValue(), length);
      for (int k : SEQUENCES) {
        Acceptance all =
            lab.seeds().stream()
                .map(s -> run(new Setting(name, rule, k, length, temperature, s)))
                .reduce(Acceptance::plus)
                .orElseThrow();
        double[] lengths = Arrays.stream(all.lengths()).asDoubleStream().toArray();
        double error = error(SampleStatistics.of(lengths));
        double tau = all.lengthWithBonus();
        double low = tau - error;
        double high = tau + error;
        double positions = 1.0 + (double) all.drafted() / all.passes();
        double a100 = A100.speedup(tau, (int) Math.round(positions), steps, 0);
        blocks.add(new Block(name, rule, k, length, temperature, tau, low, high, positions, a100));
      }
    }
    return blocks;
  }

  /** Calls of the draft per pass, with its share of the target's weights; n-grams cost nothing. */
  private List<LatencyModel.Shape> steps(TokenModel draft, int length) {
    if (!(draft instanceof CausalLm network)) {
      return List.of();
    }
    double share = (double) network.parameters().count() / family.target().parameters().count();
    double weights = share * LatencyModel.Shape.VICUNA_7B.parameters();
    return Collections.nCopies(length, LatencyModel.Shape.half("draft", weights, 0, 0));
  }

  /**
   * Tokens per pass with 8 sequences of 8 over those with one, at temperature 1.
   *
   * @param seed of the draws
   * @return the least gain of the pairs of models
   */
  public double leastGain(long seed) {
    return drafts().keySet().stream()
        .mapToDouble(pair -> tau(pair, 8, seed) / tau(pair, 1, seed))
        .min()
        .orElseThrow();
  }

  /**
   * Whether tokens per pass rise from each K to the next.
   *
   * @param seed of the draws
   * @return 1 where they do for every pair of models, else 0
   */
  public double rises(long seed) {
    for (String pair : drafts().keySet()) {
      for (int i = 1; i < SEQUENCES.size(); i++) {
        if (tau(pair, SEQUENCES.get(i - 1), seed) >= tau(pair, SEQUENCES.get(i), seed)) {
          return 0;
        }
      }
    }
    return 1;
  }

  private double tau(String pair, int k, long seed) {
    return run(new Setting(pair, "K-SEQ", k, 8, 1, seed)).lengthWithBonus();
  }
}
