package dev.stretto.papers.superposed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NGramModel;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.papers.superposed.SuperposedDecoder.Generated;
import dev.stretto.papers.superposed.SuperposedDecoder.Superposed;
import dev.stretto.papers.superposed.Superposition.Drafts;
import dev.stretto.papers.superposed.Superposition.Mixing;
import dev.stretto.samplers.decoding.BeamSearch;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Hypothesis;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SuperposedTest {
  private static final int V = 20;
  private static final int[] PROMPT = {4, 4, 9, 11, 2, 6};
  private static CausalLm model;
  private static int[] text;
  private static InterpolatedNGrams grams;

  @BeforeAll
  static void open() {
    model = CausalLm.gpt(2, 32, V, 48, 1);
    // a walk, so that contexts come back and most successors never come
    text = new int[4000];
    Rng rng = SeedTree.of(1).rng();
    for (int i = 1; i < text.length; i++) {
      text[i] = (text[i - 1] + 1 + rng.nextInt(4)) % V;
    }
    grams = InterpolatedNGrams.published(NGramModel.count(V, 6, text));
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Superposition plain(int k, double temperature) {
    return new Superposition(
        k, 0, temperature, Math.max(3 * k, 2), Mixing.SOFTMAX, Optional.empty());
  }

  private static Generated generate(int[] prompt, int tokens, int end, Superposition setting) {
    return SuperposedDecoder.generate(model, new int[][] {prompt}, tokens, end, setting).getFirst();
  }

  @Test
  void oneDraftWithoutNGramsIsGreedy() {
    for (int end : new int[] {-1, 3, 8, 14}) {
      Generated generated = generate(PROMPT, 20, end, plain(1, 1));
      int[] greedy =
          Decoder.decode(
                  model, new int[][] {PROMPT}, new Decoder.Options(20, end, Sampling.greedy()))
              .tokens()[0];
      // a finished draft is kept beside one that went on
      List<int[]> found = generated.drafts().stream().map(Hypothesis::tokens).toList();
      if (greedy[greedy.length - 1] != end) {
        assertArrayEquals(greedy, found.getFirst());
      }
    }
  }

  @Test
  void oneRowOfOneStateWhateverK() {
    for (int k : new int[] {1, 3, 5}) {
      for (int tokens : new int[] {1, 7, 15}) {
        Generated generated = generate(PROMPT, tokens, -1, Superposition.published(k, grams));
        assertEquals(tokens, generated.passes());
        assertEquals(PROMPT.length + tokens - 1, generated.positions());
        Set<List<Integer>> seen = new HashSet<>();
        double before = Double.POSITIVE_INFINITY;
        for (Hypothesis line : generated.drafts()) {
          assertEquals(tokens, line.tokens().length);
          assertTrue(line.score() <= before);
          before = line.score();
          assertTrue(seen.add(Arrays.stream(line.tokens()).boxed().toList()), "drafts differ");
        }
      }
    }
  }

  @Test
  void promptsBesideEachOtherAreWrittenAsAlone() {
    int[][] prompts = {PROMPT, {1, 2, 3, 4, 5, 6}, {19, 0, 19, 0, 19, 0}, {7, 9, 12, 13, 15, 18}};
    for (int end : new int[] {-1, 3, 8, 14}) {
      for (Superposition setting :
          List.of(plain(1, 1), plain(3, .3), Superposition.published(3, grams))) {
        List<Generated> all = SuperposedDecoder.generate(model, prompts, 12, end, setting);
        for (int i = 0; i < prompts.length; i++) {
          Generated alone = generate(prompts[i], 12, end, setting);
          assertEquals(alone.passes(), all.get(i).passes(), "end " + end);
          assertEquals(alone.positions(), all.get(i).positions());
          assertSameLines(alone.drafts(), all.get(i).drafts());
        }
      }
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> SuperposedDecoder.generate(model, new int[][] {{1}, {1, 2}}, 3, -1, plain(1, 1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> SuperposedDecoder.generate(model, new int[0][], 3, -1, plain(1, 1)));
    List<List<Hypothesis>> beams = BeamSearch.generate(model, prompts, 4, 5);
    List<double[]> nats =
        BeamSearch.negativeLogLikelihood(
            model,
            prompts,
            beams.stream().map(lines -> lines.stream().map(Hypothesis::tokens).toList()).toList());
    for (int i = 0; i < prompts.length; i++) {
      assertSameLines(
          BeamSearch.generate(model, new int[][] {prompts[i]}, 4, 5).getFirst(), beams.get(i));
      for (int j = 0; j < 4; j++) {
        assertEquals(-5 * nats.get(i)[j], beams.get(i).get(j).score(), 1e-4);
      }
    }
  }

  private static void assertSameLines(List<Hypothesis> expected, List<Hypothesis> found) {
    assertEquals(expected.size(), found.size());
    for (int i = 0; i < found.size(); i++) {
      assertArrayEquals(expected.get(i).tokens(), found.get(i).tokens());
      assertEquals(expected.get(i).score(), found.get(i).score(), 1e-3);
    }
  }

  private static double[] logits(int[] before, float[] input) {
    try (NDManager scope = Tensors.manager();
        State state = model.backbone().newState(1, 40, StateKind.PREALLOCATED)) {
      SuperposedDecoder.pass(
          model,
          state,
          new Step.Input.Ids(NetworkSession.padded(scope, new int[][] {before}, before.length)));
      Step.Input vector =
          new Step.Input.Vectors(scope.create(input, new Shape(1, 1, input.length)));
      return SuperposedDecoder.pass(model, state, vector)[0];
    }
  }

  @Test
  void draftsThatEndAlikeGiveTheOrdinaryPass() {
    float[] table = model.parameters().get("embedding").toFloatArray();
    Superposed drafts =
        new Superposed(
            new double[] {.5, .3, .2}, List.of(new int[] {1, 7}, new int[] {7}, new int[] {3, 7}));
    double[] mixed = logits(PROMPT, SuperposedDecoder.superposed(table, 32, List.of(drafts)));
    int[] longer = Arrays.copyOf(PROMPT, PROMPT.length + 1);
    longer[PROMPT.length] = 7;
    try (NDManager scope = Tensors.manager()) {
      float[] all =
          model
              .logits(NetworkSession.padded(scope, new int[][] {longer}, longer.length), false)
              .toFloatArray();
      for (int x = 0; x < V; x++) {
        assertEquals(all[PROMPT.length * V + x], mixed[x], 1e-5);
      }
    }
  }

  @Test
  void aLinearNetworkSuperposesLogitsAndMixesLawsGeometrically() {
    Rng rng = SeedTree.of(6).rng();
    int d = 8;
    float[] table = new float[V * d];
    double[][] head = new double[V][d];
    for (int x = 0; x < V; x++) {
      for (int j = 0; j < d; j++) {
        table[x * d + j] = (float) rng.nextGaussian();
        head[x][j] = rng.nextGaussian();
      }
    }
    double[] w = {.6, .3, .1};
    int[] last = {3, 7, 11};
    float[] mixed =
        SuperposedDecoder.superposed(
            table,
            d,
            List.of(new Superposed(w, IntStream.of(last).mapToObj(x -> new int[] {x}).toList())));
    double[] together = linear(table, head, mixed);
    double[] sum = new double[V];
    double[] arithmetic = new double[V];
    double[] geometric = new double[V];
    for (int i = 0; i < w.length; i++) {
      double[] own = linear(table, head, Arrays.copyOfRange(table, last[i] * d, (last[i] + 1) * d));
      double[] probabilities = softmax(own);
      for (int x = 0; x < V; x++) {
        sum[x] += w[i] * own[x];
        arithmetic[x] += w[i] * probabilities[x];
        geometric[x] += w[i] * Math.log(probabilities[x]);
      }
    }
    assertArrayEquals(sum, together, 1e-6);
    double[] probabilities = softmax(together);
    assertArrayEquals(softmax(geometric), probabilities, 1e-6);
    double variation = 0;
    for (int x = 0; x < V; x++) {
      variation += Math.abs(arithmetic[x] - probabilities[x]) / 2;
    }
    assertTrue(
        variation > 1e-3, "the arithmetic mix is another distribution, seed 6: " + variation);
  }

  /** Embedding, mean over the past, linear head. */
  private static double[] linear(float[] table, double[][] head, float[] input) {
    double[] out = new double[V];
    for (int x = 0; x < V; x++) {
      for (int j = 0; j < input.length; j++) {
        double mean = input[j];
        for (int token : PROMPT) {
          mean += table[token * input.length + j];
        }
        out[x] += head[x][j] * mean / (PROMPT.length + 1);
      }
    }
    return out;
  }

  private static double[] softmax(double[] logits) {
    double[] probabilities = Arrays.stream(logits).map(Math::exp).toArray();
    double sum = Arrays.stream(probabilities).sum();
    return Arrays.stream(probabilities).map(p -> p / sum).toArray();
  }

  private static List<Hypothesis> lines(double... scores) {
    return IntStream.range(0, scores.length)
        .mapToObj(i -> new Hypothesis(new int[] {i}, scores[i]))
        .toList();
  }

  @Test
  void weightsAreALawWhateverTheScoresLevel() {
    Superposition setting = plain(3, 1);
    double[] weights = setting.weights(lines(-1, -2, -4));
    assertEquals(1, Arrays.stream(weights).sum(), 1e-12);
    assertEquals(Math.E, weights[0] / weights[1], 1e-12);
    assertArrayEquals(weights, setting.weights(lines(-10001, -10002, -10004)), 1e-9);
    assertArrayEquals(new double[] {1, 0, 0}, setting.weights(lines(0, -1e5, -2e5)), 0);
    assertArrayEquals(
        new double[] {1 / 3., 1 / 3., 1 / 3.},
        setting.with(0, 1, Mixing.UNIFORM).weights(lines(0, -1, -5)),
        1e-12);
    assertArrayEquals(
        new double[] {1, 0}, setting.with(0, 1, Mixing.LEADING).weights(lines(0, -.1)), 0);
  }

  @Test
  void sharesEqualCounting() {
    Rng rng = SeedTree.of(2).rng();
    int[] tokens = IntStream.range(0, V).toArray();
    for (int round = 0; round < 30; round++) {
      int from = rng.nextInt(text.length - 10);
      int[] context = Arrays.copyOfRange(text, from, from + rng.nextInt(8));
      if (round % 3 == 0 && context.length > 2) {
        context[context.length - 3] = rng.nextInt(V);
      }
      double[] expected = new double[V];
      for (int n = 1; n <= Math.min(5, context.length); n++) {
        double[] counts = new double[V];
        double total = 0;
        for (int i = n; i < text.length; i++) {
          if (Arrays.equals(text, i - n, i, context, context.length - n, context.length)) {
            counts[text[i]]++;
            total++;
          }
        }
        for (int x = 0; x < V && total > 0; x++) {
          expected[x] += grams.weights()[n - 1] * counts[x] / total;
        }
      }
      assertArrayEquals(expected, grams.shares(context, tokens), 1e-12, "seed 2, round " + round);
    }
  }

  @Test
  void whatNeverCameIsOutAndWhereNothingCameEverythingStays() {
    Superposition setting = new Superposition(2, .5, 1, 4, Mixing.SOFTMAX, Optional.of(grams));
    double[] logits = new double[V];
    // behind 5 the walk goes to 6 to 9 alone
    logits[6] = 3;
    logits[15] = 2;
    logits[16] = 1;
    logits[17] = .5;
    int[] prompt = {5};
    Drafts some = setting.superposeOnce(prompt, Drafts.EMPTY, logits, -1);
    assertEquals(1, some.lines().size(), "three of four candidates are filtered out");
    assertEquals(6, some.lines().getFirst().tokens()[0]);
    logits[6] = 0;
    logits[18] = .2;
    Drafts none = setting.superposeOnce(prompt, Drafts.EMPTY, logits, -1);
    assertEquals(2, none.lines().size());
    double[] four = {2, 1, .5, .2};
    double norm = Math.log(Arrays.stream(four).map(Math::exp).sum());
    assertEquals(.5 * (2 - norm) - 200, none.lines().getFirst().score(), 1e-12);
  }

  @Test
  void selectionEqualsBruteForce() {
    Rng rng = SeedTree.of(3).rng();
    for (int round = 0; round < 50; round++) {
      int k = 1 + rng.nextInt(4);
      int m = k + 1 + rng.nextInt(6);
      double alpha = round % 2 == 0 ? 0 : .54;
      double temperature = .3 + rng.nextDouble();
      Superposition setting =
          new Superposition(k, alpha, temperature, m, Mixing.SOFTMAX, Optional.of(grams));
      double[] logits = rng.doubles(V, -3, 3).toArray();
      List<Hypothesis> lines = new ArrayList<>();
      for (int i = 0; i < k; i++) {
        int from = rng.nextInt(text.length - 4);
        lines.add(new Hypothesis(Arrays.copyOfRange(text, from, from + 3), -i * rng.nextDouble()));
      }
      Hypothesis old = new Hypothesis(new int[] {1}, -2);
      int end = rng.nextInt(V);
      Drafts after = setting.superposeOnce(PROMPT, new Drafts(lines, List.of(old)), logits, end);
      List<Hypothesis> all = brute(lines, logits, m, alpha, temperature);
      List<Hypothesis> best = all.subList(0, Math.min(2 * k, all.size()));
      List<Hypothesis> living =
          best.stream().filter(line -> line.tokens()[3] != end).limit(k).toList();
      assertEquals(living.size(), after.lines().size(), "seed 3, round " + round);
      for (int i = 0; i < living.size(); i++) {
        assertEquals(living.get(i).score(), after.lines().get(i).score(), 1e-9);
        assertArrayEquals(living.get(i).tokens(), after.lines().get(i).tokens());
      }
      List<Hypothesis> ended =
          new ArrayList<>(best.stream().filter(l -> l.tokens()[3] == end).toList());
      ended.add(old);
      ended.sort(Comparator.comparingDouble(line -> -line.score()));
      assertEquals(Math.min(k, ended.size()), after.finished().size());
      for (int i = 0; i < after.finished().size(); i++) {
        assertArrayEquals(ended.get(i).tokens(), after.finished().get(i).tokens());
      }
    }
  }

  private static List<Hypothesis> brute(
      List<Hypothesis> lines, double[] logits, int m, double alpha, double temperature) {
    int[] order =
        IntStream.range(0, V)
            .boxed()
            .sorted(Comparator.comparingDouble(x -> -logits[x]))
            .limit(m)
            .mapToInt(x -> x)
            .toArray();
    double norm =
        Math.log(Arrays.stream(order).mapToDouble(x -> Math.exp(logits[x] / temperature)).sum());
    List<Hypothesis> all = new ArrayList<>();
    for (Hypothesis line : lines) {
      int[] whole = IntStream.concat(Arrays.stream(PROMPT), Arrays.stream(line.tokens())).toArray();
      boolean none = Arrays.stream(order).allMatch(x -> grams.shares(whole, new int[] {x})[0] == 0);
      for (int x : order) {
        double q = grams.shares(whole, new int[] {x})[0];
        double own = (1 - alpha) * (logits[x] / temperature - norm);
        double score = alpha == 0 ? own : none ? own - 200 : own + alpha * Math.log(q);
        if (score > Double.NEGATIVE_INFINITY) {
          all.add(line.append(x, score));
        }
      }
    }
    all.sort(Comparator.comparingDouble(line -> -line.score()));
    return all;
  }

  @Test
  void aVocabularyBelowTheCandidatesIsAllLookedAt() {
    Superposition setting = new Superposition(3, 0, 1, 50, Mixing.SOFTMAX, Optional.empty());
    Generated generated = generate(PROMPT, 5, -1, setting);
    assertEquals(3, generated.drafts().size());
  }

  @Test
  void aLoneDraftIsFaithful() {
    Generated generated = generate(PROMPT, 8, -1, plain(1, 1));
    double[][] cosines = SuperpositionFidelity.cosines(model, PROMPT, generated.steps());
    for (double[] layer : cosines) {
      assertArrayEquals(new double[] {1, 1, 1, 1, 1, 1, 1}, layer, 1e-5);
    }
    Generated three = generate(PROMPT, 8, -1, plain(3, 1));
    double[][] mixed = SuperpositionFidelity.cosines(model, PROMPT, three.steps());
    assertEquals(1, mixed[0][0], 1e-6, "the input is the sum by definition");
    assertTrue(mixed[2][0] < 1 - 1e-6, "the network is not linear");
  }

  @Test
  void beamsAreTheLikeliestOnesFound() {
    // as many beams as tokens: two steps are exhaustive
    List<Hypothesis> beams = BeamSearch.generate(model, new int[][] {PROMPT}, V, 2).getFirst();
    List<int[]> all = new ArrayList<>();
    for (int x = 0; x < V; x++) {
      for (int y = 0; y < V; y++) {
        all.add(new int[] {x, y});
      }
    }
    double[] nats =
        BeamSearch.negativeLogLikelihood(model, new int[][] {PROMPT}, List.of(all)).getFirst();
    double[] best = Arrays.stream(nats).map(n -> -2 * n).sorted().toArray();
    for (int i = 0; i < V; i++) {
      assertEquals(best[best.length - 1 - i], beams.get(i).score(), 1e-4);
    }
    int[] greedy =
        Decoder.decode(model, new int[][] {PROMPT}, new Decoder.Options(9, -1, Sampling.greedy()))
            .tokens()[0];
    assertArrayEquals(
        greedy,
        BeamSearch.generate(model, new int[][] {PROMPT}, 1, 9).getFirst().getFirst().tokens());
    List<Hypothesis> free =
        BeamSearch.generate(grams.counts(), new int[][] {PROMPT}, 4, 6).getFirst();
    double[] own =
        BeamSearch.negativeLogLikelihood(
                grams.counts(),
                new int[][] {PROMPT},
                List.of(free.stream().map(Hypothesis::tokens).toList()))
            .getFirst();
    for (int i = 0; i < 4; i++) {
      assertEquals(-6 * own[i], free.get(i).score(), 1e-4);
    }
  }

  @Test
  void refusesWhatMakesNoSense() {
    Optional<InterpolatedNGrams> some = Optional.of(grams);
    for (double[] bad :
        new double[][] {
          {0, .5, 1, 3}, {2, .5, 1, 1}, {2, -.1, 1, 6}, {2, 1.1, 1, 6}, {2, .5, 0, 6}
        }) {
      assertThrows(
          IllegalArgumentException.class,
          () ->
              new Superposition((int) bad[0], bad[1], bad[2], (int) bad[3], Mixing.SOFTMAX, some));
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> new Superposition(2, .5, 1, 6, Mixing.SOFTMAX, Optional.empty()));
    assertThrows(
        IllegalArgumentException.class,
        () -> new InterpolatedNGrams(NGramModel.count(V, 3, text), .1, .1, .1));
    Superposition other =
        Superposition.published(
            2, InterpolatedNGrams.published(NGramModel.count(9, 6, new int[] {1, 2, 3})));
    assertThrows(IllegalArgumentException.class, () -> generate(PROMPT, 3, -1, other));
    assertThrows(IllegalArgumentException.class, () -> generate(PROMPT, 99, -1, plain(2, 1)));
    assertThrows(
        IllegalArgumentException.class,
        () -> BeamSearch.generate(model, new int[][] {PROMPT}, V + 1, 2));
  }
}
