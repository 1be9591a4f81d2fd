package dev.stretto.samplers.batching;

/**
 * What a packer did so far.
 *
 * @param unit the budget's unit
 * @param limit the size of a bin
 * @param cuts cuts that came out in shared bins
 * @param bins shared bins that came out
 * @param total sum of the sizes of those cuts
 * @param oversize cuts above the limit that came out in a bin of their own; not counted in the
 *     other numbers
 */
public record PackingReport(
    String unit, long limit, long cuts, long bins, long total, long oversize) {

  /**
   * {@return the least number of bins that any packing of the same cuts needs, ceil(total / limit)}
   */
  public long lowerBound() {
    return Math.ceilDiv(total, limit);
  }

  /** {@return how close to perfect: bins / lowerBound, at least 1; 1 where nothing came out} */
  public double overLowerBound() {
    return bins == 0 ? 1 : (double) bins / lowerBound();
  }
}
