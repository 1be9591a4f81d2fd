package dev.stretto.models;

/**
 * The work of a pass in closed form.
 *
 * @param multiplyAdds of the matrix products, padded positions included
 * @param visiblePairs query-key pairs that the mask lets through, summed over rows and layers
 * @param densePairs pairs that are computed, summed over rows and layers
 * @param bytes weights read once, keys and values read and written, in 32-bit floats
 */
public record Cost(long multiplyAdds, long visiblePairs, long densePairs, long bytes) {
  /** No work. */
  public static final Cost NONE = new Cost(0, 0, 0, 0);

  /**
   * Two passes together.
   *
   * @param other the other one
   * @return the sums
   */
  public Cost plus(Cost other) {
    return new Cost(
        multiplyAdds + other.multiplyAdds,
        visiblePairs + other.visiblePairs,
        densePairs + other.densePairs,
        bytes + other.bytes);
  }

  /**
   * What the cost of a pass depends on.
   *
   * @param rows rows, padded ones included
   * @param positions new positions a row, padded ones included
   * @param keys keys computed against a row: cached positions and new ones
   * @param visible pairs that the mask lets through in one layer, summed over the rows
   * @param layers how many layers run
   * @param memory positions of the cross-attention memory a row, 0 for none
   */
  public record Shape(int rows, int positions, int keys, long visible, int layers, int memory) {
    /**
     * Causal decoding: every row has the same cached length and all new positions are real.
     *
     * @param rows rows
     * @param positions new positions a row
     * @param cached positions in the state
     * @param layers layers that run
     * @return the shape
     */
    public static Shape causal(int rows, int positions, int cached, int layers) {
      long visible = (long) rows * (positions * (long) cached + positions * (positions + 1L) / 2);
      return new Shape(rows, positions, cached + positions, visible, layers, 0);
    }
  }
}
