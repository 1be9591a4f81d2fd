package dev.stretto.data.audio;

/**
 * Changes the sample rate by any rational factor: a Kaiser-windowed sinc in polyphase form (Smith,
 * Digital Audio Resampling). Zero phase; output j is the sound at second {@code j / to}. What the
 * lower of the two rates cannot carry is below -70 dB; up to .9 of its half the gain is 1.
 */
public final class Resampler {
  /** Zero crossings of the sinc to either side. */
  private static final int CROSSINGS = 48;

  /** Kaiser's formula for 75 dB. */
  private static final double BETA = 0.1102 * (75 - 8.7);

  /** Half the transition band, as a share of the sampled band: its upper end is Nyquist's. */
  private static final double HALF_BAND = (75 - 7.95) / (14.36 * 2 * CROSSINGS);

  private final int up;
  private final int down;
  private final int half;
  private final double[][] phases;

  /**
   * Computes the filter.
   *
   * @param from samples a second of the input, above 0
   * @param to samples a second of the output, above 0
   */
  public Resampler(int from, int to) {
    if (from <= 0 || to <= 0) {
      throw new IllegalArgumentException(
          "the rates are " + from + " and " + to + ", expected samples a second above 0");
    }
    int divisor = gcd(from, to);
    up = to / divisor;
    down = from / divisor;
    double cutoff = Math.min(1, (double) up / down) * (1 - HALF_BAND);
    double reach = CROSSINGS * Math.max(1, (double) down / up);
    half = (int) Math.ceil(reach);
    phases = new double[up == down ? 0 : up][2 * half];
    for (int p = 0; p < phases.length; p++) {
      double sum = 0;
      for (int k = 0; k < 2 * half; k++) {
        // input sample k - half + 1 as seen from p / up
        double t = k - half + 1 - (double) p / up;
        double x = Math.PI * cutoff * t;
        double edge = t / reach;
        double sinc = x == 0 ? 1 : Math.sin(x) / x;
        phases[p][k] = edge * edge >= 1 ? 0 : sinc * bessel(BETA * Math.sqrt(1 - edge * edge));
        sum += phases[p][k];
      }
      for (int k = 0; k < 2 * half; k++) {
        phases[p][k] /= sum; // a constant stays the same constant in every phase
      }
    }
  }

  /**
   * Resamples a whole sound; it is silent before and after.
   *
   * @param samples the input
   * @return ceil(samples.length * to / from) samples; a copy where the rates are equal
   */
  public float[] apply(float[] samples) {
    if (up == down) {
      return samples.clone();
    }
    float[] out = new float[Math.toIntExact(((long) samples.length * up + down - 1) / down)];
    for (int j = 0; j < out.length; j++) {
      long at = (long) j * down;
      double[] filter = phases[(int) (at % up)];
      int first = (int) (at / up) - half + 1;
      double sum = 0;
      int end = Math.min(2 * half, samples.length - first);
      for (int k = Math.max(0, -first); k < end; k++) {
        sum += filter[k] * samples[first + k];
      }
      out[j] = (float) sum;
    }
    return out;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** The modified Bessel function of the first kind and order 0. */
  private static double bessel(double x) {
    double sum = 1;
    double term = 1;
    for (int k = 1; term > 1e-17 * sum; k++) {
      term *= x * x / (4.0 * k * k);
      sum += term;
    }
    return sum;
  }
}
