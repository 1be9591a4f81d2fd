package dev.stretto.training;

/**
 * What a batch, or a whole training, is worth.
 *
 * @param tokens positions that the loss sees, from 0
 * @param examples rows, from 0
 */
public record Work(long tokens, long examples) {
  /** None. */
  public static final Work NONE = new Work(0, 0);

  /**
   * Both together.
   *
   * @param other more work
   * @return the sum
   */
  public Work plus(Work other) {
    return new Work(tokens + other.tokens, examples + other.examples);
  }
}
