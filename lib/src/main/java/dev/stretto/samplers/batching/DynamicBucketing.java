package dev.stretto.samplers.batching;

/**
 * Streaming bucketing (canary-efficiency, mechanism 5), in one dimension or two: queues of similar
 * cuts share a buffer, each batch comes from one random queue that can fill it.
 */
public final class DynamicBucketing {
  private DynamicBucketing() {}

  /**
   * {@return a builder of buckets under a constraint}
   *
   * @param bins 1-D or 2-D, estimated or given
   * @param constraint how large a batch may grow
   */
  public static SamplerBuilder of(Bins bins, SamplingConstraint constraint) {
    return new SamplerBuilder(bins, constraint);
  }
}
