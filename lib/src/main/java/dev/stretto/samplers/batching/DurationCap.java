package dev.stretto.samplers.batching;

/**
 * Dynamic batching without buckets (lhotse's DynamicCutSampler, with the look before the addition
 * that it lacks): shuffle, add cuts until one more as long as the longest would not fit.
 */
public final class DurationCap {
  private DurationCap() {}

  /**
   * Batches under a cap, drawn from a shuffle buffer.
   *
   * @param constraint a {@link TimeConstraint}
   * @return a builder; its batches have bin -1
   */
  public static SamplerBuilder of(SamplingConstraint constraint) {
    return new SamplerBuilder(DurationBins.SINGLE, constraint);
  }
}
