package dev.stretto.samplers.batching;

import java.util.Optional;

/**
 * Eager bucketing (lhotse's BucketingSampler): the whole epoch is read, cut into buckets of equal
 * total duration, and batches come from a random bucket each until all are empty. Needs the epoch's
 * cuts in memory and emits nothing before its end; {@link DynamicBucketing} needs neither.
 */
public final class StaticBucketing {
  private StaticBucketing() {}

  /**
   * Buckets estimated from each epoch.
   *
   * @param buckets how many, 1 to the number of cuts of an epoch
   * @param constraint a {@link TimeConstraint} or {@link TokenConstraint}
   * @return a builder; its buffer setting has no effect
   */
  public static SamplerBuilder of(int buckets, SamplingConstraint constraint) {
    Checks.atLeastOne("buckets", buckets);
    return new SamplerBuilder(
        "StaticBucketing", Optional.empty(), buckets, Optional.of(constraint));
  }
}
