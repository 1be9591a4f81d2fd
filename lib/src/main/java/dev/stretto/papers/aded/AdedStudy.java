package dev.stretto.papers.aded;

import dev.stretto.data.text.JavaLexer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.data.text.TextFiles;
import dev.stretto.experiments.Experiment;
import dev.stretto.metrics.SampleStatistics;
import dev.stretto.models.language.ReplayTarget;
import dev.stretto.profilers.LatencyModel;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.PromptLookup;
import dev.stretto.zoo.SpeculationFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Drafts from tri-gram matrices for held-out files of the JDK's {@code java.util} as lexer tokens:
 * a target that replays a text accepts what an exact match with that text would. Other files of the
 * package are counted.
 */
public final class AdedStudy {
  private static final String ROOT = "java.base/java/util/";
  private static final int HELD = 8;
  private static final int TOKENS = 1500;
  private static final int TOP = 12;

  /** Tree of 24 nodes, as many as the published search keeps. */
  static final DraftMaker TREE = new BestFirstDraft(24, 4);

  private final Experiment<?> lab;
  private final SpeculationFamily family;
  private final JavaLexer lexer = new JavaLexer();
  private final List<String> names;
  private final List<int[]> files;
  private final List<int[]> foreign; // read at once: the vocabulary grows with each text
  private final Map<String, List<Acceptance>> replays = new HashMap<>();
  private final Map<Long, TrigramMatrix> matrices = new HashMap<>();

  /**
   * Reads the files.
   *
   * @param lab whose seeds they are; each seed holds out other files
   * @param family of the target that is not a replay
   */
  public AdedStudy(Experiment<?> lab, SpeculationFamily family) {
    this.lab = lab;
    this.family = family;
    TextFiles texts = JavaSources.installed(ROOT).select(n -> n.indexOf('/', ROOT.length()) < 0);
    names = texts.names();
    files = texts.texts().map(this::tokens).toList();
    TextFiles others = JavaSources.installed("java.base/java/time/");
    foreign = others.texts().limit(40).map(this::tokens).toList();
  }

  private int[] tokens(String text) {
    return lexer.encode(JavaLexer.split(text));
  }

  private int[] held(long seed) {
    int[] large =
        IntStream.range(0, files.size()).filter(i -> files.get(i).length >= TOKENS).toArray();
    int shift = (int) (seed - lab.seeds().getFirst());
    return IntStream.range(0, HELD).map(i -> large[i * large.length / HELD + shift]).toArray();
  }

  private TrigramMatrix count(Stream<int[]> texts) {
    return TrigramMatrix.count(lexer.vocabulary(), TOP, texts.toArray(int[][]::new));
  }

  /** The matrix of the files that are not held out. */
  private TrigramMatrix counted(long seed) {
    return matrices.computeIfAbsent(
        seed,
        key -> {
          int[] held = held(seed);
          return count(
              IntStream.range(0, files.size())
                  .filter(i -> IntStream.of(held).noneMatch(h -> h == i))
                  .limit(100)
                  .mapToObj(files::get));
        });
  }

  /** {@return which files are held out and how many kinds of tokens there are, in a sentence} */
  public String data() {
    return "100 files counted, %d kinds of tokens; held out: %s"
        .formatted(
            lexer.vocabulary(),
            Arrays.stream(held(lab.seeds().getFirst()))
                .mapToObj(i -> names.get(i).substring(ROOT.length()))
                .toList());
  }

  private Drafter drafter(String matrix, long seed) {
    return switch (matrix) {
      case "static" -> new AdedDrafter(counted(seed), new MatrixUpdate.Static(), TREE);
      case "boost (published)" -> boosted(counted(seed), TREE);
      case "mean, alpha .1" -> new AdedDrafter(counted(seed), new MatrixUpdate.Ema(.1), TREE);
      case "mean, alpha .3" -> new AdedDrafter(counted(seed), new MatrixUpdate.Ema(.3), TREE);
      case "cold + boost" -> boosted(count(Stream.of()), TREE);
      case "java.time + boost" -> boosted(count(foreign.stream()), TREE);
      case "prompt lookup" -> new PromptLookup(3, 10);
      default -> throw new IllegalArgumentException("no matrix " + matrix);
    };
  }

  private static Drafter boosted(TrigramMatrix matrix, DraftMaker maker) {
    return new AdedDrafter(matrix, MatrixUpdate.PUBLISHED, maker);
  }

  private static Acceptance replay(int[] text, Drafter drafter) {
    return SpeculativeDecoder.decode(
            new ReplayTarget(text),
            new int[][] {Arrays.copyOf(text, 2)},
            new Decoder.Options(text.length - 2, -1, Sampling.greedy()),
            drafter,
            new ExactMatch())
        .acceptance();
  }

  /** Counts of each held-out file. */
  private List<Acceptance> replays(String name, long seed, Drafter drafter) {
    int length = lab.preset().isSmoke() ? 150 : TOKENS;
    return replays.computeIfAbsent(
        name + " " + seed,
        key ->
            Arrays.stream(held(seed))
                .mapToObj(i -> replay(Arrays.copyOf(files.get(i), length), drafter))
                .toList());
  }

  private List<Acceptance> replays(String matrix, long seed) {
    return replays(matrix, seed, drafter(matrix, seed));
  }

  private List<Acceptance> replays(DraftMaker maker, long seed) {
    return replays(maker.toString(), seed, boosted(counted(seed), maker));
  }

  private static double mean(List<Acceptance> files, ToDoubleFunction<Acceptance> value) {
    return files.stream().mapToDouble(value).average().orElseThrow();
  }

  private static double tau(List<Acceptance> files) {
    return mean(files, Acceptance::lengthWithBonus);
  }

  private static double nodes(List<Acceptance> files) {
    Acceptance all = files.stream().reduce(Acceptance::plus).orElseThrow();
    return (double) all.drafted() / all.passes();
  }

  /** Mean tokens per pass of a quarter of the passes. */
  private static double quarter(Acceptance counts, int quarter) {
    int n = counts.lengths().length;
    return Arrays.stream(counts.lengths(), quarter * n / 4, (quarter + 1) * n / 4)
        .average()
        .orElseThrow();
  }

  /**
   * How a drafter does on the held-out files.
   *
   * @param drafter its name
   * @param tau tokens per pass with the bonus, mean over the files
   * @param least of the files
   * @param most of the files
   * @param nodes candidates per pass
   * @param withoutDraft share of passes without any
   * @param quarter1 tokens per pass in the first quarter of the passes
   * @param quarter4 the same in the last
   */
  public record Row(
      String drafter,
      double tau,
      double least,
      double most,
      double nodes,
      double withoutDraft,
      double quarter1,
      double quarter4) {
    static Row of(String drafter, List<Acceptance> files) {
      Acceptance all = files.stream().reduce(Acceptance::plus).orElseThrow();
      var taus = files.stream().mapToDouble(Acceptance::lengthWithBonus).summaryStatistics();
      return new Row(
          drafter,
          taus.getAverage(),
          taus.getMin(),
          taus.getMax(),
          AdedStudy.nodes(files),
          1 - (double) all.drafts() / all.passes(),
          mean(files, f -> quarter(f, 0)),
          mean(files, f -> quarter(f, 3)));
    }
  }

  /** {@return matrices and updates under the same tree of 24 nodes, and prompt lookup} */
  public List<Row> matrices() {
    long seed = lab.seeds().getFirst();
    return List.of(
            "static",
            "boost (published)",
            "mean, alpha .1",
            "mean, alpha .3",
            "cold + boost",
            "java.time + boost",
            "prompt lookup")
        .stream()
        .map(matrix -> Row.of(matrix, replays(matrix, seed)))
        .toList();
  }

  private Acceptance story(String matrix, long seed) {
    Stream<int[]> texts = Arrays.stream(held(seed)).mapToObj(files::get);
    int[] longest = texts.max(Comparator.comparingInt(text -> text.length)).orElseThrow();
    int most = lab.preset().isSmoke() ? 1000 : 8000;
    int[] text = Arrays.copyOf(longest, Math.min(most, longest.length));
    return replays
        .computeIfAbsent(
            "story " + matrix + " " + seed, key -> List.of(replay(text, drafter(matrix, seed))))
        .getFirst();
  }

  /**
   * A moving mean along the longest held-out file.
   *
   * @param matrix its name
   * @param token how many were written
   * @param tau tokens per pass, mean of the last 200 passes
   */
  public record Moving(String matrix, int token, double tau) {}

  /** {@return three matrices, every 20 passes} */
  public List<Moving> moving() {
    List<Moving> points = new ArrayList<>();
    for (String matrix : List.of("static", "boost (published)", "cold + boost")) {
      int[] lengths = story(matrix, lab.seeds().getFirst()).lengths();
      for (int at = 200; at < lengths.length; at += 20) {
        int token = Arrays.stream(lengths, 0, at).sum();
        double tau = Arrays.stream(lengths, at - 200, at).average().orElseThrow();
        points.add(new Moving(matrix, token, tau));
      }
    }
    return points;
  }

  /**
   * What a way to draft makes of its nodes.
   *
   * @param maker its name
   * @param nodes candidates per pass
   * @param tau tokens per pass, mean over the files
   * @param low tau less two standard errors over the files
   * @param high tau and two standard errors
   */
  public record Made(String maker, double nodes, double tau, double low, double high) {}

  private Made made(String name, DraftMaker maker) {
    List<Acceptance> files = replays(maker, lab.seeds().getFirst());
    var taus =
        SampleStatistics.of(files.stream().mapToDouble(Acceptance::lengthWithBonus).toArray());
    double error = 2 * taus.deviation() / Math.sqrt(taus.count());
    return new Made(name, nodes(files), taus.mean(), taus.mean() - error, taus.mean() + error);
  }

  /** {@return chains, best-first trees and searches over the boosted matrix} */
  public List<Made> makers() {
    List<Made> made = new ArrayList<>();
    made.add(made("arg-max chain of 4", CHAIN));
    for (int nodes : new int[] {4, 12, 24, 64}) {
      made.add(made("best first, depth 4", new BestFirstDraft(nodes, 4)));
    }
    made.add(made("best first, depth 8", new BestFirstDraft(64, 8)));
    for (int iterations : lab.preset().isSmoke() ? new int[] {50} : new int[] {50, 150, 600}) {
      made.add(made("search, c1 = 32 (published)", search(iterations, 32)));
    }
    made.add(made("search, c1 = 1.25", search(150, 1.25)));
    return made;
  }

  private static final DraftMaker CHAIN = DraftMaker.chain(4);

  private PuctDraft search(int iterations, double c1) {
    return new PuctDraft(iterations, 3, c1, 8, 24, lab.seeds().getFirst());
  }

  /** {@return the 24 most visited nodes of one search in the middle of a file, and the root} */
  public List<SearchNode> searched() {
    long seed = lab.seeds().getFirst();
    int[] text = files.get(held(seed)[5]);
    PuctDraft.Search search = search(150, 32).search(counted(seed), text[699], text[700]);
    return SearchNode.of(search, 25, lexer::token);
  }

  /**
   * Tokens per pass of the family's own target, greedily.
   *
   * @param category of the prompts
   * @param lookup prompt lookup
   * @param fixed static matrix
   * @param boost boosted matrix, best first
   * @param search boosted matrix, the published search
   * @param identical whether all texts are those of plain decoding
   */
  public record Category(
      String category,
      double lookup,
      double fixed,
      double boost,
      double search,
      boolean identical) {}

  /** {@return the six categories; the matrix is counted from the target's training text} */
  public List<Category> categories() {
    TrigramMatrix matrix =
        TrigramMatrix.count(
            family.tokenizer().vocabulary(), TOP, family.suite().trainingText(300_000));
    DraftMaker tree = new BestFirstDraft(8, 4);
    DraftMaker search = new PuctDraft(50, 3, 32, 8, 8, lab.seeds().getFirst());
    List<Drafter> drafters =
        List.of(
            new PromptLookup(3, 10),
            new AdedDrafter(matrix, new MatrixUpdate.Static(), tree),
            boosted(matrix, tree),
            boosted(matrix, search));
    List<Category> categories = new ArrayList<>();
    int row = 0;
    for (String category : family.prompts().keySet()) {
      int[][] prompts = family.prompts().get(category);
      int[][] plain = Arrays.copyOfRange(family.plain().tokens(), row, row + prompts.length);
      double[] tau = new double[drafters.size()];
      boolean same = true;
      for (int i = 0; i < tau.length; i++) {
        var run =
            SpeculativeDecoder.decode(
                family.target(), prompts, family.greedy(), drafters.get(i), new ExactMatch());
        tau[i] = run.acceptance().lengthWithBonus();
        same &= Arrays.deepEquals(plain, run.tokens());
      }
      categories.add(new Category(category, tau[0], tau[1], tau[2], tau[3], same));
      row += prompts.length;
    }
    return categories;
  }

  /**
   * Boosted over static matrix, tokens per pass.
   *
   * @param seed of the held-out files
   * @return ratio of the means over eight files
   */
  public double boostGain(long seed) {
    return tau(replays("boost (published)", seed)) / tau(replays("static", seed));
  }

  /**
   * The same in the worst file.
   *
   * @param seed of the held-out files
   * @return least ratio of the eight files
   */
  public double leastBoostGain(long seed) {
    List<Acceptance> boosted = replays("boost (published)", seed);
    List<Acceptance> fixed = replays("static", seed);
    return IntStream.range(0, HELD)
        .mapToDouble(i -> boosted.get(i).lengthWithBonus() / fixed.get(i).lengthWithBonus())
        .min()
        .orElseThrow();
  }

  /**
   * A matrix that starts empty, along the longest held-out file.
   *
   * @param seed of the held-out files
   * @return tokens per pass of the last quarter over the first
   */
  public double coldGain(long seed) {
    Acceptance story = story("cold + boost", seed);
    return quarter(story, 3) / quarter(story, 0);
  }

  /**
   * 64 nodes against a chain of 4.
   *
   * @param seed of the held-out files
   * @return ratio of tokens per pass
   */
  public double treeGain(long seed) {
    return tau(replays(new BestFirstDraft(64, 4), seed)) / tau(replays(CHAIN, seed));
  }

  /**
   * The published search over best-first.
   *
   * @param seed of the held-out files
   * @return ratio of tokens per pass, less 1: positive where the search is better
   */
  public double searchGain(long seed) {
    return tau(replays(search(150, 32), seed)) / tau(replays("boost (published)", seed)) - 1;
  }

  /** {@return speed-up on an A100 at 7B by the latency model, 25 nodes drafted for nothing} */
  public double predicted() {
    double tau = tau(replays("boost (published)", lab.seeds().getFirst()));
    return new LatencyModel(LatencyModel.Device.A100, LatencyModel.Shape.VICUNA_7B, 500)
        .speedup(tau, 25, List.of(), 0);
  }
}
