package dev.stretto.profilers;

/** How a mini-batch is laid out on the device, and so what it costs beside its useful work. */
public sealed interface BatchLayout {

  /**
   * Every cut padded to the longest input and the longest output of its batch: B rows of (Tmax,
   * Umax).
   */
  record Padded() implements BatchLayout {}

  /**
   * All positions of all cuts concatenated, attention within each cut only: no padding at all. It
   * needs attention over variable lengths.
   */
  record Ragged() implements BatchLayout {}

  /**
   * Cuts packed end to end into rows of fixed length; <em>each batch is one row</em>, and a step
   * stacks rows, their outputs padded to the longest of them, until one more would break the
   * profiler's memory budget (without a budget a step is one row).
   *
   * @param frames encoder positions a row, at least 1; a longer row costs its own length
   * @param denseMask true: attention over the whole row under a block-diagonal mask, so that masked
   *     pairs cost like any; false: attention within each cut
   */
  record Rows(int frames, boolean denseMask) implements BatchLayout {

    /** Checks the row length; throws IllegalArgumentException naming its value. */
    public Rows {
      if (frames < 1) {
        throw new IllegalArgumentException("frames is " + frames + ", expected 1 or more");
      }
    }
  }
}
