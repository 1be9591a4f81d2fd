package dev.stretto.samplers.batching;

import java.util.List;

/**
 * Bins with the batch sizes found for them: what a sampler needs, and what to keep for the next
 * run.
 *
 * @param bins the bins, 1-D neighbours of equal size merged
 * @param shapes the largest shape of each bin
 * @param sizes cuts per batch of each bin
 * @param probes how many batches were tried for each bin
 */
public record BucketProfile(
    Bins bins, List<BinShape> shapes, List<Integer> sizes, List<Integer> probes) {

  /** Copies the lists. */
  public BucketProfile {
    shapes = List.copyOf(shapes);
    sizes = List.copyOf(sizes);
    probes = List.copyOf(probes);
  }

  /** {@return the sizes as a constraint, one for each bin} */
  public FixedBatchSizes constraint() {
    return new FixedBatchSizes(sizes);
  }

  /** {@return what the search cost: the probes of all bins} */
  public int totalProbes() {
    return probes.stream().mapToInt(Integer::intValue).sum();
  }
}
