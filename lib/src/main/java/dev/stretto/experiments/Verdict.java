package dev.stretto.experiments;

import java.util.Locale;

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
  /** An identity, arithmetic or a prediction that is met; no claim is reproduced by it. */
  HOLDS,
  /** Arithmetic or a prediction that misses its threshold; nothing was measured. */
  MISSED,
  /** An identity that is not met: the code is wrong. */
  BROKEN;

  /** {@return the verdict in plain words} */
  String words() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
