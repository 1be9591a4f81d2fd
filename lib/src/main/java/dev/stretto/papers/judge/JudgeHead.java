package dev.stretto.papers.judge;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresBuilder;
import org.apache.commons.math3.fitting.leastsquares.LeastSquaresProblem;
import org.apache.commons.math3.fitting.leastsquares.LevenbergMarquardtOptimizer;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.math3.util.Pair;

/**
 * A linear head that says whether a token is right (Judge Decoding, Bachmann et al. 2025, section
 * 4): z = w h + b of the target's final state h <b>at the token's own position</b>, which has read
 * it. One row of weights over a frozen target.
 *
 * @param weights w, one for each number of the state
 * @param bias b
 */
public record JudgeHead(double[] weights, double bias) {
  private static final int MOST_STEPS = 200;
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
    /** {@return the tokens that are not the target's best, the only ones that a head decides} */
    public Samples misaligned() {
      int[] at = IntStream.range(0, right.length).filter(i -> !aligned[i]).toArray();
      Samples some = empty(at.length);
      for (int i = 0; i < at.length; i++) {
        some.states[i] = states[at[i]];
        some.right[i] = right[at[i]];
        some.tokens[i] = tokens[at[i]];
      }
      return some;
    }

    private static Samples empty(int count) {
      return new Samples(
          new float[count][], new boolean[count], new boolean[count], new int[count]);
    }

    /**
     * Labels in random order: what a head finds in noise.
     *
     * @param rng of the order
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
   * @return one sample per labelled token
   */
  public static Samples samples(CausalLm target, List<LabelledAnswer> answers, int offset) {
    if (offset < -1 || offset > 0) {
      throw new IllegalArgumentException("offset is " + offset + ", expected -1 or 0");
    }
    Tensors.inference();
    Samples all = Samples.empty(answers.stream().mapToInt(LabelledAnswer::labelled).sum());
    int count = 0;
    for (int from = 0; from < answers.size(); from += 64) {
      List<LabelledAnswer> batch = answers.subList(from, Math.min(answers.size(), from + 64));
      int[][] rows = batch.stream().map(LabelledAnswer::text).toArray(int[][]::new);
      int n = Arrays.stream(rows).mapToInt(row -> row.length).max().orElse(0);
      try (NDManager scope = Tensors.manager()) {
        NDArray hiddenBND =
            target.backbone().forward(Step.of(NetworkSession.padded(scope, rows, n))).lastBND();
        long[] best = target.logits(hiddenBND).argMax(2).toLongArray();
        FloatBuffer numbers = Tensors.floats(hiddenBND);
        int width = (int) hiddenBND.getShape().get(2);
        for (int b = 0; b < rows.length; b++) {
          LabelledAnswer answer = batch.get(b);
          for (int i = 0; i < answer.labelled(); i++, count++) {
            int at = b * n + answer.prompt().length + i;
            all.states[count] = new float[width];
            numbers.get((at + offset) * width, all.states[count]);
            all.tokens[count] = answer.answer()[i];
            all.right[count] = i != answer.firstWrong();
            all.aligned[count] = best[at - 1] == answer.answer()[i];
          }
        }
      }
    }
    return all;
  }

  /**
   * Fits a head on standardised states by Levenberg-Marquardt: the minimum of
   *
   * <pre>-sum_i c_i (1 - p_i)^gamma log p_i / sum_i c_i,  p_i the probability of the right label
   * </pre>
   *
   * with c = 1 for right tokens and lambda for wrong ones, which are few. Each term is half the
   * square of a residual; one residual per weight is a small ridge.
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
    int width = rows[0].length;
    LeastSquaresProblem problem =
        new LeastSquaresBuilder()
            .model(w -> residuals(w.toArray(), rows, samples.right, lambda, gamma))
            .target(new double[rows.length + width])
            .start(new double[width])
            .maxIterations(MOST_STEPS)
            .maxEvaluations(2 * MOST_STEPS)
            .build();
    return standard.folded(
        new LevenbergMarquardtOptimizer().optimize(problem).getPoint().toArray());
  }

  /** Residuals whose half squares sum to the loss, and their derivatives. */
  static Pair<RealVector, RealMatrix> residuals(
      double[] w, double[][] rows, boolean[] right, double lambda, double gamma) {
    double total = 0;
    for (boolean label : right) {
      total += label ? 1 : lambda;
    }
    double[] values = new double[rows.length + w.length];
    double[][] slopes = new double[values.length][w.length];
    for (int i = 0; i < rows.length; i++) {
      double sign = right[i] ? 1 : -1;
      double c = (right[i] ? 1 : lambda) / total;
      double margin =
          sign * new ArrayRealVector(w, false).dotProduct(new ArrayRealVector(rows[i], false));
      double logP = -softplus(-margin);
      double q = Math.exp(-softplus(margin)); // 1 - p
      double focus = c * Math.pow(q, gamma);
      values[i] = Math.sqrt(-2 * focus * logP);
      double slope =
          focus * (gamma * Math.exp(logP) * logP - q) * sign / Math.max(values[i], 1e-150);
      for (int j = 0; j < w.length; j++) {
        slopes[i][j] = slope * rows[i][j];
      }
    }
    for (int j = 0; j < w.length; j++) {
      values[rows.length + j] = Math.sqrt(RIDGE) * w[j];
      slopes[rows.length + j][j] = Math.sqrt(RIDGE);
    }
    return Pair.create(new ArrayRealVector(values, false), new Array2DRowRealMatrix(slopes, false));
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
