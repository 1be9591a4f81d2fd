package dev.stretto.training;

/**
 * How a network is trained: AdamW with decoupled decay (Loshchilov and Hutter 2019), a linear
 * warm-up times a cosine over the budget, the gradient clipped to a global norm of 1.
 *
 * @param budget how long
 * @param seed of dropout
 * @param learningRate the highest one, above 0
 * @param floor the share of it that is left at the end, 0 to 1
 * @param warmup steps until the highest one, from 0
 * @param decay of matrices whose name has no "embed", per unit of learning rate, from 0
 * @param ema share of the averaged weights kept each step, 0 for no averaging; the network ends
 *     with the averaged ones
 */
public record TrainingConfig(
    Budget budget,
    long seed,
    double learningRate,
    double floor,
    int warmup,
    double decay,
    double ema) {

  /** Checks the ranges. */
  public TrainingConfig {
    check(budget.count() >= 1, "budget", budget.count(), "at least 1");
    check(learningRate > 0, "learningRate", learningRate, "a number above 0");
    check(floor >= 0 && floor <= 1, "floor", floor, "0 to 1");
    check(warmup >= 0, "warmup", warmup, "a number from 0");
    check(decay >= 0, "decay", decay, "a number from 0");
    check(ema >= 0 && ema < 1, "ema", ema, "0 to below 1");
  }

  /**
   * A start that suits small transformers: floor a tenth, decay 0.1, no warm-up, no averaging.
   *
   * @param budget how long
   * @param learningRate the highest one
   * @return the configuration
   */
  public static TrainingConfig of(Budget budget, double learningRate) {
    return new TrainingConfig(budget, 1, learningRate, .1, 0, .1, 0);
  }

  /**
   * Another budget.
   *
   * @param value how long
   * @return the changed configuration
   */
  public TrainingConfig withBudget(Budget value) {
    return new TrainingConfig(value, seed, learningRate, floor, warmup, decay, ema);
  }

  /**
   * Another seed.
   *
   * @param value of dropout
   * @return the changed configuration
   */
  public TrainingConfig withSeed(long value) {
    return new TrainingConfig(budget, value, learningRate, floor, warmup, decay, ema);
  }

  /**
   * Another warm-up.
   *
   * @param steps from 0
   * @return the changed configuration
   */
  public TrainingConfig withWarmup(int steps) {
    return new TrainingConfig(budget, seed, learningRate, floor, steps, decay, ema);
  }

  /**
   * Another decay.
   *
   * @param value from 0
   * @return the changed configuration
   */
  public TrainingConfig withDecay(double value) {
    return new TrainingConfig(budget, seed, learningRate, floor, warmup, value, ema);
  }

  /**
   * Another averaging of weights.
   *
   * @param share kept each step, 0 to below 1
   * @return the changed configuration
   */
  public TrainingConfig withEma(double share) {
    return new TrainingConfig(budget, seed, learningRate, floor, warmup, decay, share);
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
    double fall = floor + (1 - floor) * .5 * (1 + Math.cos(Math.PI * Math.min(1, share)));
    return learningRate * rise * fall;
  }

  private static void check(boolean holds, String name, Number found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("%s is %s, expected %s".formatted(name, found, expected));
    }
  }
}
