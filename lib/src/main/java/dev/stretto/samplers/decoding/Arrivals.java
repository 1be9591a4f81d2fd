package dev.stretto.samplers.decoding;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;

/** When requests arrive, in units of {@link Clock}. The first arrives at 0. */
public sealed interface Arrivals {

  /**
   * The arrivals of the first requests.
   *
   * @param n how many, 0 or more
   * @return n times, not falling; the same for the same seed
   */
  double[] times(int n);

  /** All at time 0. */
  record AtOnce() implements Arrivals {
    @Override
    public double[] times(int n) {
      return new double[n];
    }
  }

  /**
   * At a fixed interval.
   *
   * @param gap units between two requests, finite, 0 or more
   */
  record Every(double gap) implements Arrivals {
    /** Checks the gap. */
    public Every {
      check(gap);
    }

    @Override
    public double[] times(int n) {
      double[] times = new double[n];
      for (int i = 1; i < n; i++) {
        times[i] = i * gap;
      }
      return times;
    }
  }

  /**
   * A Poisson process: the gaps are independent and exponential.
   *
   * @param meanGap mean units between two requests (1 / rate), finite, 0 or more
   * @param seed any number
   */
  record Poisson(double meanGap, long seed) implements Arrivals {
    /** Checks the mean gap. */
    public Poisson {
      check(meanGap);
    }

    @Override
    public double[] times(int n) {
      Rng rng = SeedTree.of(seed).child("arrivals").rng();
      double[] times = new double[n];
      for (int i = 1; i < n; i++) {
        times[i] = times[i - 1] + meanGap * rng.nextExponential();
      }
      return times;
    }
  }

  private static void check(double gap) {
    if (!(gap >= 0) || Double.isInfinite(gap)) {
      throw new IllegalArgumentException(
          "the arrival gap is " + gap + ", expected finite units, 0 or more");
    }
  }
}
