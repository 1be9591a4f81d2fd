package dev.stretto.experiments;

/** What a criterion says of a measured value; computed, never written by hand. */
public enum Verdict {
  /** The value meets the threshold. */
  REPRODUCED,
  /** The value misses the threshold and lies beyond the neutral value, in the claimed direction. */
  WEAKER,
  /** The value misses the threshold, and there is no gain in the claimed direction. */
  NOT_REPRODUCED,
  /** Not measured, no threshold, or the preset or the number of seeds is too small. */
  NOT_JUDGED,
  /** An identity that is met; no claim is reproduced by it. */
  HOLDS,
  /** An identity that is not met: the code is wrong. */
  BROKEN
}
