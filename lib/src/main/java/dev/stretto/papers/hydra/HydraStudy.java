package dev.stretto.papers.hydra;

import dev.stretto.data.text.CategorySuite.Category;
import dev.stretto.data.text.CategorySuite.Split;
import dev.stretto.experiments.Experiment;
import dev.stretto.metrics.SampleStatistics;
import dev.stretto.models.TokenTree;
import dev.stretto.profilers.LatencyModel;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.RecordingVerifier;
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
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Compares draft heads on texts that the target wrote, of two corpora: code and tasks. Trees are
 * chosen on other prompts than they are scored on. Seeds are the lab's; the models of its first one
 * are stored.
 */
public final class HydraStudy {
  private static final String[] CORPORA = {"code", "tasks"};
  private static final String TUNING = "tuning";
  private static final LatencyModel A100 =
      new LatencyModel(LatencyModel.Device.A100, LatencyModel.Shape.VICUNA_7B, 512);

  private final Experiment<?> lab;
  private final SpeculationFamily family;
  private final long first;
  private final Map<String, List<TeacherStates>> texts = new HashMap<>();
  private final Map<String, HeadAccuracy> scored = new HashMap<>();

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
    first = lab.seeds().getFirst();
    for (Category category : Category.values()) {
      boolean code = category == Category.MULTI_TURN || category == Category.SUMMARISATION;
      write(code ? "code" : "tasks", family.suite().prompts(category, perCategory));
      write(
          TUNING,
          family.suite().examples(category, Split.TRAIN, 3).stream()
              .map(example -> family.tokenizer().encode(example.prompt()))
              .toArray(int[][]::new));
    }
  }

  private void write(String corpus, int[][] prompts) {
    var greedy = new Decoder.Options(96, family.suite().end(), Sampling.greedy());
    int[][] outputs = Decoder.decode(family.target(), prompts, greedy).tokens();
    texts
        .computeIfAbsent(corpus, c -> new ArrayList<>())
        .addAll(TeacherStates.written(family.target(), prompts, outputs));
  }

  /**
   * {@return what the target wrote}
   *
   * @param corpus code or tasks
   */
  public List<TeacherStates> texts(String corpus) {
    return texts.get(corpus);
  }

  /**
   * Trained heads.
   *
   * @param arm which
   * @param seed of the lab
   * @return the heads, owned by the lab
   */
  public DraftHeads heads(HeadArm arm, long seed) {
    return arm.recipe().get(lab, seed - first + 1);
  }

  private HeadAccuracy accuracy(HeadArm arm, long seed, String... corpora) {
    return new HeadAccuracy(
        Arrays.stream(corpora)
            .map(
                corpus ->
                    scored.computeIfAbsent(
                        "%s %d %s".formatted(arm.label(), seed, corpus),
                        key -> HeadAccuracy.of(heads(arm, seed), texts.get(corpus))))
            .flatMap(accuracy -> accuracy.texts().stream())
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
        : RankPathTree.greedy(accuracy(arm, seed, TUNING).ranks(), nodes);
  }

  /**
   * Heads in a tree, ready to decode with.
   *
   * @param arm which heads, of the first seed
   * @param nodes of the tree
   * @return the drafter
   */
  public HeadTreeDrafter drafter(HeadArm arm, int nodes) {
    return new HeadTreeDrafter(heads(arm, first), tree(arm, first, nodes));
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
    return tau(arm, seed, nodes, CORPORA);
  }

  private double tau(HeadArm arm, long seed, int nodes, String... corpora) {
    return accuracy(arm, seed, corpora).length(tree(arm, seed, nodes));
  }

  /**
   * Tokens per pass over those of a baseline.
   *
   * @param arm which heads
   * @param baseline other heads
   * @param seed of the lab
   * @param sizes of the trees
   * @return the least ratio over both corpora and the sizes
   */
  public double leastGain(HeadArm arm, HeadArm baseline, long seed, int... sizes) {
    return Arrays.stream(CORPORA)
        .flatMapToDouble(
            c ->
                IntStream.of(sizes)
                    .mapToDouble(n -> tau(arm, seed, n, c) / tau(baseline, seed, n, c)))
        .min()
        .orElseThrow();
  }

  /**
   * Tokens per pass less those of a baseline, the mean over the sizes of the tree.
   *
   * @param arm which heads
   * @param baseline other heads
   * @param seed of the lab
   * @param sizes of the trees
   * @return the lesser and the greater of both corpora
   */
  public double[] lead(HeadArm arm, HeadArm baseline, long seed, int... sizes) {
    return Arrays.stream(CORPORA)
        .mapToDouble(
            c ->
                IntStream.of(sizes)
                    .mapToDouble(n -> tau(arm, seed, n, c) - tau(baseline, seed, n, c))
                    .average()
                    .orElseThrow())
        .sorted()
        .toArray();
  }

  /**
   * Lead over a baseline in marginal top-1 accuracy.
   *
   * @param arm which heads
   * @param baseline other heads
   * @param seed of the lab
   * @param depth of the head, 1 or more
   * @return the difference of the shares
   */
  public double gap(HeadArm arm, HeadArm baseline, long seed, int depth) {
    return top(arm, seed, depth) - top(baseline, seed, depth);
  }

  private double top(HeadArm arm, long seed, int depth) {
    return accuracy(arm, seed, CORPORA).marginal(depth);
  }

  /**
   * Speed-up over plain decoding that the roofline of an A100 predicts for Vicuna-7B.
   *
   * @param arm whose weights are read at each draft call
   * @param tau tokens per pass with trees of 25 nodes
   * @return the speed-up
   */
  public static double predicted(HeadArm arm, double tau) {
    return A100.speedup(tau, 25, arm.calls(), 0);
  }

  /**
   * A point of a curve.
   *
   * @param heads label of the arm
   * @param panel of the figure
   * @param x depth or nodes
   * @param value over all texts
   * @param low value less two standard errors over the texts
   * @param high value and two standard errors over the texts
   */
  public record Point(String heads, String panel, int x, double value, double low, double high) {
    static Point of(
        HeadArm arm, String panel, int x, HeadAccuracy all, ToDoubleFunction<HeadAccuracy> f) {
      double[] each =
          all.texts().stream()
              .mapToDouble(text -> f.applyAsDouble(new HeadAccuracy(List.<int[][]>of(text))))
              .toArray();
      double value = f.applyAsDouble(all);
      double error = 2 * SampleStatistics.of(each).deviation() / Math.sqrt(each.length);
      return new Point(arm.label(), panel, x, value, value - error, value + error);
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
      HeadAccuracy all = accuracy(arm, first, CORPORA);
      for (int j = 1; j <= HeadArm.HEADS; j++) {
        int depth = j;
        points.add(Point.of(arm, "marginal", j, all, h -> h.marginal(depth)));
        points.add(Point.of(arm, "conditional", j, all, h -> h.conditional(depth)));
      }
    }
    return points;
  }

  /**
   * Tokens per pass by the size of the tree.
   *
   * @param arms which heads
   * @param sizes of the trees
   * @return tau on each corpus
   */
  public List<Point> lengthBySize(List<HeadArm> arms, int... sizes) {
    List<Point> points = new ArrayList<>();
    for (HeadArm arm : arms) {
      for (int n : sizes) {
        RankPathTree tree = tree(arm, first, n);
        for (String corpus : CORPORA) {
          points.add(Point.of(arm, corpus, n, accuracy(arm, first, corpus), h -> h.length(tree)));
        }
      }
    }
    return points;
  }

  /**
   * What an arm does, the mean over the seeds of the lab.
   *
   * @param heads its label
   * @param parameters how many
   * @param tau5 tokens per pass, a chain of four drafted tokens
   * @param tau12 the same, tree of 12 nodes
   * @param tau25 the same, 25 nodes
   * @param top1 share of positions where the top token at depth 1 is right
   * @param top4 the same at depth 4
   * @param predictedA100 speed-up predicted on an A100 at 7B, 25 nodes
   */
  public record Summary(
      String heads,
      long parameters,
      double tau5,
      double tau12,
      double tau25,
      double top1,
      double top4,
      double predictedA100) {}

  /**
   * One arm in a line.
   *
   * @param arm which heads
   * @return means over the seeds
   */
  public Summary summary(HeadArm arm) {
    double tau25 = mean(seed -> tau(arm, seed, 25));
    return new Summary(
        arm.label(),
        heads(arm, first).parameters().count(),
        mean(seed -> tau(arm, seed, 5)),
        mean(seed -> tau(arm, seed, 12)),
        tau25,
        mean(seed -> top(arm, seed, 1)),
        mean(seed -> top(arm, seed, 4)),
        predicted(arm, tau25));
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
        .map(arm -> decode(family.firsts(), family.greedy(), drafter(arm, 12)))
        .mapToInt(tokens -> Arrays.deepEquals(tokens, family.plainFirsts()) ? 1 : 0)
        .average()
        .orElseThrow();
  }

  private int[][] decode(int[][] prompts, Decoder.Options options, Drafter drafter) {
    return SpeculativeDecoder.decode(family.target(), prompts, options, drafter, new ExactMatch())
        .tokens();
  }

  /**
   * A node of a drawn tree.
   *
   * @param heads label of the arm
   * @param depth 0 for the pending token
   * @param place from bottom to top
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
   * The first draft tree after a prefix.
   *
   * @param arm which heads
   * @param nodes of the tree
   * @param prefix of a text
   * @return its nodes
   */
  public List<Node> candidates(HeadArm arm, int nodes, int[] prefix) {
    RecordingVerifier seen = new RecordingVerifier(new ExactMatch());
    var six = new Decoder.Options(6, -1, Sampling.greedy());
    int[][] prompt = {prefix};
    SpeculativeDecoder.decode(family.target(), prompt, six, drafter(arm, nodes), seen);
    RecordingVerifier.Recorded pass =
        seen.passes().stream().filter(p -> p.draft().tree().size() > 1).findFirst().orElseThrow();
    TokenTree tree = pass.draft().tree();
    int[] depths = tree.depths();
    List<Node> drawn = new ArrayList<>();
    for (int i = 0; i < tree.size(); i++) {
      int parent = Math.max(0, tree.parents()[i]);
      drawn.add(
          new Node(
              arm.label(),
              depths[i],
              place(depths, i),
              depths[parent],
              place(depths, parent),
              family.text(tree.tokens()[i]).replace(" ", "_").replace("\n", "\\n"),
              Arrays.binarySearch(pass.path(), i) >= 0 ? "kept" : "not kept"));
    }
    return drawn;
  }

  /** Nodes of a depth one below the other around 0, in the order of their parents. */
  private static double place(int[] depths, int node) {
    int[] same = IntStream.range(0, depths.length).filter(i -> depths[i] == depths[node]).toArray();
    return (same.length - 1) / 2.0 - Arrays.binarySearch(same, node);
  }
}
