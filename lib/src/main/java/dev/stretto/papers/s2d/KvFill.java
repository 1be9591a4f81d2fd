package dev.stretto.papers.s2d;

/** Where a nested model takes keys and values of layers that a token has skipped (S2D). */
public enum KvFill {
  /**
   * The missing layers run over all that skipped them as soon as a token goes deeper: exact, and
   * paid then.
   */
  LAZY,
  /**
   * The stream at the exit is projected by the matrices of every deeper layer when the next token
   * comes: a sixth of a layer each, always paid, and an approximation.
   */
  COPY
}
