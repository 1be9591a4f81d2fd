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
