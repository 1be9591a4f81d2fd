package dev.stretto.samplers.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenPickerTest {
  private static final int VOCABULARY = 12;

  /** The distribution by its definition, on lists. */
  private static double[] naive(float[] scores, Sampling sampling) {
    double[] weights = new double[scores.length];
    Arrays.setAll(weights, i -> Math.exp(scores[i] / sampling.temperature()));
    List<Integer> order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -weights[i]))
            .limit(sampling.topK() == 0 ? scores.length : sampling.topK())
            .toList();
    double kept = order.stream().mapToDouble(i -> weights[i]).sum();
    int size = 1;
    while (order.subList(0, size).stream().mapToDouble(i -> weights[i]).sum()
        < sampling.topP() * kept - 1e-12) {
      size++;
    }
    double mass = order.subList(0, size).stream().mapToDouble(i -> weights[i]).sum();
    double[] probabilities = new double[scores.length];
    order.subList(0, size).forEach(i -> probabilities[i] = weights[i] / mass);
    return probabilities;
  }

  /** False alarms: one in a million for each of the six distributions. */
  @ParameterizedTest
  @CsvSource({"1, 0, 1", "0.5, 0, 1", "2, 0, 1", "1, 4, 1", "1, 0, 0.7", "1.5, 6, 0.8"})
  void drawsFollowTheDistribution(double temperature, int topK, double topP) {
    Rng random = SeedTree.of(5).child("scores").rng();
    float[] scores = new float[VOCABULARY];
    for (int i = 0; i < VOCABULARY; i++) {
      scores[i] = (float) random.nextGaussian();
    }
    Sampling sampling = new Sampling(temperature, topK, topP, 3);
    double[] probabilities = naive(scores, sampling);
    assertArrayEquals(
        probabilities, TokenPicker.probabilities(TokenPicker.wide(scores), sampling), 1e-6);
    long[] drawn = new long[VOCABULARY];
    int rows = 40_000;
    try (NDManager scope = Tensors.manager()) {
      float[] all = new float[rows * VOCABULARY];
      for (int i = 0; i < all.length; i++) {
        all[i] = scores[i % VOCABULARY];
      }
      Rng own = new Rng(sampling.seed());
      for (int token : pick(scope, all, rows, i -> sampling, i -> own)) {
        drawn[token]++;
      }
    }
    int[] support = IntStream.range(0, VOCABULARY).filter(i -> probabilities[i] > 0).toArray();
    for (int i = 0; i < VOCABULARY; i++) {
      assertTrue(
          probabilities[i] > 0 || drawn[i] == 0, "token " + i + " is outside of the distribution");
    }
    double p =
        new ChiSquareTest()
            .chiSquareTest(
                IntStream.of(support).mapToDouble(i -> probabilities[i]).toArray(),
                IntStream.of(support).mapToLong(i -> drawn[i]).toArray());
    assertTrue(p > 1e-6, "p = " + p + ", " + Arrays.toString(drawn));
  }

  private static int[] pick(
      NDManager scope,
      float[] scores,
      int rows,
      IntFunction<Sampling> sampling,
      IntFunction<Rng> random) {
    NDArray scoresBV = scope.create(scores, new Shape(rows, scores.length / rows));
    return TokenPicker.pick(
        scoresBV,
        IntStream.range(0, rows).mapToObj(sampling).toArray(Sampling[]::new),
        IntStream.range(0, rows).mapToObj(random).toArray(Rng[]::new));
  }

  @Test
  void greedyTiesTakeTheLowestIdAloneAndBesideSampledRows() {
    float[] scores = new float[200];
    scores[40] = 3;
    scores[77] = 3;
    scores[199] = 3;
    float[] twice = Arrays.copyOf(scores, 400);
    System.arraycopy(scores, 0, twice, 200, 200);
    try (NDManager scope = Tensors.manager()) {
      assertArrayEquals(
          new int[] {40, 40}, pick(scope, twice, 2, b -> Sampling.greedy(), b -> new Rng(b)));
      Sampling warm = Sampling.of(1, 0);
      assertEquals(
          40, pick(scope, twice, 2, b -> b == 0 ? Sampling.greedy() : warm, b -> new Rng(b))[0]);
    }
  }

  @Test
  void tiesAtTheEdgeOfTheKLikeliestKeepTheLowestIds() {
    float[] scores = {1, 2, 1, 1, 0};
    double[] probabilities =
        TokenPicker.probabilities(TokenPicker.wide(scores), new Sampling(1, 3, 1, 0));
    assertTrue(probabilities[0] > 0 && probabilities[1] > 0 && probabilities[2] > 0);
    assertEquals(0, probabilities[3]);
    assertEquals(0, probabilities[4]);
    assertArrayEquals(
        new double[] {0, 1, 0, 0, 0},
        TokenPicker.probabilities(TokenPicker.wide(scores), new Sampling(1, 0, .01, 0)));
  }

  @Test
  void aRowDrawsTheSameWhoeverStandsBesideIt() {
    Rng random = SeedTree.of(9).rng();
    float[] scores = new float[8 * VOCABULARY];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) random.nextGaussian();
    }
    Sampling[] kinds = {
      Sampling.greedy(), Sampling.of(1, 1), new Sampling(.7, 5, 1, 2), new Sampling(2, 0, .9, 3)
    };
    try (NDManager scope = Tensors.manager()) {
      int[] together = pick(scope, scores, 8, b -> kinds[b % 4], b -> new Rng(b));
      for (int b = 0; b < 8; b++) {
        int row = b;
        float[] own = Arrays.copyOfRange(scores, b * VOCABULARY, (b + 1) * VOCABULARY);
        assertEquals(together[b], pick(scope, own, 1, i -> kinds[row % 4], i -> new Rng(row))[0]);
      }
    }
  }
}
