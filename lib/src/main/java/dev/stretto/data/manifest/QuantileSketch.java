package dev.stretto.data.manifest;

import java.util.DoubleSummaryStatistics;

/**
 * Quantiles of a stream in constant memory, each within 0.05 % of the exact one: counts in bins
 * whose edges grow by a constant factor (DDSketch; Masson, Rim and Lee, VLDB 2019, section 2).
 * Mean, least and largest value are exact.
 */
final class QuantileSketch extends DoubleSummaryStatistics {
  private static final double ACCURACY = 5e-4;
  private static final double LOG_GAMMA = Math.log((1 + ACCURACY) / (1 - ACCURACY));
  private static final double LEAST = 1e-5;
  private static final double LARGEST = 1e10;
  private static final int OFFSET = index(LEAST);

  private final long[] bins = new long[index(LARGEST) - OFFSET + 1];
  private long zeros;

  /** Adds a value, 0 or more. */
  @Override
  public void accept(double x) {
    super.accept(x);
    if (x < LEAST) {
      zeros++;
    } else {
      bins[index(Math.min(x, LARGEST)) - OFFSET]++;
    }
  }

  /** Equation 2: the bin of x is ceil(log_gamma x). */
  private static int index(double x) {
    return (int) Math.ceil(Math.log(x) / LOG_GAMMA);
  }

  /** Algorithm 2: the value of rank q (count - 1); 0 where there are none. */
  double quantile(double q) {
    if (getCount() == 0) {
      return 0;
    }
    double rank = q * (getCount() - 1);
    long below = zeros;
    int i = 0;
    while (below <= rank && i < bins.length) {
      below += bins[i++];
    }
    if (q <= 0 || i == 0) {
      return getMin();
    }
    double middle = 2 * Math.exp((i - 1 + OFFSET) * LOG_GAMMA) / (1 + Math.exp(LOG_GAMMA));
    return q >= 1 ? getMax() : Math.clamp(middle, getMin(), getMax());
  }
}
