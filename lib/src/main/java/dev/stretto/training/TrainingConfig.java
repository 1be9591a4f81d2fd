package dev.stretto.training;

/**
 * How a network is trained: AdamW with decoupled decay (Loshchilov and Hutter 2019), a linear
 * warm-up times a cosine over the budget, clipping by the global norm.
 *
 * @param budget how long
 * @param seed of dropout
 * @param learningRate the highest one, above 0
 * @param floor the share of it that is left at the end, 0 to 1
 * @param warmup steps until the highest one, from 0
 * @param decay of weights per unit of learning rate, from 0
 * @param decayAll also of vectors and embeddings; else of matrices whose name has no "embed" only
 * @param beta1 share of the mean gradient kept each step
 * @param beta2 share of the mean square kept each step
 * @param epsilon added to the root of the mean square
 * @param clip highest global norm of the gradient; infinite for none
 * @param accumulation batches a step, from 1; their losses are averaged
 * @param ema share of the averaged weights kept each step, 0 for no averaging; the network ends
 *     with the averaged ones
 * @param divergence a loss above this many medians of the last 100 is suspicious
 * @param patience so many suspicious losses in a row end the training
 */
public record TrainingConfig(
    Budget budget,
    long seed,
    double learningRate,
    double floor,
    int warmup,
    double decay,
    boolean decayAll,
    double beta1,
    double beta2,
    double epsilon,
    double clip,
    int accumulation,
    double ema,
    double divergence,
    int patience) {

  /** Checks the ranges. */
  public TrainingConfig {
    check(budget.count() >= 1, "budget", budget.count(), "at least 1");
    check(learningRate > 0, "learningRate", learningRate, "a number above 0");
    check(floor >= 0 && floor <= 1, "floor", floor, "0 to 1");
    check(warmup >= 0, "warmup", warmup, "a number from 0");
    check(decay >= 0, "decay", decay, "a number from 0");
    check(beta1 >= 0 && beta1 < 1, "beta1", beta1, "0 to below 1");
    check(beta2 >= 0 && beta2 < 1, "beta2", beta2, "0 to below 1");
    check(clip > 0, "clip", clip, "a number above 0");
    check(accumulation >= 1, "accumulation", accumulation, "at least 1");
    check(ema >= 0 && ema < 1, "ema", ema, "0 to below 1");
    check(divergence > 1, "divergence", divergence, "a number above 1");
    check(patience >= 1, "patience", patience, "at least 1");
  }

  /**
   * A start that suits small transformers: floor a tenth, decay 0.1, betas 0.9 and 0.95, clip 1, no
   * warm-up, one batch a step, no averaging.
   *
   * @param budget how long
   * @param learningRate the highest one
   * @return the configuration
   */
  public static TrainingConfig of(Budget budget, double learningRate) {
    return new TrainingConfig(
        budget, 1, learningRate, .1, 0, .1, false, .9, .95, 1e-8, 1, 1, 0, 3, 20);
  }

  /**
   * Another budget.
   *
   * @param value how long
   * @return the changed configuration
   */
  public TrainingConfig withBudget(Budget value) {
    return new TrainingConfig(
        value,
        seed,
        learningRate,
        floor,
        warmup,
        decay,
        decayAll,
        beta1,
        beta2,
        epsilon,
        clip,
        accumulation,
        ema,
        divergence,
        patience);
  }

  /**
   * Another seed.
   *
   * @param value of dropout
   * @return the changed configuration
   */
  public TrainingConfig withSeed(long value) {
    return copy(value, warmup, decay, clip, accumulation, ema);
  }

  /**
   * Another warm-up.
   *
   * @param steps from 0
   * @return the changed configuration
   */
  public TrainingConfig withWarmup(int steps) {
    return copy(seed, steps, decay, clip, accumulation, ema);
  }

  /**
   * Another decay.
   *
   * @param value from 0
   * @return the changed configuration
   */
  public TrainingConfig withDecay(double value) {
    return copy(seed, warmup, value, clip, accumulation, ema);
  }

  /**
   * Another clipping.
   *
   * @param norm above 0
   * @return the changed configuration
   */
  public TrainingConfig withClip(double norm) {
    return copy(seed, warmup, decay, norm, accumulation, ema);
  }

  /**
   * Other batches a step.
   *
   * @param batches from 1
   * @return the changed configuration
   */
  public TrainingConfig withAccumulation(int batches) {
    return copy(seed, warmup, decay, clip, batches, ema);
  }

  /**
   * Another averaging of weights.
   *
   * @param share kept each step, 0 to below 1
   * @return the changed configuration
   */
  public TrainingConfig withEma(double share) {
    return copy(seed, warmup, decay, clip, accumulation, share);
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

  private TrainingConfig copy(
      long seed, int warmup, double decay, double clip, int accumulation, double ema) {
    return new TrainingConfig(
        budget,
        seed,
        learningRate,
        floor,
        warmup,
        decay,
        decayAll,
        beta1,
        beta2,
        epsilon,
        clip,
        accumulation,
        ema,
        divergence,
        patience);
  }

  private static void check(boolean holds, String name, Number found, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("%s is %s, expected %s".formatted(name, found, expected));
    }
  }
}
