package dev.stretto.data.manifest;

/** How much of a manifest a reader keeps in the cuts. */
public enum Fields {
  /** Everything, so that the writers give back what was read. */
  ALL,
  /**
   * Duration, token count and language; the id is the cut's number in the reading order, text and
   * extra are empty. For streams of many millions of cuts.
   */
  LENGTHS
}
