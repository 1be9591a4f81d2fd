package dev.stretto.profilers;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.SingularMatrixException;
import org.apache.commons.math3.stat.regression.OLSMultipleLinearRegression;

/**
 * Time of a pass in three constants that are fitted, not known: seconds = fixed + perToken x new
 * positions + perCached x cached positions, both summed over rows (the simulator of
 * SpecDecode-Bench uses the same form). Fit on some shapes, trusted by its error on others.
 *
 * @param fixed seconds of a pass
 * @param perToken seconds a new position
 * @param perCached seconds a cached position
 */
public record StepTime(double fixed, double perToken, double perCached) {
  /**
   * A measured pass.
   *
   * @param tokens new positions of all rows
   * @param cached cached positions of all rows
   * @param seconds its time, above 0
   */
  public record Sample(double tokens, double cached, double seconds) {}

  /**
   * Least squares of the <i>relative</i> error, so that short passes count as much as long ones.
   *
   * @param samples 4 or more, over different tokens and cached positions
   * @return the constants. Throws IllegalArgumentException where the samples do not determine them.
   */
  public static StepTime fit(List<Sample> samples) {
    if (samples.size() < 4) {
      throw new IllegalArgumentException(samples.size() + " samples, expected 4 or more");
    }
    var regression = new OLSMultipleLinearRegression();
    regression.setNoIntercept(true);
    double[] ones = new double[samples.size()];
    Arrays.fill(ones, 1);
    regression.newSampleData(
        ones,
        samples.stream()
            .map(s -> new double[] {1 / s.seconds, s.tokens / s.seconds, s.cached / s.seconds})
            .toArray(double[][]::new));
    try {
      double[] constants = regression.estimateRegressionParameters();
      return new StepTime(constants[0], constants[1], constants[2]);
    } catch (SingularMatrixException e) {
      throw new IllegalArgumentException(
          "the samples do not vary in tokens or in cached positions, expected both", e);
    }
  }

  /**
   * Predicted time.
   *
   * @param tokens new positions of all rows
   * @param cached cached positions of all rows
   * @return seconds
   */
  public double seconds(double tokens, double cached) {
    return fixed + perToken * tokens + perCached * cached;
  }

  /**
   * How wrong it is on shapes left out of the fit.
   *
   * @param leftOut measured passes
   * @return the largest |predicted - measured| / measured
   */
  public double error(List<Sample> leftOut) {
    return leftOut.stream()
        .mapToDouble(s -> Math.abs(seconds(s.tokens, s.cached) / s.seconds - 1))
        .max()
        .orElse(0);
  }
}
