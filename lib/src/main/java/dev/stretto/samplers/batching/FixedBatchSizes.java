package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A fixed number of cuts for each bin, 1-D or 2-D, as {@link BatchSizeOptimizer} finds them (NeMo's
 * FixedBucketBatchSizeConstraint and its 2-D sibling). A size is right for its bin's upper bounds
 * only, so the sampler rejects what is larger than the last bin.
 *
 * @param sizes cuts per batch for each bin, each at least 1; unmodifiable
 */
public record FixedBatchSizes(List<Integer> sizes) implements SamplingConstraint {

  /** Copies the sizes; throws IllegalArgumentException naming the bin and its value. */
  public FixedBatchSizes {
    sizes = List.copyOf(sizes);
    if (sizes.isEmpty()) {
      throw new IllegalArgumentException("sizes is empty, expected one batch size for each bin");
    }
    for (int i = 0; i < sizes.size(); i++) {
      Checks.atLeastOne("sizes[" + i + "]", sizes.get(i));
    }
  }

  /**
   * {@return a constraint with sizes in the order of the bins}
   *
   * @param sizes cuts per batch for each bin, each at least 1
   */
  public static FixedBatchSizes of(int... sizes) {
    return new FixedBatchSizes(IntStream.of(sizes).boxed().toList());
  }

  @Override
  public double size(Cut cut) {
    return 0;
  }

  @Override
  public double cap() {
    return Double.POSITIVE_INFINITY;
  }

  @Override
  public int maxCuts(int bin) {
    return sizes.get(bin);
  }
}
