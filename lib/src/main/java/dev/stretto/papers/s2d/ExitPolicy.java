package dev.stretto.papers.s2d;

import java.util.Arrays;

/**
 * When a token leaves a nested draft (S2D, section 3.3): at the first exit whose largest
 * probability reaches its threshold; the last exit always answers.
 *
 * @param depth K: tokens a draft
 * @param thresholds of all exits but the last: 0 always leaves there, above 1 never
 * @param stop the draft ends before a token of which even the last exit is less sure; 0 for none
 */
public record ExitPolicy(int depth, double[] thresholds, double stop) {
  /** Checks the ranges; throws IllegalArgumentException naming the number. */
  public ExitPolicy {
    if (depth < 1 || !(stop >= 0) || Arrays.stream(thresholds).anyMatch(t -> !(t >= 0))) {
      throw new IllegalArgumentException(
          "depth %d, thresholds %s, stop %s: expected 1 or more, and numbers from 0"
              .formatted(depth, Arrays.toString(thresholds), stop));
    }
    thresholds = thresholds.clone();
  }

  /**
   * One exit for all tokens.
   *
   * @param depth K
   * @param exit from 0
   * @param exits how many there are
   * @return the policy
   */
  public static ExitPolicy fixed(int depth, int exit, int exits) {
    double[] thresholds = new double[exits - 1];
    Arrays.setAll(thresholds, e -> e < exit ? 2 : 0);
    return new ExitPolicy(depth, thresholds, 0);
  }

  /**
   * Whether an exit is asked at all.
   *
   * @param exit from 0
   * @return true for the last one and where the threshold can be reached
   */
  boolean asks(int exit) {
    return exit == thresholds.length || thresholds[exit] <= 1;
  }

  /**
   * Whether a token leaves.
   *
   * @param exit from 0
   * @param confidence the largest probability there
   * @return true for the last exit
   */
  boolean leaves(int exit, double confidence) {
    return exit == thresholds.length || confidence >= thresholds[exit];
  }

  /** Whether the draft ends before this token. */
  boolean stops(int exit, double confidence) {
    return exit == thresholds.length && confidence < stop;
  }

  @Override
  public String toString() {
    return "K %d, thresholds %s, stop %s".formatted(depth, Arrays.toString(thresholds), stop);
  }
}
