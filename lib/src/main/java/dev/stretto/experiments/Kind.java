package dev.stretto.experiments;

/** What sort of statement a criterion is, which decides how it is judged, compared and counted. */
public enum Kind {
  /** True by construction: it holds or the code is broken. */
  IDENTITY,
  /** Follows from constants or from counts that are printed already. */
  ARITHMETIC,
  /** A prediction of the roofline or of counts: computed, not measured. */
  MODEL,
  /** Counted in a run, and could have come out otherwise: the same on every machine. */
  COUNT,
  /** Depends on training and seeds: judged from extended runs on. */
  QUALITY,
  /** A ratio of wall-clock times within one run: the machine's own. */
  WALL;

  /** {@return whether a verdict of this kind counts: something was measured} */
  public boolean counts() {
    return compareTo(COUNT) >= 0;
  }
}
