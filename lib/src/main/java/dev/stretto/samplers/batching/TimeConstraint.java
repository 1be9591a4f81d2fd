package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;

/**
 * The duration cap of canary-efficiency, mechanism 3: the number of cuts times the longest
 * effective duration stays within maxDuration. With a quadratic penalty q a cut of d seconds counts
 * d + d^2/q, so that batches of long cuts, where attention dominates, get smaller.
 *
 * @param maxDuration seconds of padded audio in a batch, finite and above 0. Raise it until memory
 *     is full; 600 suits a 1-billion-parameter model on 80 GB without a penalty
 * @param quadratic q in seconds, above 0; a cut of q seconds counts double. 15 to 40 suits
 *     transformers; infinite: no penalty
 */
public record TimeConstraint(double maxDuration, double quadratic) implements SamplingConstraint {

  /** Checks ranges; throws IllegalArgumentException naming the field and its value. */
  public TimeConstraint {
    Checks.positive("maxDuration", maxDuration, "seconds");
    if (!(quadratic > 0)) {
      throw new IllegalArgumentException(
          "quadratic is " + quadratic + ", expected seconds above 0 (infinite: no penalty)");
    }
  }

  /**
   * {@return a cap without penalty}
   *
   * @param maxDuration seconds of padded audio in a batch, finite and above 0
   */
  public static TimeConstraint seconds(double maxDuration) {
    return new TimeConstraint(maxDuration, Double.POSITIVE_INFINITY);
  }

  /**
   * {@return the same cap with a quadratic penalty}
   *
   * @param quadratic the duration that counts double, seconds above 0
   */
  public TimeConstraint withQuadratic(double quadratic) {
    return new TimeConstraint(maxDuration, quadratic);
  }

  @Override
  public double size(Cut cut) {
    double d = cut.duration();
    return d + d * d / quadratic; // an infinite q adds exactly 0
  }

  @Override
  public double cap() {
    return maxDuration;
  }

  @Override
  public int maxCuts(int bin) {
    return Integer.MAX_VALUE;
  }
}
