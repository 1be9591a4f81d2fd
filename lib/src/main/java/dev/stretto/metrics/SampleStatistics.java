package dev.stretto.metrics;

import java.util.Arrays;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/** Quantiles, mean and spread of a sample. */
public final class SampleStatistics {
  private final double[] sorted;

  private SampleStatistics(double[] sorted) {
    this.sorted = sorted;
  }

  /**
   * Summarises a sample.
   *
   * @param values at least one, none NaN; not changed
   * @return the summary
   */
  public static SampleStatistics of(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("values is empty, expected at least one");
    }
    for (int i = 0; i < values.length; i++) {
      if (Double.isNaN(values[i])) {
        throw new IllegalArgumentException("values[" + i + "] is NaN, expected a number");
      }
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return new SampleStatistics(sorted);
  }

  /** {@return the sample's size, at least 1} */
  public int count() {
    return sorted.length;
  }

  /** {@return the arithmetic mean} */
  public double mean() {
    return StatUtils.mean(sorted);
  }

  /** {@return the standard deviation with divisor n - 1; 0 for a single value} */
  public double deviation() {
    return Math.sqrt(StatUtils.variance(sorted));
  }

  /**
   * The value below which a share of the sample lies, interpolated between neighbours (R's type 7:
   * .5 is the usual median, 0 the least and 1 the largest value).
   *
   * @param share in 0..1
   * @return the quantile
   */
  public double quantile(double share) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException("share is " + share + ", expected 0 to 1");
    }
    return share == 0
        ? sorted[0]
        : new Percentile()
            .withEstimationType(Percentile.EstimationType.R_7)
            .evaluate(sorted, 100 * share);
  }

  /** {@return the middle value, {@code quantile(.5)}} */
  public double median() {
    return quantile(.5);
  }
}
