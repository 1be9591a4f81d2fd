package dev.stretto.samplers.serving;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;

/**
 * When requests arrive, in units of {@link Clock}; the first arrives at 0.
 *
 * @param gap (mean) units between two requests, finite, 0 or more
 * @param random whether gaps are exponential, so that arrivals are a Poisson process; else all are
 *     equal
 * @param seed of the gaps
 */
public record Arrivals(double gap, boolean random, long seed) {

  /** Checks the gap; throws IllegalArgumentException naming its value. */
  public Arrivals {
    if (!(gap >= 0) || Double.isInfinite(gap)) {
      throw new IllegalArgumentException(
          "the arrival gap is " + gap + ", expected finite units, 0 or more");
    }
  }

  /**
   * All at time 0.
   *
   * @return the arrivals
   */
  public static Arrivals atOnce() {
    return every(0);
  }

  /**
   * At a fixed interval.
   *
   * @param gap units between two requests, finite, 0 or more
   * @return the arrivals
   */
  public static Arrivals every(double gap) {
    return new Arrivals(gap, false, 0);
  }

  /**
   * A Poisson process.
   *
   * @param meanGap mean units between two requests (1 / rate), finite, 0 or more
   * @param seed any number
   * @return the arrivals
   */
  public static Arrivals poisson(double meanGap, long seed) {
    return new Arrivals(meanGap, true, seed);
  }

  /**
   * The arrivals of the first requests.
   *
   * @param n how many, 0 or more
   * @return n times, not falling; the same for the same seed
   */
  public double[] times(int n) {
    Rng rng = SeedTree.of(seed).child("arrivals").rng();
    double[] times = new double[n];
    for (int i = 1; i < n; i++) {
      times[i] = random ? times[i - 1] + gap * rng.nextExponential() : i * gap;
    }
    return times;
  }
}
