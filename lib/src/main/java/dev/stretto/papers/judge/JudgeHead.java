package dev.stretto.papers.judge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;

/**
 * A linear head that says whether a token is right (Judge Decoding, Bachmann et al. 2025, section
 * 4): z = w h + b of the target's final state h <b>at the token's own position</b>, which has read
 * it. One row of weights over a frozen target.
 *
 * @param weights w, one a number of the state
 * @param bias b
 */
public record JudgeHead(double[] weights, double bias) {
  private static final int MOST_STEPS = 60;
  private static final double RIDGE = 1e-5;

  /**
   * Tokens with their labels.
   *
   * @param states the target's final state at (or before) each token
   * @param right labels
   * @param aligned whether the token is the target's own best one
   * @param tokens ids
   */
  public record Samples(float[][] states, boolean[] right, boolean[] aligned, int[] tokens) {
    /**
     * Some of them.
     *
     * @param misaligned whether only tokens stay that are not the target's best
     * @return the others left out; these where false
     */
    public Samples only(boolean misaligned) {
      return misaligned ? where(i -> !aligned[i]) : this;
    }

    private Samples where(java.util.function.IntPredicate kept) {
      int[] at = java.util.stream.IntStream.range(0, right.length).filter(kept).toArray();
      Samples some =
          new Samples(
              new float[at.length][],
              new boolean[at.length],
              new boolean[at.length],
              new int[at.length]);
      for (int i = 0; i < at.length; i++) {
        some.states[i] = states[at[i]];
        some.right[i] = right[at[i]];
        some.aligned[i] = aligned[at[i]];
        some.tokens[i] = tokens[at[i]];
      }
      return some;
    }

    /**
     * Labels dealt out anew: what a head finds in noise.
     *
     * @param rng the source of chance
     * @return the same states
     */
    public Samples shuffled(Rng rng) {
      boolean[] dealt = right.clone();
      for (int i = dealt.length - 1; i > 0; i--) {
        int j = rng.nextInt(i + 1);
        boolean held = dealt[i];
        dealt[i] = dealt[j];
        dealt[j] = held;
      }
      return new Samples(states, dealt, aligned, tokens);
    }
  }

  /** Checks the weights. */
  public JudgeHead {
    if (weights.length == 0 || !Double.isFinite(Arrays.stream(weights).sum() + bias)) {
      throw new IllegalArgumentException(
          "%d weights and a bias of %s, expected one or more finite numbers"
              .formatted(weights.length, bias));
    }
  }

  /**
   * Reads labelled answers with the target, which stays as it is.
   *
   * @param target whose states
   * @param answers of any length; batched as they come
   * @param offset 0 for the token's own position, -1 for the one that predicted it
   * @return one sample a labelled token
   */
  public static Samples samples(CausalLm target, List<LabelledAnswer> answers, int offset) {
    if (offset < -1 || offset > 0) {
      throw new IllegalArgumentException("offset is " + offset + ", expected -1 or 0");
    }
    Tensors.inference();
    List<float[]> states = new ArrayList<>();
    List<boolean[]> flags = new ArrayList<>();
    List<Integer> tokens = new ArrayList<>();
    for (int from = 0; from < answers.size(); from += 64) {
      List<LabelledAnswer> batch = answers.subList(from, Math.min(answers.size(), from + 64));
      int[][] rows = batch.stream().map(LabelledAnswer::text).toArray(int[][]::new);
      int n = Arrays.stream(rows).mapToInt(row -> row.length).max().orElse(0);
      try (NDManager scope = Tensors.manager()) {
        NDArray hidden =
            target.backbone().forward(Step.of(NetworkSession.padded(scope, rows, n))).lastBND();
        long[] best = target.logits(hidden).argMax(2).toLongArray();
        FloatBuffer numbers = Tensors.floats(hidden);
        int width = (int) hidden.getShape().get(2);
        for (int b = 0; b < rows.length; b++) {
          LabelledAnswer answer = batch.get(b);
          for (int i = 0; i < answer.labelled(); i++) {
            int at = b * n + answer.prompt().length + i;
            float[] state = new float[width];
            numbers.get((at + offset) * width, state);
            states.add(state);
            tokens.add(answer.answer()[i]);
            flags.add(new boolean[] {i != answer.firstWrong(), best[at - 1] == answer.answer()[i]});
          }
        }
      }
    }
    Samples all =
        new Samples(
            states.toArray(float[][]::new),
            new boolean[states.size()],
            new boolean[states.size()],
            tokens.stream().mapToInt(Integer::intValue).toArray());
    for (int i = 0; i < all.right.length; i++) {
      all.right[i] = flags.get(i)[0];
      all.aligned[i] = flags.get(i)[1];
    }
    return all;
  }

  /**
   * Fits a head by damped Newton steps on standardised states: the minimum of
   *
   * <pre>-sum_i c_i (1 - p_i)^gamma log p_i / sum_i c_i,  p_i the probability of the right label
   * </pre>
   *
   * with c = 1 for right tokens and lambda for wrong ones, which are few.
   *
   * @param samples of both labels
   * @param lambda weight of a wrong token, above 0; 10 in the paper
   * @param gamma focal exponent (Lin et al. 2017), 0 for none
   * @return the head; standardisation is folded into it
   */
  public static JudgeHead fit(Samples samples, double lambda, double gamma) {
    int wrong = 0;
    for (boolean right : samples.right) {
      wrong += right ? 0 : 1;
    }
    if (wrong == 0 || wrong == samples.right.length) {
      throw new IllegalArgumentException(
          "%d of %d tokens are wrong, expected some of either kind"
              .formatted(wrong, samples.right.length));
    }
    if (!(lambda > 0) || !(gamma >= 0)) {
      throw new IllegalArgumentException(
          "lambda is %s and gamma %s, expected above 0 and 0 or more".formatted(lambda, gamma));
    }
    Standard standard = Standard.of(samples.states);
    double[][] rows = standard.rows(samples.states);
    double[] w = new double[rows[0].length]; // the bias last
    double[] slope = new double[w.length];
    double loss = loss(w, rows, samples.right, lambda, gamma, slope);
    for (int step = 0; step < MOST_STEPS; step++) {
      double[] down = direction(w, rows, samples.right, lambda, gamma, slope);
      double size = 1;
      double[] next = moved(w, down, size);
      double[] nextSlope = new double[w.length];
      double nextLoss = loss(next, rows, samples.right, lambda, gamma, nextSlope);
      while (nextLoss > loss && size > 1e-6) {
        size /= 2;
        next = moved(w, down, size);
        nextLoss = loss(next, rows, samples.right, lambda, gamma, nextSlope);
      }
      double gain = loss - nextLoss;
      if (gain <= 0) {
        break;
      }
      w = next;
      slope = nextSlope;
      loss = nextLoss;
      if (gain < 1e-9) {
        break;
      }
    }
    return standard.folded(w);
  }

  private static double[] moved(double[] w, double[] down, double size) {
    double[] next = w.clone();
    for (int j = 0; j < w.length; j++) {
      next[j] -= size * down[j];
    }
    return next;
  }

  /** The loss with a small ridge, and its gradient. */
  static double loss(
      double[] w, double[][] rows, boolean[] right, double lambda, double gamma, double[] slope) {
    double sum = 0;
    double total = 0;
    Arrays.fill(slope, 0);
    for (int i = 0; i < rows.length; i++) {
      double sign = right[i] ? 1 : -1;
      double c = right[i] ? 1 : lambda;
      double margin = sign * dot(w, rows[i]);
      double logP = -softplus(-margin);
      double p = Math.exp(logP);
      double q = Math.exp(-softplus(margin)); // 1 - p
      double focus = Math.pow(q, gamma);
      sum -= c * focus * logP;
      total += c;
      double inner = c * focus * (gamma * p * logP - q) * sign;
      for (int j = 0; j < w.length; j++) {
        slope[j] += inner * rows[i][j];
      }
    }
    double ridge = 0;
    for (int j = 0; j < w.length; j++) {
      slope[j] = slope[j] / total + RIDGE * w[j];
      ridge += RIDGE * w[j] * w[j] / 2;
    }
    return sum / total + ridge;
  }

  /** Newton's direction, with a curvature that is positive for the focal loss too. */
  private static double[] direction(
      double[] w, double[][] rows, boolean[] right, double lambda, double gamma, double[] slope) {
    double[][] curve = new double[w.length][w.length];
    double total = 0;
    for (int i = 0; i < rows.length; i++) {
      double c = right[i] ? 1 : lambda;
      double margin = (right[i] ? 1 : -1) * dot(w, rows[i]);
      double q = Math.exp(-softplus(margin));
      double bend = c * Math.pow(q, gamma) * Math.max(q * (1 - q), 1e-6);
      total += c;
      for (int j = 0; j < w.length; j++) {
        double scaled = bend * rows[i][j];
        for (int k = 0; k <= j; k++) {
          curve[j][k] += scaled * rows[i][k];
        }
      }
    }
    for (int j = 0; j < w.length; j++) {
      for (int k = 0; k <= j; k++) {
        curve[j][k] = curve[k][j] = curve[j][k] / total;
      }
      curve[j][j] += RIDGE + 1e-9;
    }
    return new CholeskyDecomposition(new Array2DRowRealMatrix(curve, false), 1e-9, 1e-14)
        .getSolver()
        .solve(new ArrayRealVector(slope, false))
        .toArray();
  }

  private static double dot(double[] w, double[] row) {
    double sum = 0;
    for (int j = 0; j < w.length; j++) {
      sum += w[j] * row[j];
    }
    return sum;
  }

  private static double softplus(double x) {
    return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
  }

  /**
   * z of a state.
   *
   * @param state the target's final state at a token
   * @return the logarithm of the odds that the token is right
   */
  public double logit(float[] state) {
    if (state.length != weights.length) {
      throw new IllegalArgumentException(
          "a head of width %d on a state of width %d, expected as wide"
              .formatted(weights.length, state.length));
    }
    double sum = bias;
    for (int j = 0; j < state.length; j++) {
      sum += weights[j] * state[j];
    }
    return sum;
  }

  /**
   * The probability that the token is right.
   *
   * @param state the target's final state at a token
   * @return s(z)
   */
  public double probability(float[] state) {
    return Math.exp(-softplus(-logit(state)));
  }

  /** Mean and deviation of each number of a state. */
  private record Standard(double[] mean, double[] deviation) {
    static Standard of(float[][] states) {
      int width = states[0].length;
      double[] mean = new double[width];
      double[] square = new double[width];
      for (float[] state : states) {
        for (int j = 0; j < width; j++) {
          mean[j] += state[j] / (double) states.length;
          square[j] += (double) state[j] * state[j] / states.length;
        }
      }
      for (int j = 0; j < width; j++) {
        square[j] = Math.sqrt(Math.max(square[j] - mean[j] * mean[j], 1e-12));
      }
      return new Standard(mean, square);
    }

    double[][] rows(float[][] states) {
      double[][] rows = new double[states.length][mean.length + 1];
      for (int i = 0; i < states.length; i++) {
        for (int j = 0; j < mean.length; j++) {
          rows[i][j] = (states[i][j] - mean[j]) / deviation[j];
        }
        rows[i][mean.length] = 1;
      }
      return rows;
    }

    JudgeHead folded(double[] w) {
      double[] weights = new double[mean.length];
      double bias = w[mean.length];
      for (int j = 0; j < mean.length; j++) {
        weights[j] = w[j] / deviation[j];
        bias -= weights[j] * mean[j];
      }
      return new JudgeHead(weights, bias);
    }
  }
}
