package dev.stretto.data.audio;

/**
 * The mel scale of Slaney's Auditory Toolbox: linear up to 1 kHz, then logarithmic; triangular
 * filters of equal area.
 */
final class MelScale {
  private static final double LOG_STEP = Math.log(6.4) / 27;

  private MelScale() {}

  static double mel(double hz) {
    return hz < 1000 ? hz * 3 / 200 : 15 + Math.log(hz / 1000) / LOG_STEP;
  }

  static double hz(double mel) {
    return mel < 15 ? mel * 200 / 3 : 1000 * Math.exp((mel - 15) * LOG_STEP);
  }

  /** Weights (lines, bins), row by row, of triangles at equal distances on this scale. */
  static float[] filters(int lines, double lineHz, int bins, double lowHz, double highHz) {
    double low = mel(lowHz);
    double step = (mel(highHz) - low) / (bins + 1);
    float[] weights = new float[lines * bins];
    for (int b = 0; b < bins; b++) {
      double left = hz(low + b * step);
      double top = hz(low + (b + 1) * step);
      double right = hz(low + (b + 2) * step);
      double height = 2 / (right - left);
      double sum = 0;
      for (int k = 0; k < lines; k++) {
        double f = k * lineHz;
        double triangle = Math.min((f - left) / (top - left), (right - f) / (right - top));
        weights[k * bins + b] = (float) (Math.max(0, triangle) * height);
        sum += weights[k * bins + b];
      }
      if (!(sum > 0)) {
        throw new IllegalArgumentException(
            "mel bin %d (%.0f to %.0f Hz) has no spectral line, expected fewer bins than %d or a longer FFT"
                .formatted(b, left, right, bins));
      }
    }
    return weights;
  }
}
