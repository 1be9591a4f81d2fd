package dev.stretto.data.audio;

/** How log-mel bins are brought to mean 0 and deviation 1. */
public sealed interface Normalisation {

  /** As they are. */
  record None() implements Normalisation {}

  /** Each bin over the frames of its utterance, as NeMo does. */
  record PerUtterance() implements Normalisation {}

  /**
   * Each bin with fixed figures, from {@link LogMel#fitted}.
   *
   * @param mean one a bin; not copied
   * @param deviation one a bin, above 0; not copied
   */
  @SuppressWarnings("ArrayRecordComponent") // read by LogMel alone
  record Global(float[] mean, float[] deviation) implements Normalisation {}
}
