package dev.stretto.papers.spectr;

import dev.stretto.data.text.JavaSources;
import dev.stretto.experiments.Experiment;
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
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.StatUtils;

/** What the notebook shows of SpecTr: one position, many positions, whole sequences. */
public final class SpectrStudy {
  private static final String NGRAMS = "n-grams of order 6 and 3";
  private static final int PAIRS = 400;
  private static final int CONTEXTS = 800;

  private final Experiment<?> lab;
  private final SpeculationFamily family;
  private final int[] java;
  private final NGramModel target;
  private final NGramModel draft;
  private final List<Pair> contexts;
  private final Map<Long, List<Run>> runs = new HashMap<>();

  /**
   * Distributions at one position.
   *
   * @param p the target's probabilities
   * @param q the draft's, as many
   */
  public record Pair(double[] p, double[] q) {
    /**
     * A random pair: logits of p are 2 N(0, 1), those of q are .7 of them + N(0, 1).
     *
     * @param vocabulary tokens
     * @param rng what is drawn from
     * @return the pair
     */
    public static Pair random(int vocabulary, Rng rng) {
      double[] p = new double[vocabulary];
      double[] q = new double[vocabulary];
      for (int x = 0; x < vocabulary; x++) {
        p[x] = 2 * rng.nextGaussian();
        q[x] = .7 * p[x] + rng.nextGaussian();
      }
      return new Pair(softmax(p), softmax(q));
    }
  }

  /**
   * A mean acceptance.
   *
   * @param pairs where the distributions come from
   * @param rule the acceptance rule, the optimum or its guarantee
   * @param k candidates
   * @param acceptance share of positions at which one is accepted
   */
  public record Rate(String pairs, String rule, int k, double acceptance) {}

  /**
   * Texts decoded with K drafted sequences.
   *
   * @param pair target and draft
   * @param rule the acceptance rule
   * @param k sequences
   * @param length of each
   * @param temperature of both distributions
   * @param tau tokens per pass, bonus included
   * @param error standard error of tau, passes taken as independent
   * @param positions per pass
   * @param predictedA100 speed-up of Vicuna-7B by the latency model
   */
  public record Run(
      String pair,
      String rule,
      int k,
      int length,
      double temperature,
      double tau,
      double error,
      double positions,
      double predictedA100) {}

  /**
   * Counts the n-grams of Java code.
   *
   * @param lab the session
   * @param family target, drafts and prompts
   */
  public SpectrStudy(Experiment<?> lab, SpeculationFamily family) {
    this.lab = lab;
    this.family = family;
    String text = JavaSources.installed("java.base/java/").train().text(400_000);
    java = family.tokenizer().encode(text);
    target = NGramModel.count(family.tokenizer().vocabulary(), 6, java);
    draft = NGramModel.count(family.tokenizer().vocabulary(), 3, java);
    contexts = IntStream.range(0, CONTEXTS).mapToObj(i -> context(1000 + 437 * i)).toList();
  }

  private Pair context(int at) {
    int[] before = Arrays.copyOfRange(java, at - 5, at);
    return new Pair(
        softmax(target.logProbs(before)),
        softmax(draft.logProbs(Arrays.copyOfRange(before, 3, 5))));
  }

  /**
   * What K candidates are worth at one position.
   *
   * @param seed of the random pairs
   * @param ks numbers of candidates
   * @return for each K and kind of pairs: optimum, two rules and the guarantee
   */
  public List<Rate> rates(long seed, int... ks) {
    List<Rate> rates = new ArrayList<>();
    for (int k : ks) {
      pairs(seed)
          .forEach(
              (name, pairs) -> {
                double best = mean(pairs, pair -> optimum(pair, k));
                rates.add(new Rate(name, "optimum", k, best));
                rates.add(new Rate(name, "K-SEQ", k, mean(pairs, pair -> kSeq(pair, k))));
                rates.add(
                    new Rate(
                        name,
                        "recursive rejection",
                        k,
                        mean(pairs, pair -> RecursiveRejection.acceptance(pair.p, pair.q, k))));
                rates.add(new Rate(name, "guarantee x optimum", k, guarantee(k) * best));
              });
    }
    return rates;
  }

  /**
   * The worst position.
   *
   * @param seed of the random pairs
   * @return least of K-SEQ's acceptance over its guarantee, over all pairs and K = 2, 3, 4, 6, 8
   */
  public double leastOverGuarantee(long seed) {
    return IntStream.of(2, 3, 4, 6, 8)
        .mapToDouble(
            k ->
                pairs(seed).values().stream()
                    .flatMap(List::stream)
                    .mapToDouble(pair -> kSeq(pair, k) / optimum(pair, k) / guarantee(k))
                    .min()
                    .orElseThrow())
        .min()
        .orElseThrow();
  }

  /**
   * How much of the optimum K-SEQ reaches in the mean.
   *
   * @param seed of the random pairs
   * @param k candidates
   * @return the lesser share of the two kinds of pairs
   */
  public double overOptimum(long seed, int k) {
    return pairs(seed).values().stream()
        .mapToDouble(pairs -> mean(pairs, p -> kSeq(p, k)) / mean(pairs, p -> optimum(p, k)))
        .min()
        .orElseThrow();
  }

  /**
   * Whole sequences: three pairs of models at length 8 and temperature 1, the n-grams at two more
   * settings; an extended run has a further draft, more prompts and all settings.
   *
   * @param seed of the draws
   * @return computed once per seed
   */
  public List<Run> runs(long seed) {
    return runs.computeIfAbsent(seed, this::decoded);
  }

  private List<Run> decoded(long seed) {
    boolean more = lab.preset().isExtended();
    int[][] texts =
        IntStream.range(0, 64)
            .mapToObj(i -> Arrays.copyOfRange(java, 6000 * i + 100, 6000 * i + 124))
            .toArray(int[][]::new);
    int[][] prompts =
        more
            ? family.suite().prompts(6).values().stream()
                .flatMap(Arrays::stream)
                .toArray(int[][]::new)
            : Arrays.stream(family.mixed()).limit(4).toArray(int[][]::new);
    Map<String, TokenModel> drafts = new LinkedHashMap<>();
    drafts.put("target and 1x64", family.draft1());
    if (more) {
      drafts.put("target and 2x96", family.draft2());
    }
    drafts.put("target and n-grams", family.ngram());
    List<Run> all = new ArrayList<>();
    for (double[] setting : new double[][] {{8, 1}, {4, 1}, {8, .7}}) {
      int length = (int) setting[0];
      boolean main = length == 8 && setting[1] == 1;
      for (int k : new int[] {1, 2, 4, 8}) {
        Setting one = new Setting(k, length, setting[1], seed);
        int[][] some = Arrays.copyOf(texts, main ? 64 : 32);
        all.add(run(NGRAMS, target, some, draft, new KSeq(), one));
        if (main) {
          all.add(run(NGRAMS, target, some, draft, new RecursiveRejection(), one));
        }
        if (main || more && (k == 1 || k == 8)) {
          drafts.forEach(
              (name, model) ->
                  all.add(run(name, family.target(), prompts, model, new KSeq(), one)));
        }
      }
    }
    return all;
  }

  private record Setting(int k, int length, double temperature, long seed) {}

  private Run run(
      String pair,
      TokenModel big,
      int[][] prompts,
      TokenModel small,
      AcceptanceRule rule,
      Setting setting) {
    long first = lab.seeds().getFirst();
    Acceptance acceptance =
        SpeculativeDecoder.decode(
                big,
                prompts,
                family.sampled(setting.temperature, first + 1000 * (setting.seed - first)),
                new ModelDrafter(small, TreeExpansion.drawn(setting.k, setting.length)),
                new SequenceVerifier(rule, true))
            .acceptance();
    double[] lengths = Arrays.stream(acceptance.lengths()).asDoubleStream().toArray();
    double positions = 1.0 + (double) acceptance.drafted() / acceptance.passes();
    LatencyModel.Shape vicuna = LatencyModel.Shape.VICUNA_7B;
    List<LatencyModel.Shape> steps =
        small instanceof CausalLm net
            ? Collections.nCopies(
                setting.length,
                LatencyModel.Shape.half(
                    "draft",
                    vicuna.parameters()
                        * net.parameters().count()
                        / family.target().parameters().count(),
                    0,
                    0))
            : List.of();
    return new Run(
        pair,
        rule instanceof KSeq ? "K-SEQ" : "recursive rejection",
        setting.k,
        setting.length,
        setting.temperature,
        acceptance.lengthWithBonus(),
        Math.sqrt(StatUtils.variance(lengths) / lengths.length),
        positions,
        new LatencyModel(LatencyModel.Device.A100, vicuna, 512)
            .speedup(acceptance.lengthWithBonus(), (int) Math.round(positions), steps, 0));
  }

  /**
   * K-SEQ at length 8 and temperature 1.
   *
   * @param seed of the draws
   * @return those of {@link #runs}
   */
  public List<Run> main(long seed) {
    return runs(seed).stream()
        .filter(r -> r.rule.equals("K-SEQ") && r.length == 8 && r.temperature == 1)
        .toList();
  }

  /**
   * Gain of further sequences.
   *
   * @param seed of the draws
   * @return tokens per pass with K = 8 over those with K = 1, the least of the pairs
   */
  public double gain(long seed) {
    return taus(seed).mapToDouble(tau -> tau[3] / tau[0]).min().orElseThrow();
  }

  /**
   * Whether each doubling of K helps.
   *
   * @param seed of the draws
   * @return 1 where tokens per pass rise at every step for every pair, else 0
   */
  public double rises(long seed) {
    return taus(seed).allMatch(tau -> tau[0] < tau[1] && tau[1] < tau[2] && tau[2] < tau[3])
        ? 1
        : 0;
  }

  private Stream<double[]> taus(long seed) {
    return main(seed).stream()
        .map(Run::pair)
        .distinct()
        .map(
            pair ->
                main(seed).stream()
                    .filter(run -> run.pair.equals(pair))
                    .mapToDouble(Run::tau)
                    .toArray());
  }

  private Map<String, List<Pair>> pairs(long seed) {
    Rng rng = SeedTree.of(seed).child("spectr").rng();
    Map<String, List<Pair>> pairs = new LinkedHashMap<>();
    pairs.put(
        "random, 64 tokens", Stream.generate(() -> Pair.random(64, rng)).limit(PAIRS).toList());
    pairs.put("Java, n-grams", contexts);
    return pairs;
  }

  private static double optimum(Pair pair, int k) {
    return MembershipTransport.optimum(pair.p, pair.q, k);
  }

  private static double kSeq(Pair pair, int k) {
    return KSeq.acceptance(pair.p, pair.q, k);
  }

  private static double guarantee(int k) {
    return 1 - Math.pow(1 - 1.0 / k, k);
  }

  private static double mean(List<Pair> pairs, ToDoubleFunction<Pair> value) {
    return pairs.stream().mapToDouble(value).average().orElseThrow();
  }

  private static double[] softmax(double[] logits) {
    double top = StatUtils.max(logits);
    double[] weights = Arrays.stream(logits).map(z -> Math.exp(z - top)).toArray();
    double sum = StatUtils.sum(weights);
    return Arrays.stream(weights).map(w -> w / sum).toArray();
  }
}
