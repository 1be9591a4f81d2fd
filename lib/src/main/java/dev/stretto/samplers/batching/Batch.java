package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.List;

/**
 * One mini-batch: cuts that are padded to the longest of them, or packed.
 *
 * @param cuts the members, at least one; unmodifiable
 * @param bin the bin they came from, or -1 where the sampler has no bins
 */
public record Batch(List<Cut> cuts, int bin) {

  /** Copies the members; throws IllegalArgumentException where there are none. */
  public Batch {
    cuts = List.copyOf(cuts);
    if (cuts.isEmpty()) {
      throw new IllegalArgumentException("a batch has no cuts, expected at least one");
    }
  }

  /**
   * How many cuts.
   *
   * @return at least 1
   */
  public int size() {
    return cuts.size();
  }
}
