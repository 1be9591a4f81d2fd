package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;

/**
 * How large a batch may grow. All members are padded to the largest, so a batch of n cuts costs n
 * times its largest size; a sampler asks {@link #fits} <em>before</em> it adds a cut and therefore
 * never goes over. The one exception is a cut that is over the cap alone: it makes a batch of one,
 * counted as an incident in {@link SamplerReport}.
 */
public sealed interface SamplingConstraint permits TimeConstraint, FixedBatchSizes {

  /**
   * What one cut costs.
   *
   * @param cut the cut
   * @return effective seconds or tokens, 0 or more
   */
  double size(Cut cut);

  /**
   * {@return the most that n times the largest size may be, infinite where only the number counts}
   */
  double cap();

  /**
   * The most cuts of a batch.
   *
   * @param bin the bin the batch comes from, 0 or more
   * @return at least 1
   */
  int maxCuts(int bin);

  /**
   * Whether a batch may be this large; {@code !fits(n + 1, m, bin)} closes a batch of n cuts with
   * largest size m, because one more cut as long as the longest would not fit.
   *
   * @param cuts number of cuts
   * @param largest the largest size among them
   * @param bin the bin they come from, 0 or more
   * @return true where it stays within cap and number
   */
  default boolean fits(int cuts, double largest, int bin) {
    return cuts <= maxCuts(bin) && cuts * largest <= cap();
  }
}
