package dev.stretto.papers.s2d;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * When a token leaves a nested draft (S2D, section 3.3): at the first exit whose largest
 * probability reaches its threshold; the last exit always answers.
 *
 * @param depth K: tokens per draft
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
   * Drafts of K tokens that all leave at one exit, counted from 0, of so many.
   *
   * @param depth of the tree
   * @param exit layers passed
   * @param exits of the draft
   * @return drafts of K tokens that all leave at one exit, counted from 0, of so many
   */
  public static ExitPolicy fixed(int depth, int exit, int exits) {
    double[] thresholds = new double[exits - 1];
    Arrays.setAll(thresholds, e -> e < exit ? 2 : 0);
    return new ExitPolicy(depth, thresholds, 0);
  }

  /** An exit whose threshold no probability reaches is not asked at all. */
  private boolean asks(int exit) {
    return exit == thresholds.length || thresholds[exit] <= 1;
  }

  /** {@return the exit of a token, given the largest probability at each exit that is asked} */
  int exit(IntToDoubleFunction confidence) {
    for (int e = 0; e < thresholds.length; e++) {
      if (asks(e) && confidence.applyAsDouble(e) >= thresholds[e]) {
        return e;
      }
    }
    return thresholds.length;
  }

  /** {@return how many exits are asked on the way to an exit, that one included} */
  int heads(int exit) {
    return (int) IntStream.rangeClosed(0, exit).filter(this::asks).count();
  }

  /** {@return whether the draft ends before a token of this exit and confidence} */
  boolean stops(int exit, double confidence) {
    return exit == thresholds.length && confidence < stop;
  }
}
