package dev.stretto.samplers.batching;

/**
 * The static baseline (canary-efficiency, mechanism 2): shuffle, take B cuts. B must survive the
 * longest audio with the longest transcript, so batches are small and mostly padding.
 */
public final class StaticRandom {
  private StaticRandom() {}

  /**
   * Batches of a fixed number of cuts, drawn from a shuffle buffer.
   *
   * @param batchSize cuts per batch, at least 1
   * @return a builder; its batches have bin -1
   */
  public static SamplerBuilder of(int batchSize) {
    Checks.atLeastOne("batchSize", batchSize);
    return new SamplerBuilder(DurationBins.SINGLE, FixedBatchSizes.of(batchSize));
  }
}
