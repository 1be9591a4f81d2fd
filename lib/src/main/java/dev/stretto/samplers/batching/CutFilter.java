package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.function.Predicate;

/**
 * A named condition on cuts; a sampler rejects what does not meet it and counts it under the name.
 *
 * @param name what is kept, in words: the reason in {@link SamplerReport#rejected} and a part of
 *     the configuration that a saved state remembers
 * @param keep true for cuts that stay
 */
public record CutFilter(String name, Predicate<Cut> keep) {

  /**
   * Keeps a range of durations, both ends included.
   *
   * @param min seconds
   * @param max seconds, at least min
   * @return the filter
   */
  public static CutFilter duration(double min, double max) {
    return range("duration", min, max, " s", cut -> within(cut.duration(), min, max));
  }

  /**
   * Keeps a range of token counts, both ends included.
   *
   * @param min tokens
   * @param max tokens, at least min
   * @return the filter
   */
  public static CutFilter tokens(int min, int max) {
    return range("tokens", min, max, "", cut -> within(cut.tokens(), min, max));
  }

  /**
   * Keeps a range of token rates, both ends included.
   *
   * @param min tokens per second
   * @param max tokens per second, at least min
   * @return the filter
   */
  public static CutFilter tokensPerSecond(double min, double max) {
    return range("tokens per second", min, max, "", cut -> within(cut.tokensPerSecond(), min, max));
  }

  private static CutFilter range(
      String what, double min, double max, String unit, Predicate<Cut> keep) {
    if (!(min <= max)) {
      throw new IllegalArgumentException(
          "min of " + what + " is " + min + ", expected at most max, which is " + max);
    }
    return new CutFilter(what + " outside " + min + " to " + max + unit, keep);
  }

  private static boolean within(double value, double min, double max) {
    return value >= min && value <= max;
  }
}
