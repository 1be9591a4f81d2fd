package dev.stretto.papers.hydra;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.data.text.CategorySuite.Category;
import dev.stretto.data.text.CategorySuite.Split;
import dev.stretto.experiments.Experiment;
import dev.stretto.metrics.SampleStatistics;
import dev.stretto.models.TokenTree;
import dev.stretto.profilers.LatencyModel;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.RecordingDrafter;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.RankPathTree;
import dev.stretto.training.TeacherStates;
import dev.stretto.zoo.SpeculationFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Compares draft heads on texts that the target wrote: accuracy by depth, the best trees and the
 * accepted length that follows from both. Trees are chosen on other prompts than they are scored
 * on. Seeds are the lab's; the models of its first one are stored.
 */
public final class HydraStudy {
  private static final int[] SIZES = {4, 5, 8, 12, 25};
  private static final int LARGEST = 25;
  private static final LatencyModel A100 =
      new LatencyModel(LatencyModel.Device.A100, LatencyModel.Shape.VICUNA_7B, 512);

  private final Experiment<?> lab;
  private final SpeculationFamily family;
  private final List<TeacherStates> tuning;
  private final Map<String, List<TeacherStates>> corpora = new TreeMap<>();
  private final Map<String, Map<String, HeadAccuracy>> judged = new HashMap<>();

  /**
   * Lets the target write the texts.
   *
   * @param lab whose models and seeds they are
   * @param family of the target and the prompts
   * @param perCategory prompts of each category to score on, 1 or more
   */
  public HydraStudy(Experiment<?> lab, SpeculationFamily family, int perCategory) {
    this.lab = lab;
    this.family = family;
    tuning =
        written(
            Arrays.stream(Category.values())
                .flatMap(c -> family.suite().examples(c, Split.TRAIN, 3).stream())
                .map(example -> family.tokenizer().encode(example.prompt()))
                .toArray(int[][]::new));
    family
        .suite()
        .prompts(perCategory)
        .forEach(
            (category, rows) ->
                corpora
                    .computeIfAbsent(corpus(category), c -> new ArrayList<>())
                    .addAll(written(rows)));
  }

  private static String corpus(String category) {
    return List.of("multi-turn", "summarisation").contains(category) ? "code" : "tasks";
  }

  private List<TeacherStates> written(int[][] prompts) {
    CategorySuite suite = family.suite();
    Decoder.Options greedy = new Decoder.Options(96, suite.end(), Sampling.greedy());
    int[][] outputs = Decoder.decode(family.target(), prompts, greedy).tokens();
    return TeacherStates.written(family.target(), prompts, outputs);
  }

  /** {@return texts of the target by corpus: code and tasks} */
  public Map<String, List<TeacherStates>> corpora() {
    return corpora;
  }

  /**
   * Trained heads.
   *
   * @param arm which
   * @param seed of the lab
   * @return the heads, owned by the lab
   */
  public DraftHeads heads(HeadArm arm, long seed) {
    return arm.recipe().get(lab, seed - lab.seeds().getFirst() + 1);
  }

  private DraftHeads heads(HeadArm arm) {
    return heads(arm, lab.seeds().getFirst());
  }

  private Map<String, HeadAccuracy> judged(HeadArm arm, long seed) {
    return judged.computeIfAbsent(
        arm.label() + " " + seed,
        key -> {
          Map<String, HeadAccuracy> by = new TreeMap<>();
          by.put("tuning", HeadAccuracy.of(heads(arm, seed), tuning));
          corpora.forEach((c, texts) -> by.put(c, HeadAccuracy.of(heads(arm, seed), texts)));
          return by;
        });
  }

  /**
   * Ranks of the right tokens over both corpora.
   *
   * @param arm which heads
   * @param seed of the lab
   * @return the ranks
   */
  public HeadAccuracy accuracy(HeadArm arm, long seed) {
    return new HeadAccuracy(
        corpora.keySet().stream()
            .flatMap(corpus -> judged(arm, seed).get(corpus).texts().stream())
            .toList());
  }

  /**
   * The tree whose paths were right most often on the tuning texts.
   *
   * @param arm which heads
   * @param seed of the lab
   * @param nodes with the pending token; 5 for a chain
   * @return the tree
   */
  public RankPathTree tree(HeadArm arm, long seed, int nodes) {
    return nodes == 5
        ? RankPathTree.cartesian(1, 1, 1, 1)
        : RankPathTree.greedy(judged(arm, seed).get("tuning").ranks(), nodes);
  }

  /**
   * Tokens per pass over both corpora.
   *
   * @param arm which heads
   * @param seed of the lab
   * @param nodes of the tree
   * @return tau, the bonus included
   */
  public double tau(HeadArm arm, long seed, int nodes) {
    return accuracy(arm, seed).length(tree(arm, seed, nodes));
  }

  /**
   * Tokens per pass on one corpus.
   *
   * @param arm which heads
   * @param seed of the lab
   * @param nodes of the tree
   * @param corpus code or tasks
   * @return tau, the bonus included
   */
  public double tau(HeadArm arm, long seed, int nodes, String corpus) {
    return judged(arm, seed).get(corpus).length(tree(arm, seed, nodes));
  }

  /**
   * Tokens per pass over those of a baseline.
   *
   * @param arm which heads
   * @param baseline other heads
   * @param seed of the lab
   * @param sizes of the trees; none for all that figures show
   * @return the least ratio over both corpora and the sizes
   */
  public double leastGain(HeadArm arm, HeadArm baseline, long seed, int... sizes) {
    return corpora.keySet().stream()
        .flatMapToDouble(
            corpus ->
                IntStream.of(sizes.length == 0 ? SIZES : sizes)
                    .mapToDouble(n -> tau(arm, seed, n, corpus) / tau(baseline, seed, n, corpus)))
        .min()
        .orElseThrow();
  }

  /**
   * How much longer drafts are kept than a baseline's.
   *
   * @param arm which heads
   * @param baseline other heads
   * @param seed of the lab
   * @param sizes of the trees; none for all that figures show
   * @return differences of tokens per pass by corpus, each the mean over the sizes
   */
  public double[] leads(HeadArm arm, HeadArm baseline, long seed, int... sizes) {
    return corpora.keySet().stream()
        .mapToDouble(
            corpus ->
                IntStream.of(sizes.length == 0 ? SIZES : sizes)
                    .mapToDouble(n -> tau(arm, seed, n, corpus) - tau(baseline, seed, n, corpus))
                    .average()
                    .orElseThrow())
        .toArray();
  }

  /**
   * Speed-up over plain decoding that the roofline of an A100 predicts for Vicuna-7B.
   *
   * @param arm whose weights are read at each draft call
   * @param tau tokens per pass
   * @return the speed-up of trees of 25 nodes
   */
  public static double predicted(HeadArm arm, double tau) {
    return A100.speedup(tau, LARGEST, arm.calls(), 0);
  }

  /**
   * {@return the same with the tokens per pass measured here}
   *
   * @param arm which heads
   */
  public double predicted(HeadArm arm) {
    return predicted(arm, tau(arm, lab.seeds().getFirst(), LARGEST));
  }

  /**
   * A point of a curve, with two standard errors over the texts on each side.
   *
   * @param heads label of the arm
   * @param panel of the figure
   * @param x depth or nodes
   * @param value over all texts
   * @param low value less two standard errors
   * @param high value and two standard errors
   */
  public record Point(String heads, String panel, int x, double value, double low, double high) {
    static Point of(
        String heads, String panel, int x, HeadAccuracy all, ToDoubleFunction<HeadAccuracy> f) {
      SampleStatistics by =
          SampleStatistics.of(
              all.texts().stream()
                  .mapToDouble(text -> f.applyAsDouble(new HeadAccuracy(List.<int[][]>of(text))))
                  .toArray());
      double value = f.applyAsDouble(all);
      double error = by.count() < 2 ? 0 : 2 * by.deviation() / Math.sqrt(by.count());
      return new Point(heads, panel, x, value, value - error, value + error);
    }
  }

  /**
   * How often the top token is right.
   *
   * @param arms which heads
   * @return marginal and conditional accuracy by depth
   */
  public List<Point> accuracyByDepth(List<HeadArm> arms) {
    List<Point> points = new ArrayList<>();
    for (HeadArm arm : arms) {
      HeadAccuracy all = accuracy(arm, lab.seeds().getFirst());
      for (int j = 1; j <= HeadArm.HEADS; j++) {
        int depth = j;
        points.add(Point.of(arm.label(), "marginal", j, all, h -> h.marginal(depth, 1)));
        points.add(Point.of(arm.label(), "conditional", j, all, h -> h.conditional(depth, 1)));
      }
    }
    return points;
  }

  /**
   * Tokens per pass by the size of the tree.
   *
   * @param arms which heads
   * @return tau on each corpus
   */
  public List<Point> lengthBySize(List<HeadArm> arms) {
    long seed = lab.seeds().getFirst();
    List<Point> points = new ArrayList<>();
    for (HeadArm arm : arms) {
      for (int n : SIZES) {
        RankPathTree tree = tree(arm, seed, n);
        corpora
            .keySet()
            .forEach(
                corpus ->
                    points.add(
                        Point.of(
                            arm.label(),
                            corpus,
                            n,
                            judged(arm, seed).get(corpus),
                            h -> h.length(tree))));
      }
    }
    return points;
  }

  /**
   * What an arm does, the mean over the seeds of the lab.
   *
   * @param heads its label
   * @param parameters how many
   * @param tau4 tokens per pass, tree of 4 nodes
   * @param tau5 the same, a chain
   * @param tau8 the same, 8 nodes
   * @param tau12 the same, 12 nodes
   * @param tau25 the same, 25 nodes
   * @param top1 share of positions where the top token at depth 1 is right
   * @param top4 the same at depth 4
   * @param predictedA100 speed-up predicted on an A100 at 7B
   */
  public record Summary(
      String heads,
      long parameters,
      double tau4,
      double tau5,
      double tau8,
      double tau12,
      double tau25,
      double top1,
      double top4,
      double predictedA100) {}

  /**
   * One line per arm.
   *
   * @param arms which heads
   * @return means over the seeds
   */
  public List<Summary> summary(List<HeadArm> arms) {
    return arms.stream()
        .map(
            arm -> {
              double[] tau =
                  IntStream.of(SIZES).mapToDouble(n -> mean(s -> tau(arm, s, n))).toArray();
              return new Summary(
                  arm.label(),
                  heads(arm).parameters().count(),
                  tau[0],
                  tau[1],
                  tau[2],
                  tau[3],
                  tau[4],
                  mean(s -> accuracy(arm, s).marginal(1, 1)),
                  mean(s -> accuracy(arm, s).marginal(4, 1)),
                  predicted(arm, tau[4]));
            })
        .toList();
  }

  private double mean(ToDoubleFunction<Long> value) {
    return lab.seeds().stream().mapToDouble(value).average().orElseThrow();
  }

  /**
   * Decodes with trees of 12 nodes.
   *
   * @param arms which heads
   * @return share of the arms whose greedy texts are those of plain decoding
   */
  public double sameText(List<HeadArm> arms) {
    return arms.stream()
        .map(arm -> drafter(arm, 12))
        .map(
            d ->
                SpeculativeDecoder.decode(
                    family.target(), family.firsts(), family.greedy(), d, new ExactMatch()))
        .mapToDouble(run -> Arrays.deepEquals(run.tokens(), family.plainFirsts()) ? 1 : 0)
        .average()
        .orElseThrow();
  }

  /**
   * Heads in a tree, ready to decode with.
   *
   * @param arm which heads
   * @param nodes of the tree
   * @return the drafter
   */
  public HeadTreeDrafter drafter(HeadArm arm, int nodes) {
    return new HeadTreeDrafter(heads(arm), tree(arm, lab.seeds().getFirst(), nodes));
  }

  /**
   * A node of a drawn tree.
   *
   * @param heads label of the arm
   * @param depth 0 for the pending token
   * @param place from top to bottom
   * @param fromDepth depth of its parent
   * @param fromPlace place of its parent
   * @param token its text
   * @param target whether the target keeps it
   */
  public record Node(
      String heads,
      double depth,
      double place,
      double fromDepth,
      double fromPlace,
      String token,
      String target) {}

  /**
   * The draft trees for one prefix.
   *
   * @param arms which heads
   * @param nodes of each tree
   * @param prefix of a text
   * @return their nodes
   */
  public List<Node> candidates(List<HeadArm> arms, int nodes, int[] prefix) {
    return arms.stream().flatMap(arm -> candidates(arm, nodes, prefix)).toList();
  }

  private Stream<Node> candidates(HeadArm arm, int nodes, int[] prefix) {
    RecordingDrafter seen = RecordingDrafter.of(drafter(arm, nodes));
    SpeculativeDecoder.decode(
        family.target(),
        new int[][] {prefix},
        new Decoder.Options(6, -1, Sampling.greedy()),
        seen,
        new ExactMatch());
    RecordingDrafter.Recorded pass =
        seen.passes().stream().filter(p -> p.draft().tree().size() > 1).findFirst().orElseThrow();
    TokenTree tree = pass.draft().tree();
    double[] places = new double[tree.size()];
    place(tree, 0, 0, places);
    return IntStream.range(0, tree.size())
        .mapToObj(
            i -> {
              int parent = Math.max(0, tree.parents()[i]);
              boolean kept = Arrays.stream(pass.path()).anyMatch(node -> node == i);
              return new Node(
                  arm.label(),
                  tree.depths()[i],
                  -places[i],
                  tree.depths()[parent],
                  -places[parent],
                  family.text(tree.tokens()[i]).replace(" ", "·").replace("\n", "\\n"),
                  kept ? "kept" : "not kept");
            });
  }

  /** Leaves one below the other, each other node in the middle of its children. */
  private static double place(TokenTree tree, int node, double next, double[] places) {
    double after = next;
    double sum = 0;
    int children = 0;
    for (int i = node + 1; i < tree.size(); i++) {
      if (tree.parents()[i] == node) {
        after = place(tree, i, after, places);
        sum += places[i];
        children++;
      }
    }
    places[node] = children == 0 ? next : sum / children;
    return children == 0 ? next + 1 : after;
  }
}
