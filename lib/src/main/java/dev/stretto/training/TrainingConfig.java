package dev.stretto.training;

/**
 * How a network is trained: AdamW with decoupled decay (Loshchilov and Hutter 2019), a linear
 * warm-up times a cosine that ends at a tenth when the budget is spent, the gradient clipped to a
 * global norm of 1.
 *
 * @param budget how long
 * @param learningRate the highest one, above 0
 * @param warmup steps until the highest one, from 0
 * @param decay of matrices whose name has no "embed", per unit of learning rate, from 0
 */
public record TrainingConfig(Budget budget, double learningRate, int warmup, double decay) {
  /** The share of the highest learning rate that is left at the end. */
  private static final double FLOOR = .1;

  /** Checks the ranges. */
  public TrainingConfig {
    check(budget.count() >= 1, "budget", budget.count(), "at least 1");
    check(learningRate > 0, "learningRate", learningRate, "a number above 0");
    check(warmup >= 0, "warmup", warmup, "a number from 0");
    check(decay >= 0, "decay", decay, "a number from 0");
  }

  /**
   * A start that suits small transformers: decay 0.1, no warm-up.
   *
   * @param budget how long
   * @param learningRate the highest one
   * @return the configuration
   */
  public static TrainingConfig of(Budget budget, double learningRate) {
    return new TrainingConfig(budget, learningRate, 0, .1);
  }

  /**
   * Another budget.
   *
   * @param value how long
   * @return the changed configuration
   */
  public TrainingConfig withBudget(Budget value) {
    return new TrainingConfig(value, learningRate, warmup, decay);
  }

  /**
   * Another warm-up.
   *
   * @param steps from 0
   * @return the changed configuration
   */
  public TrainingConfig withWarmup(int steps) {
    return new TrainingConfig(budget, learningRate, steps, decay);
  }

  /**
   * Another decay.
   *
   * @param value from 0
   * @return the changed configuration
   */
  public TrainingConfig withDecay(double value) {
    return new TrainingConfig(budget, learningRate, warmup, value);
  }

  /**
   * The learning rate of a step.
   *
   * @param step from 0
   * @param share of the budget that is spent before it
   * @return above 0
   */
  public double rate(long step, double share) {
    double rise = Math.min(1, (step + 1.0) / Math.max(1, warmup));
    double fall = FLOOR + (1 - FLOOR) * .5 * (1 + Math.cos(Math.PI * Math.min(1, share)));
    return learningRate * rise * fall;
  }

  private static void check(boolean holds, String name, Number found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("%s is %s, expected %s".formatted(name, found, expected));
    }
  }
}
