package dev.stretto.papers.hiddentransfer;

import dev.stretto.data.text.CategorySuite.Category;
import dev.stretto.data.text.CategorySuite.Split;
import dev.stretto.data.text.Windows;
import dev.stretto.experiments.Experiment;
import dev.stretto.papers.hiddentransfer.TransferTraining.PseudoStateAccuracy;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.profilers.LatencyModel;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.tensor.SeedTree;
import dev.stretto.zoo.SpeculationFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Compares maps that start after different layers. The best layer below the top is chosen on texts
 * of the training split and scored on those of the test split.
 */
public final class HiddenTransferStudy {
  private static final int TOP = TransferModels.TOP;
  private static final LatencyModel A100 =
      new LatencyModel(LatencyModel.Device.A100, LatencyModel.Shape.VICUNA_7B, 512);

  private final Experiment<?> lab;
  private final SpeculationFamily family;
  private final long first;
  private final Map<String, PseudoStateAccuracy> scored = new HashMap<>();
  private final Map<String, SpeculativeDecoder.Run> decoded = new HashMap<>();

  /**
   * A study of the stored maps.
   *
   * @param lab whose models and seeds they are
   * @param family of the target and the prompts
   */
  public HiddenTransferStudy(Experiment<?> lab, SpeculationFamily family) {
    this.lab = lab;
    first = lab.seeds().getFirst();
    this.family = family;
  }

  /**
   * Trained maps.
   *
   * @param layer t, of {@link TransferModels#BY_LAYER}
   * @param seed of the lab
   * @return the target with these maps, owned by the lab
   */
  public HiddenTransfer maps(int layer, long seed) {
    return TransferModels.BY_LAYER.get(layer).get(lab, seed - first + 4);
  }

  private PseudoStateAccuracy accuracy(int layer, long seed, Split split) {
    return scored.computeIfAbsent(
        layer + " " + seed + " " + split,
        key -> new TransferTraining(maps(layer, seed)).evaluate(texts(split)));
  }

  /** 16 windows of 128 characters of the split's examples. */
  private int[][] texts(Split split) {
    int[] text =
        Arrays.stream(Category.values())
            .flatMap(c -> family.suite().examples(c, split, 20).stream())
            .map(example -> family.tokenizer().encode(example.text()))
            .flatMapToInt(
                ids -> IntStream.concat(Arrays.stream(ids), IntStream.of(family.suite().end())))
            .toArray();
    return new Windows(text).batch(16, 128, SeedTree.of(first).rng());
  }

  /** {@return t below the top whose best tokens are right most often on the training split} */
  public int best() {
    return TransferModels.BY_LAYER.keySet().stream()
        .filter(t -> t < TOP)
        .max(
            Comparator.comparingDouble(
                t -> Arrays.stream(accuracy(t, first, Split.TRAIN).top1()).sum()))
        .orElseThrow();
  }

  /**
   * A point of a curve.
   *
   * @param panel of the figure
   * @param offset j
   * @param layers passed: t, or the layer where states are compared
   * @param value share of positions, or a cosine
   */
  public record Point(String panel, String offset, int layers, double value) {}

  /** {@return share of positions where pseudo states name the target's own top token, by t} */
  public List<Point> accuracies() {
    List<Point> all = new ArrayList<>();
    for (int t : TransferModels.BY_LAYER.keySet()) {
      PseudoStateAccuracy a = accuracy(t, first, Split.TEST);
      for (int j = 0; j < a.top1().length; j++) {
        all.add(new Point("best token", "offset " + (j + 1), t, a.top1()[j]));
        all.add(new Point("among the best five", "offset " + (j + 1), t, a.top5()[j]));
      }
    }
    return all;
  }

  /** {@return cosine of pseudo and real states after each layer from t on; a panel for each t} */
  public List<Point> similarities() {
    List<Point> all = new ArrayList<>();
    for (int t : TransferModels.BY_LAYER.keySet()) {
      double[][] cosine = accuracy(t, first, Split.TEST).cosine();
      for (int i = 0; i < cosine.length; i++) {
        for (int j = 0; j < cosine[i].length; j++) {
          all.add(new Point("t = " + t, "offset " + (j + 1), t + i, cosine[i][j]));
        }
      }
    }
    return all;
  }

  /**
   * {@return the rise of the similarity from layer t to the top, the least of the offsets, best t}
   *
   * @param seed of the lab
   */
  public double similarityRise(long seed) {
    double[][] cosine = accuracy(best(), seed, Split.TEST).cosine();
    return least(j -> cosine[cosine.length - 1][j] - cosine[0][j]);
  }

  /**
   * {@return how many points oftener than at the top the best token is right, the least of the
   * offsets, best t}
   *
   * @param seed of the lab
   */
  public double top1Gain(long seed) {
    double[] middle = accuracy(best(), seed, Split.TEST).top1();
    double[] top = accuracy(TOP, seed, Split.TEST).top1();
    return least(j -> 100 * (middle[j] - top[j]));
  }

  private static double least(IntToDoubleFunction value) {
    return IntStream.range(0, 3).mapToDouble(value).min().orElseThrow();
  }

  private SpeculativeDecoder.Run decoded(int layer, long seed, int nodes) {
    return decoded.computeIfAbsent(
        layer + " " + seed + " " + nodes,
        key -> decode(layer, seed, nodes, family.firsts(), family.greedy()));
  }

  private SpeculativeDecoder.Run decode(
      int layer, long seed, int nodes, int[][] prompts, Decoder.Options options) {
    HiddenTransfer maps = maps(layer, seed);
    TransferDrafter drafter = new TransferDrafter(maps, nodes);
    return SpeculativeDecoder.decode(maps, prompts, options, drafter, new ExactMatch());
  }

  /**
   * {@return tokens per pass over those of a linear Medusa, the lesser of 4 and 8 nodes, best t}
   *
   * @param seed of the lab
   */
  public double tauOverMedusa(long seed) {
    return IntStream.of(4, 8)
        .mapToDouble(
            n ->
                decoded(best(), seed, n).acceptance().lengthWithBonus()
                    / decoded(TOP, seed, n).acceptance().lengthWithBonus())
        .min()
        .orElseThrow();
  }

  /**
   * Decoding with one set of maps.
   *
   * @param t layers passed before pseudo states are made
   * @param nodes of a tree
   * @param lengthWithBonus tokens per pass
   * @param lengthWithout the same less the target's own token
   * @param layerPositions over those of a plain pass of the same nodes
   * @param a100 speed-up predicted on an A100 at 7B
   * @param identical prompts whose text is that of plain decoding
   * @param prompts how many
   */
  public record Run(
      int t,
      int nodes,
      double lengthWithBonus,
      double lengthWithout,
      double layerPositions,
      double a100,
      int identical,
      int prompts) {}

  /** {@return greedy decoding with trees of 4 and 8 nodes, from each t} */
  public List<Run> runs() {
    return TransferModels.BY_LAYER.keySet().stream()
        .flatMap(t -> IntStream.of(4, 8).mapToObj(nodes -> run(t, nodes)))
        .toList();
  }

  private Run run(int t, int nodes) {
    SpeculativeDecoder.Run run = decoded(t, first, nodes);
    int[][] plain = family.plainFirsts();
    double tau = run.acceptance().lengthWithBonus();
    double more = maps(t, first).layerPositions(nodes) / ((double) TOP * nodes);
    return new Run(
        t,
        nodes,
        tau,
        run.acceptance().lengthWithoutBonus(),
        more,
        tau * A100.seconds(1, 1) / A100.seconds(more * nodes, 1),
        (int)
            IntStream.range(0, plain.length)
                .filter(b -> Arrays.equals(run.tokens()[b], plain[b]))
                .count(),
        plain.length);
  }

  /**
   * {@return a contest of three prompts, batch 1, trees of 4 nodes: plain, best and top}
   *
   * @param tokens the most new tokens of a text
   */
  public InterleavedTimer contest(int tokens) {
    int[][] prompts = Arrays.copyOf(family.firsts(), 3);
    Decoder.Options options = new Decoder.Options(tokens, family.suite().end(), Sampling.greedy());
    InterleavedTimer timer = new InterleavedTimer();
    int best = best();
    timer.add("plain", () -> each(prompts, one -> Decoder.decode(family.target(), one, options)));
    timer.add("best", () -> each(prompts, one -> decode(best, first, 4, one, options)));
    timer.add("top", () -> each(prompts, one -> decode(TOP, first, 4, one, options)));
    return timer;
  }

  private static void each(int[][] prompts, Consumer<int[][]> decode) {
    for (int[] prompt : prompts) {
      decode.accept(new int[][] {prompt});
    }
  }

  /**
   * Who sees whom.
   *
   * @param who a position
   * @param seen another
   * @param sees what it is, or nothing
   */
  public record Pair(String who, String seen, String sees) {}

  /**
   * {@return the mask above layer t as a list}
   *
   * @param nodes [node][other] of a tree
   * @param offsets pseudo states per node
   */
  public static List<Pair> mask(boolean[][] nodes, int offsets) {
    boolean[][] sees = HiddenTransfer.sees(nodes, offsets);
    List<String> names = names(nodes.length, offsets);
    List<Pair> pairs = new ArrayList<>();
    for (int i = 0; i < sees.length; i++) {
      for (int j = 0; j < sees.length; j++) {
        String kind = j < nodes.length ? "a real position" : "a pseudo state";
        pairs.add(new Pair(names.get(i), names.get(j), sees[i][j] ? kind : "nothing"));
      }
    }
    return pairs;
  }

  /**
   * {@return names of the nodes and, after them, of their pseudo states}
   *
   * @param nodes of a tree
   * @param offsets pseudo states per node
   */
  public static List<String> names(int nodes, int offsets) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < nodes * (1 + offsets); i++) {
      int node = i < nodes ? i : (i - nodes) / offsets;
      String name = node == 0 ? "root" : "node " + node;
      names.add(i < nodes ? name : name + " +" + ((i - nodes) % offsets + 1));
    }
    return names;
  }
}
