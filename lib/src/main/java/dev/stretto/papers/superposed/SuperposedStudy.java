package dev.stretto.papers.superposed;

import dev.stretto.data.text.CharTokenizer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.data.text.TextFiles;
import dev.stretto.experiments.Experiment;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NGramModel;
import dev.stretto.papers.superposed.SuperposedDecoder.Generated;
import dev.stretto.papers.superposed.SuperposedDecoder.Superposed;
import dev.stretto.papers.superposed.Superposition.Mixing;
import dev.stretto.profilers.LatencyModel;
import dev.stretto.samplers.decoding.Hypothesis;
import dev.stretto.tensor.SeedTree;
import dev.stretto.zoo.SharedModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Superposed decoding of Java code, on lexical tokens and on characters. */
public final class SuperposedStudy {
  private static final int LENGTH = 24;
  private static final int K = 3;
  private static final String PUBLISHED = "superposed, published";

  private final Experiment<?> lab;
  private final JavaTokens tokens;
  private final InterpolatedNGrams filter;
  private final int[][] prompts;
  private final int each;
  private final Generated example;
  private final Map<Long, List<Outcome>> onTokens = new HashMap<>();
  private final Map<Long, List<Outcome>> onCharacters = new HashMap<>();
  private final Map<Long, List<Cosine>> cosines = new HashMap<>();

  /**
   * A study.
   *
   * @param lab whose models they are
   */
  public SuperposedStudy(Experiment<?> lab) {
    this.lab = lab;
    tokens = JavaTokens.TOKENS.get(lab);
    filter =
        InterpolatedNGrams.published(NGramModel.count(tokens.types().size(), 6, tokens.train()));
    each = lab.preset().pick(4, 40, 100, 100);
    prompts = tokens.prompts(each, LENGTH);
    example = generate(lab.seeds().getFirst(), new int[][] {prompts[3]}, published()).getFirst();
  }

  private CausalLm model(long seed) {
    return JavaTokens.MODEL.get(lab, seed - lab.seeds().getFirst() + 1);
  }

  private Superposition published() {
    return Superposition.published(K, filter);
  }

  private List<Generated> generate(long seed, int[][] some, Superposition setting) {
    return SuperposedDecoder.generate(model(seed), some, DraftComparison.TOKENS, -1, setting);
  }

  /** {@return a prompt and, by score, the three drafts after it} */
  public List<String> example() {
    List<String> lines = new ArrayList<>();
    lines.add("..." + tokens.text(Arrays.copyOfRange(prompts[3], 8, LENGTH)));
    example.drafts().stream()
        .map(draft -> "%8.2f  %s".formatted(draft.score(), tokens.text(draft.tokens())))
        .forEach(lines::add);
    return lines;
  }

  /**
   * A token of the drafts' tree, at its position and in the middle of the drafts that share it.
   *
   * @param position of the token in the text
   * @param draft number of the draft
   * @param token as text
   */
  public record Node(double position, double draft, String token) {}

  /**
   * A line between two tokens of the tree.
   *
   * @param x left end, position
   * @param y left end, draft
   * @param xEnd right end, position
   * @param yEnd right end, draft
   */
  public record Edge(double x, double y, double xEnd, double yEnd) {}

  /** {@return the tokens of the example's drafts} */
  public List<Node> nodes() {
    return prefixes()
        .map(prefix -> new Node(prefix.length, height(prefix) + .16, shown(prefix)))
        .distinct()
        .toList();
  }

  /**
   * Lines of the example's tree.
   *
   * @param heavy whether to return those that had more than half of the superposition, or the rest
   * @return lines to each token from the one before it
   */
  public List<Edge> edges(boolean heavy) {
    return prefixes()
        .filter(prefix -> share(prefix) > .5 == heavy)
        .map(
            prefix -> {
              int before = prefix.length - 1;
              double from = height(Arrays.copyOf(prefix, before));
              return new Edge(before, from, prefix.length, height(prefix));
            })
        .distinct()
        .toList();
  }

  private Stream<int[]> prefixes() {
    return example.drafts().stream()
        .map(Hypothesis::tokens)
        .flatMap(d -> IntStream.rangeClosed(1, d.length).mapToObj(t -> Arrays.copyOf(d, t)));
  }

  private String shown(int[] prefix) {
    String word = tokens.text(prefix[prefix.length - 1]);
    return word.length() > 9 ? word.substring(0, 7) + "…" : word;
  }

  /** Where the drafts that begin so are in the mean, from 1. */
  private double height(int[] prefix) {
    int t = prefix.length;
    return IntStream.rangeClosed(1, example.drafts().size())
        .filter(i -> Arrays.equals(example.drafts().get(i - 1).tokens(), 0, t, prefix, 0, t))
        .average()
        .orElseThrow();
  }

  /** The share of a draft in the superposition that its last token was read in. */
  private double share(int[] prefix) {
    if (prefix.length > example.steps().size()) {
      return 0; // nothing was read after the last token
    }
    Superposed step = example.steps().get(prefix.length - 1);
    return IntStream.range(0, step.weights().length)
        .filter(i -> Arrays.equals(step.drafts().get(i), prefix))
        .mapToDouble(i -> step.weights()[i])
        .sum();
  }

  /**
   * How linear the network is.
   *
   * @param step tokens written
   * @param layer layers passed; the last one is after the final norm
   * @param cosine between the superposition's state and the superposition of states, mean over the
   *     prompts
   */
  public record Cosine(int step, int layer, double cosine) {}

  /**
   * Cosines at temperature 1, where the weights are really mixed.
   *
   * @param seed of the draws
   * @return cosines at temperature 1, where the weights are really mixed
   */
  public List<Cosine> cosines(long seed) {
    return cosines.computeIfAbsent(seed, this::linearity);
  }

  private List<Cosine> linearity(long seed) {
    int[][] some = Arrays.copyOf(prompts, Math.min(20, each));
    List<Generated> written = generate(seed, some, published().with(.54, 1, Mixing.SOFTMAX));
    List<double[][]> all =
        IntStream.range(0, some.length)
            .mapToObj(
                i -> SuperpositionFidelity.cosines(model(seed), some[i], written.get(i).steps()))
            .toList();
    List<Cosine> means = new ArrayList<>();
    for (int layer = 0; layer <= model(seed).layers(); layer++) {
      for (int step = 1; step < DraftComparison.TOKENS; step++) {
        int l = layer;
        int t = step - 1;
        double mean = all.stream().mapToDouble(each -> each[l][t]).average().orElseThrow();
        means.add(new Cosine(step, layer, mean));
      }
    }
    return means;
  }

  /**
   * The last layer's cosine after four steps.
   *
   * @param seed of the draws
   * @return the last layer's cosine after four steps
   */
  public double fourthStep(long seed) {
    return cosines(seed).stream()
        .filter(c -> c.step() == 4 && c.layer() == model(seed).layers())
        .findFirst()
        .orElseThrow()
        .cosine();
  }

  /**
   * A way's work and what it wrote, means over the prompts.
   *
   * @param way its name
   * @param k drafts
   * @param passes of the target, one run after the other
   * @param batched passes where drafts are rows of one batch
   * @param positions fed
   * @param nats per token under the target, mean of the drafts
   * @param best nats per token of the likeliest draft
   * @param diversity share of positions where two drafts differ
   * @param words share of the words completed in the drafts that are known, NaN where that is not
   *     asked
   */
  public record Outcome(
      String way,
      int k,
      double passes,
      double batched,
      double positions,
      double nats,
      double best,
      double diversity,
      double words) {}

  /**
   * Ways to write three drafts of lexical tokens.
   *
   * @param seed of the draws
   * @return ways to write three drafts of lexical tokens
   */
  public List<Outcome> rows(long seed) {
    return onTokens.computeIfAbsent(seed, _ -> comparison(seed).all(seed));
  }

  /** {@return two and five drafts beside their peers} */
  public List<Outcome> others() {
    long seed = lab.seeds().getFirst();
    return Stream.of(2, 5).flatMap(k -> comparison(seed).peers(k, seed).stream()).toList();
  }

  private DraftComparison comparison(long seed) {
    return new DraftComparison(model(seed), filter, prompts, Optional.empty());
  }

  /**
   * The same ways on characters.
   *
   * @param seed of the draws
   * @return the same ways on characters
   */
  public List<Outcome> characters(long seed) {
    return onCharacters.computeIfAbsent(seed, this::compareCharacters);
  }

  private List<Outcome> compareCharacters(long seed) {
    CharTokenizer tokenizer = CharTokenizer.printable();
    TextFiles files = JavaSources.installed("java.base/java/");
    String text = files.train().text(1_000_000);
    int[] unseen = tokenizer.encode(files.heldOut().text(100_000));
    NGramModel counts = NGramModel.count(tokenizer.vocabulary(), 6, tokenizer.encode(text));
    int[][] some =
        IntStream.range(0, Math.min(30, each))
            .mapToObj(i -> Arrays.copyOfRange(unseen, 3000 * i, 3000 * i + LENGTH))
            .toArray(int[][]::new);
    CausalLm model = SharedModels.CODE.get(lab, seed - lab.seeds().getFirst() + 1);
    Optional<KnownWords> words = Optional.of(KnownWords.of(text));
    return new DraftComparison(model, InterpolatedNGrams.published(counts), some, words).all(seed);
  }

  /**
   * What a way costs and how likely its drafts are.
   *
   * @param way how drafts are made
   * @param positions fed to the model
   * @param nats negative log-likelihood per token
   */
  public record Cost(String way, double positions, double nats) {}

  /**
   * The ways, with all settings of superposed decoding but the published one as one.
   *
   * @param seed of the draws
   * @return the ways, with all settings of superposed decoding but the published one as one
   */
  public List<Cost> costs(long seed) {
    return rows(seed).stream()
        .map(
            row -> {
              boolean other = row.way().startsWith("superposed, ") && !row.way().equals(PUBLISHED);
              String way = other ? "superposed, other settings" : row.way();
              return new Cost(way, row.positions(), row.nats());
            })
        .toList();
  }

  /** {@return how many prompts of lexical tokens there are} */
  public int prompts() {
    return prompts.length;
  }

  private static double value(List<Outcome> rows, String way, ToDoubleFunction<Outcome> of) {
    return rows.stream().filter(o -> o.way().equals(way)).mapToDouble(of).findFirst().orElseThrow();
  }

  /**
   * A number of one way of writing tokens over that of another.
   *
   * @param seed of the draws
   * @param way its name
   * @param other the name of the other one
   * @param of which number
   * @return the quotient
   */
  public double ratio(long seed, String way, String other, ToDoubleFunction<Outcome> of) {
    return value(rows(seed), way, of) / value(rows(seed), other, of);
  }

  /**
   * Nats by which one way's drafts are less likely than another's.
   *
   * @param rows {@link #rows} or {@link #characters}
   * @param way its name
   * @param other the name of the other one
   * @return the difference
   */
  public double nats(List<Outcome> rows, String way, String other) {
    return value(rows, way, Outcome::nats) - value(rows, other, Outcome::nats);
  }

  /**
   * The predicted speed-up over three sequential runs.
   *
   * @return passes of a 7B model on an A100 by the latency model, and between them the work of the
   *     host as measured here
   */
  public double predictedSpeedup() {
    double[] logits = SeedTree.of(1).rng().doubles(tokens.types().size(), -4, 4).toArray();
    var between = new Superposition.Drafts(example.drafts(), List.of());
    int rounds = 300;
    long began = 0;
    for (int i = -rounds; i < rounds; i++) { // the first ones warm up
      began = i == 0 ? System.nanoTime() : began;
      published().superposeOnce(prompts[3], between, logits, -1);
    }
    double host = (System.nanoTime() - began) / (rounds * 1e9);
    LatencyModel.Shape shape = LatencyModel.Shape.VICUNA_7B;
    double pass = new LatencyModel(LatencyModel.Device.A100, shape, 512).seconds(1, 1);
    return K * pass / (pass + host);
  }
}
