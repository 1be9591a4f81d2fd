package dev.stretto.metrics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Edit operations that turn references into hypotheses, and their number by reference length: CER
 * over characters (code points), WER over words. Over many pairs the rate is a ratio of sums, not a
 * mean of ratios. Of all shortest edits the one with the most substitutions is counted.
 *
 * @param length reference tokens
 * @param substitutions reference tokens that came out as another
 * @param insertions tokens without a reference token
 * @param deletions reference tokens that are missing
 */
public record ErrorRates(long length, long substitutions, long insertions, long deletions) {
  /** An insertion or deletion; a substitution costs 1 less, so that of equal edits it wins. */
  private static final long EDIT = 1L << 32;

  /**
   * Compares two sequences.
   *
   * @param reference what is right
   * @param hypothesis what came out
   * @return the counts
   */
  public static ErrorRates of(int[] reference, int[] hypothesis) {
    long[] row = new long[hypothesis.length + 1];
    for (int j = 0; j <= hypothesis.length; j++) {
      row[j] = j * EDIT;
    }
    for (int i = 1; i <= reference.length; i++) {
      long diagonal = row[0];
      row[0] = i * EDIT;
      for (int j = 1; j <= hypothesis.length; j++) {
        long kept = diagonal + (reference[i - 1] == hypothesis[j - 1] ? 0 : EDIT - 1);
        diagonal = row[j];
        row[j] = Math.min(kept, Math.min(row[j - 1], row[j]) + EDIT);
      }
    }
    long edits = Math.ceilDiv(row[hypothesis.length], EDIT);
    long substitutions = edits * EDIT - row[hypothesis.length];
    long longer = (long) hypothesis.length - reference.length; // = insertions - deletions
    long insertions = (edits - substitutions + longer) / 2;
    return new ErrorRates(reference.length, substitutions, insertions, insertions - longer);
  }

  /**
   * Compares texts by characters.
   *
   * @param reference what is right
   * @param hypothesis what came out
   * @return the counts; their {@link #rate()} is the CER
   */
  public static ErrorRates characters(String reference, String hypothesis) {
    return of(reference.codePoints().toArray(), hypothesis.codePoints().toArray());
  }

  /**
   * Compares texts by words, parted by white space.
   *
   * @param reference what is right
   * @param hypothesis what came out
   * @return the counts; their {@link #rate()} is the WER
   */
  public static ErrorRates words(String reference, String hypothesis) {
    Map<String, Integer> ids = new HashMap<>();
    return of(words(reference, ids), words(hypothesis, ids));
  }

  private static int[] words(String text, Map<String, Integer> ids) {
    return Arrays.stream(text.split("\\s+"))
        .filter(word -> !word.isEmpty())
        .mapToInt(word -> ids.computeIfAbsent(word, w -> ids.size()))
        .toArray();
  }

  /**
   * The sum over pairs.
   *
   * @param parts the counts of each pair
   * @return their sum; zeros for none
   */
  public static ErrorRates sum(List<ErrorRates> parts) {
    return new ErrorRates(
        parts.stream().mapToLong(ErrorRates::length).sum(),
        parts.stream().mapToLong(ErrorRates::substitutions).sum(),
        parts.stream().mapToLong(ErrorRates::insertions).sum(),
        parts.stream().mapToLong(ErrorRates::deletions).sum());
  }

  /** {@return the edit distance} */
  public long errors() {
    return substitutions + insertions + deletions;
  }

  /**
   * {@return errors by reference length, a fraction, above 1 where much is inserted; 0 without
   * errors, infinite where all references are empty}
   */
  public double rate() {
    return errors() == 0 ? 0 : (double) errors() / length;
  }
}
