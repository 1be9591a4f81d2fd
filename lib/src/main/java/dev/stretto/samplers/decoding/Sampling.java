package dev.stretto.samplers.decoding;

/**
 * How a request picks its tokens. It belongs to the request and not to the batch, so that the
 * tokens do not depend on who else is decoded.
 *
 * @param temperature divides the logits, 0 or more; 0 takes the likeliest token
 * @param topK how many of the likeliest tokens are kept, 0 for all
 * @param topP the least probability mass that is kept, above 0 up to 1 (all)
 * @param seed seed of the request's own generator
 */
public record Sampling(double temperature, int topK, double topP, long seed) {

  /** Checks ranges; throws IllegalArgumentException naming the field and its value. */
  public Sampling {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException(
          "temperature is " + temperature + ", expected a finite number, 0 or more");
    }
    if (topK < 0) {
      throw new IllegalArgumentException("topK is " + topK + ", expected 0 (all) or more");
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("topP is " + topP + ", expected above 0 up to 1");
    }
  }

  /**
   * Always the likeliest token.
   *
   * @return temperature 0
   */
  public static Sampling greedy() {
    return new Sampling(0, 0, 1, 0);
  }

  /**
   * Draws from the whole distribution.
   *
   * @param temperature divides the logits, 0 or more
   * @param seed seed of the request's own generator
   * @return neither top-k nor top-p
   */
  public static Sampling of(double temperature, long seed) {
    return new Sampling(temperature, 0, 1, seed);
  }
}
