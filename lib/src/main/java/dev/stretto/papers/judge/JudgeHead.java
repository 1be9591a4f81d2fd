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
import java.util.Collections;
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
   * A token with its label.
   *
   * @param state the target's final state at (or before) it
   * @param right label
   * @param aligned whether it is the target's own best one; a head decides only the others
   */
  public record Sample(float[] state, boolean right, boolean aligned) {}

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
  public static List<Sample> samples(CausalLm target, List<LabelledAnswer> answers, int offset) {
    if (offset < -1 || offset > 0) {
      throw new IllegalArgumentException("offset is " + offset + ", expected -1 or 0");
    }
    Tensors.inference();
    List<Sample> all = new ArrayList<>();
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
          for (int i = 0; i < answer.labelled(); i++) {
            int at = b * n + answer.prompt().length + i;
            float[] state = new float[width];
            numbers.get((at + offset) * width, state);
            boolean aligned = best[at - 1] == answer.answer()[i];
            all.add(new Sample(state, i != answer.firstWrong(), aligned));
          }
        }
      }
    }
    return all;
  }

  /**
   * Labels in random order: what a head finds in noise.
   *
   * @param samples whose labels are dealt again
   * @param rng of the order
   * @return the same states
   */
  public static List<Sample> shuffled(List<Sample> samples, Rng rng) {
    List<Sample> dealt = new ArrayList<>(samples);
    Collections.shuffle(dealt, rng);
    return IntStream.range(0, dealt.size())
        .mapToObj(i -> new Sample(samples.get(i).state, dealt.get(i).right, samples.get(i).aligned))
        .toList();
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
  public static JudgeHead fit(List<Sample> samples, double lambda, double gamma) {
    int n = samples.size();
    boolean[] right = labels(samples);
    long wrong = samples.stream().filter(sample -> !sample.right).count();
    if (wrong == 0 || wrong == n) {
      throw new IllegalArgumentException(
          "%d of %d tokens are wrong, expected some of either kind".formatted(wrong, n));
    }
    if (!(lambda > 0) || !(gamma >= 0)) {
      throw new IllegalArgumentException(
          "lambda is %s and gamma %s, expected above 0 and 0 or more".formatted(lambda, gamma));
    }
    int width = samples.getFirst().state.length;
    double[] mean = new double[width];
    double[] deviation = new double[width];
    double[][] rows = new double[n][width + 1];
    for (int j = 0; j < width; j++) {
      double square = 0;
      for (Sample sample : samples) {
        mean[j] += sample.state[j] / (double) n;
        square += (double) sample.state[j] * sample.state[j] / n;
      }
      deviation[j] = Math.sqrt(Math.max(square - mean[j] * mean[j], 1e-12));
      for (int i = 0; i < n; i++) {
        rows[i][j] = (samples.get(i).state[j] - mean[j]) / deviation[j];
        rows[i][width] = 1;
      }
    }
    LeastSquaresProblem problem =
        new LeastSquaresBuilder()
            .model(w -> residuals(w.toArray(), rows, right, lambda, gamma))
            .target(new double[n + width + 1])
            .start(new double[width + 1])
            .maxIterations(MOST_STEPS)
            .maxEvaluations(2 * MOST_STEPS)
            .build();
    double[] w = new LevenbergMarquardtOptimizer().optimize(problem).getPoint().toArray();
    double[] weights = new double[width];
    double bias = w[width];
    for (int j = 0; j < width; j++) {
      weights[j] = w[j] / deviation[j];
      bias -= weights[j] * mean[j];
    }
    return new JudgeHead(weights, bias);
  }

  /** Which samples are right. */
  static boolean[] labels(List<Sample> samples) {
    boolean[] right = new boolean[samples.size()];
    for (int i = 0; i < right.length; i++) {
      right[i] = samples.get(i).right;
    }
    return right;
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
}
