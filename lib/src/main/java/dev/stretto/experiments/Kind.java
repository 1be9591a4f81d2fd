package dev.stretto.experiments;

/** What sort of statement a criterion is, which decides how it is judged and compared. */
public enum Kind {
  /** True by construction: it holds or the code is broken; never counted as a reproduced claim. */
  IDENTITY,
  /** A count or a ratio of counts: the same on every machine. */
  COUNT,
  /** A measure of quality that depends on training and seeds. */
  QUALITY,
  /** A ratio of wall-clock times within one run: the machine's own. */
  WALL
}
