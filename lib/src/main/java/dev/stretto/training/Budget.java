package dev.stretto.training;

/**
 * How long a training goes on: never a time, so that a slow machine changes no result. The training
 * ends with the step that reaches it.
 */
public sealed interface Budget {
  /**
   * So many optimiser steps.
   *
   * @param count at least 1
   * @return the budget
   */
  static Budget steps(long count) {
    return new Steps(count);
  }

  /**
   * So many tokens.
   *
   * @param count at least 1
   * @return the budget
   */
  static Budget tokens(long count) {
    return new Tokens(count);
  }

  /**
   * So many examples.
   *
   * @param count at least 1
   * @return the budget
   */
  static Budget examples(long count) {
    return new Examples(count);
  }

  /**
   * So many multiply-adds of the forward pass.
   *
   * @param count at least 1
   * @return the budget
   */
  static Budget multiplyAdds(long count) {
    return new MultiplyAdds(count);
  }

  /**
   * So much arithmetic of a training: two operations a multiply-add, and a backward pass that costs
   * two forward ones, hence six a multiply-add of the forward pass (Kaplan et al. 2020).
   *
   * @param flops at least 6
   * @return the budget
   */
  static Budget trainingFlops(double flops) {
    return new MultiplyAdds(Math.round(flops / 6));
  }

  /** {@return the budget in words, for example {@code "900 steps"}} */
  default String words() {
    return switch (this) {
      case Steps _ -> count() + " steps";
      case Tokens _ -> count() + " tokens";
      case Examples _ -> count() + " examples";
      case MultiplyAdds _ -> 6 * count() + " training FLOPs";
    };
  }

  /** {@return how many units} */
  long count();

  /**
   * How much of it is spent.
   *
   * @param steps optimiser steps done
   * @param work done in them
   * @return from 0; 1 or more where nothing is left
   */
  default double share(long steps, Work work) {
    long spent =
        switch (this) {
          case Steps _ -> steps;
          case Tokens _ -> work.tokens();
          case Examples _ -> work.examples();
          case MultiplyAdds _ -> work.multiplyAdds();
        };
    return (double) spent / count();
  }

  /**
   * Optimiser steps.
   *
   * @param count at least 1
   */
  record Steps(long count) implements Budget {}

  /**
   * Tokens.
   *
   * @param count at least 1
   */
  record Tokens(long count) implements Budget {}

  /**
   * Examples.
   *
   * @param count at least 1
   */
  record Examples(long count) implements Budget {}

  /**
   * Multiply-adds of the forward pass.
   *
   * @param count at least 1
   */
  record MultiplyAdds(long count) implements Budget {}
}
