package dev.stretto.papers.stree;

import ai.djl.ndarray.NDArray;
import dev.stretto.experiments.Experiment;
import dev.stretto.metrics.SampleStatistics;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.statespace.HybridConfig;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.ModelDrafter;
import dev.stretto.samplers.drafting.RankPathTree;
import dev.stretto.samplers.drafting.TreeExpansion;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.Tensors;
import dev.stretto.zoo.SpeculationFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trees against chains, and packed trees against their paths as rows, in state-space models. */
public final class StreeStudy {
  private static final HybridConfig PURE = StateSpaceModels.shape(8, 0, 96);
  private static final int CACHED = 128;
  private static final int REPEATS = 4;
  private static final String LARGEST = "[3, 3, 2, 1]";
  private static final List<String> TREES = List.of("[3, 1, 1, 1]", "[2, 2, 2, 2]", LARGEST);

  private final Experiment<?> lab;
  private final SpeculationFamily family;
  private final CausalLm target;
  private final CausalLm draft;
  private final Map<Setting, SpeculativeDecoder.Run> runs = new HashMap<>();

  /**
   * Loads the hybrid target and its draft.
   *
   * @param lab whose models and seeds they are
   * @param family of the prompts
   */
  public StreeStudy(Experiment<?> lab, SpeculationFamily family) {
    this.lab = lab;
    this.family = family;
    target = StateSpaceModels.TARGET.get(lab);
    draft = StateSpaceModels.DRAFT.get(lab);
  }

  /**
   * A tree with so many children behind every node of a depth.
   *
   * @param widths by depth
   * @return the tree, its tokens 0
   */
  public static TokenTree tree(int... widths) {
    int[] parents = RankPathTree.cartesian(widths).parents();
    return new TokenTree(new int[parents.length], parents);
  }

  private static int[] widths(String tree) {
    return Arrays.stream(tree.substring(1, tree.length() - 1).split(", "))
        .mapToInt(Integer::parseInt)
        .toArray();
  }

  /**
   * The decay between two nodes.
   *
   * @param node i
   * @param other j
   * @param how all pairs, or node and ancestor
   * @param log10 of exp(s_i - s_j)
   */
  public record Decay(int node, int other, String how, double log10) {}

  /**
   * Decays of a tree with strong random transitions.
   *
   * @param tree which
   * @param rng source of the transitions
   * @return all pairs, then those that the mask keeps
   */
  public static List<Decay> decays(TokenTree tree, Rng rng) {
    double[] s = new double[tree.size()];
    for (int i = 0; i < s.length; i++) {
      double above = i == 0 ? 0 : s[tree.parents()[i]];
      s[i] = above - Math.exp(3 * rng.nextDouble() - .5);
    }
    List<Decay> decays = new ArrayList<>();
    for (int i = 0; i < s.length; i++) {
      for (int j = 0; j < s.length; j++) {
        double log10 = (s[i] - s[j]) / Math.log(10);
        decays.add(new Decay(i, j, "all pairs", log10));
        if (tree.ancestors()[i][j]) {
          decays.add(new Decay(i, j, "node and ancestor", log10));
        }
      }
    }
    return decays;
  }

  /** The trees that are timed, by name. */
  private static Map<String, TokenTree> timed() {
    Map<String, TokenTree> trees = new LinkedHashMap<>();
    trees.put("plain", TokenTree.chain(0));
    trees.put("chain of 4", TokenTree.chain(new int[5]));
    TREES.forEach(name -> trees.put(name, tree(widths(name))));
    return trees;
  }

  /** {@return passes of each tree: packed and unrolled in the pure model, packed in the hybrid} */
  public InterleavedTimer.Timings time() {
    CausalLm pure = CausalLm.hybrid(PURE, 1); // time and floats do not depend on the weights
    Map<String, TokenModel> models =
        Map.of("packed", pure, "unrolled", new TreeUnroller(pure), "hybrid", target);
    InterleavedTimer timer = new InterleavedTimer();
    try (var scope = Tensors.manager()) {
      for (var timed : timed().entrySet()) {
        TokenTree[] trees = {timed.getValue()};
        for (String how : models.keySet()) {
          var session = models.get(how).open(new int[1][CACHED + 1]);
          timer.add(
              timed.getKey() + " " + how,
              () -> {
                for (int i = 0; i < REPEATS; i++) {
                  try (var pass = scope.newSubManager()) {
                    session.score(pass, trees);
                    session.commit(new int[1][0]);
                  }
                }
              });
        }
      }
      return lab.time(timer);
    }
  }

  /**
   * What a tree costs in the pure model.
   *
   * @param tree its name
   * @param nodes of it
   * @param how packed, or unrolled into a row per path
   * @param rows of the pass
   * @param positions that are computed
   * @param floats of the state: packed one and the nodes' activations, unrolled one per row
   * @param ms of a pass, median over the rounds
   * @param low the fastest round
   * @param high the slowest round
   */
  public record Pass(
      String tree,
      int nodes,
      String how,
      int rows,
      int positions,
      long floats,
      double ms,
      double low,
      double high) {
    static Pass of(
        InterleavedTimer.Timings times,
        String tree,
        int nodes,
        String how,
        int rows,
        int positions,
        long floats) {
      var ms =
          SampleStatistics.of(
              Arrays.stream(times.seconds(tree + " " + how)).map(s -> 1e3 / REPEATS * s).toArray());
      return new Pass(
          tree, nodes, how, rows, positions, floats, ms.median(), ms.quantile(0), ms.quantile(1));
    }
  }

  private static long packedFloats(TokenTree tree) {
    return PURE.stateFloats(CACHED) + PURE.activationFloats(tree.size());
  }

  private static long unrolledFloats(TokenTree tree) {
    return TreeUnroller.paths(tree).length * PURE.stateFloats(CACHED);
  }

  /**
   * Costs of all trees.
   *
   * @param times of {@link #time}
   * @return packed and unrolled
   */
  public static List<Pass> passes(InterleavedTimer.Timings times) {
    List<Pass> passes = new ArrayList<>();
    timed()
        .forEach(
            (name, tree) -> {
              int[][] paths = TreeUnroller.paths(tree);
              int unrolled = Arrays.stream(paths).mapToInt(path -> path.length).sum();
              int n = tree.size();
              passes.add(Pass.of(times, name, n, "packed", 1, n, packedFloats(tree)));
              passes.add(
                  Pass.of(
                      times, name, n, "unrolled", paths.length, unrolled, unrolledFloats(tree)));
            });
    return passes;
  }

  /** {@return floats of the packed tree [3, 3, 2, 1] over those of its unrolled states} */
  public static double floats() {
    TokenTree tree = tree(widths(LARGEST));
    return (double) packedFloats(tree) / unrolledFloats(tree);
  }

  /** {@return largest difference of log-probabilities, the packed tree and its paths as rows} */
  public double packedError() {
    int[] prompt = family.firsts()[0];
    TokenTree tree = tree(widths(LARGEST));
    Arrays.setAll(tree.tokens(), i -> prompt[(prompt.length - 1 + i) % prompt.length]);
    TokenTree[] trees = {tree};
    try (var scope = Tensors.manager();
        var packed = target.open(prompt);
        var rows = new TreeUnroller(target).open(prompt)) {
      NDArray one = packed.score(scope, trees).logProbsBNV();
      return one.sub(rows.score(scope, trees).logProbsBNV()).abs().max().getFloat();
    }
  }

  private record Setting(String draft, String tree, double temperature, long seed) {}

  private static TreeExpansion expansion(String tree) {
    return switch (tree) {
      case "chain of 4" -> TreeExpansion.chain(4);
      case "beam of 3" -> TreeExpansion.beam(3, 4);
      default -> TreeExpansion.widths(widths(tree));
    };
  }

  private SpeculativeDecoder.Run run(TokenModel model, Setting setting) {
    Decoder.Options options =
        setting.temperature == 0
            ? family.greedy()
            : family.sampled(setting.temperature, 1000 * setting.seed);
    Drafter drafter =
        setting.draft.equals("none")
            ? Drafter.none()
            : new ModelDrafter(
                setting.draft.equals("2 x 64") ? draft : family.ngram(), expansion(setting.tree));
    return SpeculativeDecoder.decode(model, family.firsts(), options, drafter, new ExactMatch());
  }

  private SpeculativeDecoder.Run run(Setting setting) {
    return runs.computeIfAbsent(setting, key -> run(target, key));
  }

  private double tau(Setting setting) {
    return run(setting).acceptance().lengthWithBonus();
  }

  private static double speed(SpeculativeDecoder.Run run) {
    return 1e9 * run.count() / (run.nanos() - run.openNanos());
  }

  /**
   * How a tree decodes.
   *
   * @param draft which model drafts
   * @param tree its name
   * @param at the temperature, in words
   * @param tau tokens per pass, with the bonus
   * @param positions of a pass, mean
   * @param speedUp tokens per second over plain decoding, one run each
   * @param timeRatio time of a pass of the hybrid over that of the chain's
   * @param tauRatio tau over the chain's
   */
  public record Row(
      String draft,
      String tree,
      String at,
      double tau,
      double positions,
      double speedUp,
      double timeRatio,
      double tauRatio) {}

  /**
   * Decodes the first prompt of each category with all trees and both drafts.
   *
   * @param times of {@link #time}
   * @return a row per draft, tree and temperature; the first seed
   */
  public List<Row> rows(InterleavedTimer.Timings times) {
    long seed = lab.seeds().getFirst();
    List<Row> rows = new ArrayList<>();
    for (int temperature : new int[] {0, 1}) {
      double plain = speed(run(new Setting("none", "plain", temperature, seed)));
      for (String by : List.of("2 x 64", "n-grams")) {
        for (String tree :
            List.of("chain of 4", "[3, 1, 1, 1]", "[2, 2, 2, 2]", LARGEST, "beam of 3")) {
          var run = run(new Setting(by, tree, temperature, seed));
          var counts = run.acceptance();
          String shape = tree.equals("beam of 3") ? "[3, 1, 1, 1]" : tree; // as many nodes
          rows.add(
              new Row(
                  by,
                  tree,
                  "temperature " + temperature,
                  counts.lengthWithBonus(),
                  1 + (double) counts.drafted() / counts.passes(),
                  speed(run) / plain,
                  times.ratio(shape + " hybrid", "chain of 4 hybrid"),
                  counts.lengthWithBonus()
                      / tau(new Setting(by, "chain of 4", temperature, seed))));
        }
      }
    }
    return rows;
  }

  /**
   * Tokens per pass of a tree over those of the chain, drafted by the model of 2 x 64.
   *
   * @param temperature 0 or 1
   * @param seed of the draws
   * @return the least of the three trees
   */
  public double leastGain(double temperature, long seed) {
    double chain = tau(new Setting("2 x 64", "chain of 4", temperature, seed));
    return TREES.stream()
        .mapToDouble(tree -> tau(new Setting("2 x 64", tree, temperature, seed)) / chain)
        .min()
        .orElseThrow();
  }

  /**
   * Tokens per pass by the target's share of attention; the draft has none.
   *
   * @param tree its name
   * @param none no layer of attention
   * @param quarter two of eight
   * @param half four of eight
   */
  public record Share(String tree, double none, double quarter, double half) {}

  /** {@return chain and trees at temperature 1, first seed; trains two targets where not stored} */
  public List<Share> shares() {
    long seed = lab.seeds().getFirst();
    List<Share> shares = new ArrayList<>();
    for (String tree : List.of("chain of 4", "[3, 1, 1, 1]", "[2, 2, 2, 2]", LARGEST)) {
      Setting setting = new Setting("2 x 64", tree, 1, seed);
      double[] taus =
          StateSpaceModels.BY_SHARE.stream()
              .mapToDouble(model -> run(model.get(lab), setting).acceptance().lengthWithBonus())
              .toArray();
      shares.add(new Share(tree, taus[0], taus[1], taus[2]));
    }
    return shares;
  }
}
