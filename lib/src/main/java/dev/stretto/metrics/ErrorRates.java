package dev.stretto.metrics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

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
  /** An insertion or deletion. */
  static final long EDIT = 1L << 32;

  /** A substitution costs 1 less, so that of equal edits it wins. */
  static final long SUBSTITUTION = EDIT - 1;

  /**
   * Compares two sequences.
   *
   * @param reference what is right
   * @param hypothesis what came out
   * @return the counts
   */
  public static ErrorRates of(int[] reference, int[] hypothesis) {
    long[] row = firstRow(hypothesis);
    for (int token : reference) {
      advance(row, token, hypothesis);
    }
    long edits = Math.ceilDiv(row[hypothesis.length], EDIT);
    long substitutions = edits * EDIT - row[hypothesis.length];
    long longer = (long) hypothesis.length - reference.length; // = insertions - deletions
    long insertions = (edits - substitutions + longer) / 2;
    return new ErrorRates(reference.length, substitutions, insertions, insertions - longer);
  }

  /** Costs of turning the first i tokens of one sequence into the first j of another: [i][j]. */
  static long[][] costs(int[] reference, int[] hypothesis) {
    long[][] rows = new long[reference.length + 1][];
    rows[0] = firstRow(hypothesis);
    for (int i = 1; i < rows.length; i++) {
      rows[i] = rows[i - 1].clone();
      advance(rows[i], reference[i - 1], hypothesis);
    }
    return rows;
  }

  private static long[] firstRow(int[] hypothesis) {
    return LongStream.rangeClosed(0, hypothesis.length).map(j -> j * EDIT).toArray();
  }

  /** From the costs of i reference tokens to those of i + 1, in place. */
  private static void advance(long[] row, int token, int[] hypothesis) {
    long diagonal = row[0];
    row[0] += EDIT;
    for (int j = 1; j <= hypothesis.length; j++) {
      long kept = diagonal + (token == hypothesis[j - 1] ? 0 : SUBSTITUTION);
      diagonal = row[j];
      row[j] = Math.min(kept, Math.min(row[j - 1], row[j]) + EDIT);
    }
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
   * Compares texts by words, separated by white space.
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
