package dev.stretto.training;

/**
 * How long a training goes on: never a time, so that a slow machine changes no result. The training
 * ends with the step that reaches it.
 *
 * @param count how many units, at least 1
 * @param unit what is counted
 */
public record Budget(long count, Unit unit) {
  /** What a budget counts. */
  public enum Unit {
    /** Optimiser steps. */
    STEPS,
    /** Rows of the batches. */
    EXAMPLES
  }

  /**
   * So many optimiser steps.
   *
   * @param count at least 1
   * @return the budget
   */
  public static Budget steps(long count) {
    return new Budget(count, Unit.STEPS);
  }

  /**
   * So many examples.
   *
   * @param count at least 1
   * @return the budget
   */
  public static Budget examples(long count) {
    return new Budget(count, Unit.EXAMPLES);
  }

  /** {@return the budget in words, for example {@code "900 steps"}} */
  public String words() {
    return count + (unit == Unit.STEPS ? " steps" : " examples");
  }

  /**
   * How much of it is spent.
   *
   * @param steps optimiser steps done
   * @param work done in them
   * @return from 0; 1 or more where nothing is left
   */
  public double share(long steps, Work work) {
    return (double) (unit == Unit.STEPS ? steps : work.examples()) / count;
  }
}
