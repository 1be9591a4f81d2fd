package dev.stretto.samplers.decoding;

import ai.djl.ndarray.NDArray;
import dev.stretto.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Picks tokens from log-probabilities as {@link Sampling} says. */
public final class TokenPicker {
  private TokenPicker() {}

  /**
   * The tokens of several rows in one go. Where all are greedy only their ids leave the device.
   *
   * @param scoresBV logits or log-probabilities (rows, vocabulary)
   * @param sampling one a row
   * @param random one a row; a row that is not greedy takes one number
   * @return one id a row; the lowest on ties
   */
  public static int[] pick(NDArray scoresBV, Sampling[] sampling, RandomGenerator[] random) {
    int[] picked;
    try (NDArray ids = scoresBV.argMax(1)) {
      picked = Arrays.stream(ids.toLongArray()).mapToInt(id -> (int) id).toArray();
    }
    if (Arrays.stream(sampling).allMatch(s -> s.temperature() == 0)) {
      return picked;
    }
    FloatBuffer scores = Tensors.floats(scoresBV);
    float[] row = new float[(int) scoresBV.getShape().get(1)];
    for (int b = 0; b < picked.length; b++) {
      if (sampling[b].temperature() > 0) {
        scores.get(b * row.length, row);
        double[] probabilities = probabilities(wide(row), sampling[b]);
        picked[b] = DecodingRandom.inverse(probabilities, random[b].nextDouble());
      }
    }
    return picked;
  }

  /**
   * Numbers in double precision.
   *
   * @param values in single precision
   * @return the same numbers
   */
  public static double[] wide(float... values) {
    double[] wide = new double[values.length];
    Arrays.setAll(wide, i -> values[i]);
    return wide;
  }

  /**
   * The distribution that is drawn from: temperature first, then the k likeliest, then the smallest
   * set of the likeliest that reaches the mass p.
   *
   * @param scores logits or log-probabilities of every token
   * @param sampling temperature above 0
   * @return probabilities; sums to 1
   */
  public static double[] probabilities(double[] scores, Sampling sampling) {
    double top = Arrays.stream(scores).max().orElse(0);
    double[] probabilities = new double[scores.length];
    Arrays.setAll(probabilities, i -> Math.exp((scores[i] - top) / sampling.temperature()));
    normalise(probabilities);
    int k = sampling.topK() == 0 ? scores.length : Math.min(sampling.topK(), scores.length);
    if (k < probabilities.length || sampling.topP() < 1) {
      double[] all = probabilities.clone();
      int[] order = likeliestFirst(all);
      double kept = 0;
      for (int i = 0; i < k; i++) {
        kept += all[order[i]];
      }
      double mass = 0;
      Arrays.fill(probabilities, 0);
      for (int i = 0; i < k && mass < sampling.topP() * kept; i++) {
        probabilities[order[i]] = all[order[i]];
        mass += all[order[i]];
      }
      normalise(probabilities);
    }
    return probabilities;
  }

  /** Ids by falling probability, the lower id first on ties. */
  private static int[] likeliestFirst(double[] probabilities) {
    // a float of 0 or more rises with its bits, so that one sort of numbers orders ids too
    long[] keys = new long[probabilities.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (long) -Float.floatToIntBits((float) probabilities[i]) << 32 | i;
    }
    Arrays.sort(keys);
    int[] order = new int[keys.length];
    Arrays.setAll(order, i -> (int) keys[i]);
    return order;
  }

  private static void normalise(double[] probabilities) {
    double sum = 0;
    for (double p : probabilities) {
      sum += p;
    }
    for (int i = 0; i < probabilities.length; i++) {
      probabilities[i] /= sum;
    }
  }

  /**
   * The most likely tokens.
   *
   * @param logits or log-probabilities
   * @param most how many, 1 to the vocabulary
   * @return ids, likeliest first, ties by lowest id
   */
  public static int[] topK(double[] logits, int most) {
    int[] tokens = new int[most];
    for (int x = 0, held = 0; x < logits.length; x++) {
      int at = held;
      while (at > 0 && logits[tokens[at - 1]] < logits[x]) {
        at--;
      }
      if (at < most) {
        held = Math.min(held + 1, most);
        System.arraycopy(tokens, at, tokens, at + 1, held - 1 - at);
        tokens[at] = x;
      }
    }
    return tokens;
  }
}
