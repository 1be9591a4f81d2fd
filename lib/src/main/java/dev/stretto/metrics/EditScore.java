package dev.stretto.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How much of what had to be corrected was corrected, and how much was changed without need: edits
 * from source to hypothesis beside those from source to reference, as the MaxMatch score of
 * grammatical error correction has it (Dahlmeier and Ng 2012), with edits taken from one alignment.
 * An edit is equal to another where it puts the same tokens in the same place of the source. Over
 * many texts counts are summed, never scores averaged.
 *
 * @param found edits of the hypothesis that the reference has too
 * @param needless edits of the hypothesis alone
 * @param missed edits of the reference alone
 */
public record EditScore(long found, long needless, long missed) {
  /**
   * A run of changed tokens.
   *
   * @param from place of the source's first token that is replaced
   * @param to place behind the last one; {@code from} where tokens are put in only
   * @param tokens ids that stand there instead; none where tokens are dropped only
   */
  record Edit(int from, int to, List<Integer> tokens) {}

  /**
   * Compares two corrections of a text.
   *
   * @param source ids of what was to be corrected
   * @param hypothesis ids of what came out
   * @param reference ids of what is right
   * @return the counts
   */
  public static EditScore of(int[] source, int[] hypothesis, int[] reference) {
    List<Edit> made = edits(source, hypothesis);
    List<Edit> due = edits(source, reference);
    long found = made.stream().filter(due::contains).count();
    return new EditScore(found, made.size() - found, due.size() - found);
  }

  /**
   * The edits of the alignment that {@link ErrorRates} counts; of equal ones the one that changes
   * tokens as early as possible. Two edits are separated by at least one kept token.
   */
  static List<Edit> edits(int[] source, int[] other) {
    long[][] costs = ErrorRates.costs(source, other);
    List<int[]> kept = new ArrayList<>(); // places in both texts, from the right
    int i = source.length;
    int j = other.length;
    kept.add(new int[] {i, j});
    while (i > 0 || j > 0) {
      long cost = costs[i][j];
      boolean both = i > 0 && j > 0;
      boolean equal = both && source[i - 1] == other[j - 1];
      if (equal && cost == costs[i - 1][j - 1]) {
        kept.add(new int[] {--i, --j});
      } else if (both && !equal && cost == costs[i - 1][j - 1] + ErrorRates.SUBSTITUTION) {
        i--;
        j--;
      } else if (i > 0 && cost == costs[i - 1][j] + ErrorRates.EDIT) {
        i--;
      } else {
        j--;
      }
    }
    kept.add(new int[] {-1, -1});
    List<Edit> edits = new ArrayList<>();
    for (int k = kept.size() - 1; k > 0; k--) {
      int from = kept.get(k)[0] + 1;
      int begin = kept.get(k)[1] + 1;
      int to = kept.get(k - 1)[0];
      int end = kept.get(k - 1)[1];
      if (from < to || begin < end) {
        edits.add(new Edit(from, to, Arrays.stream(other, begin, end).boxed().toList()));
      }
    }
    return edits;
  }

  /**
   * The sum over texts.
   *
   * @param parts the counts of each text
   * @return their sum; zeros for none
   */
  public static EditScore sum(List<EditScore> parts) {
    return new EditScore(
        parts.stream().mapToLong(EditScore::found).sum(),
        parts.stream().mapToLong(EditScore::needless).sum(),
        parts.stream().mapToLong(EditScore::missed).sum());
  }

  /** {@return share of the edits made that were due; 1 where none was made} */
  public double precision() {
    return found + needless == 0 ? 1 : (double) found / (found + needless);
  }

  /** {@return share of the edits due that were made; 1 where none was due} */
  public double recall() {
    return found + missed == 0 ? 1 : (double) found / (found + missed);
  }

  /**
   * Precision P and recall R in one number, F = (1 + beta^2) P R / (beta^2 P + R).
   *
   * @param beta how many times recall weighs as much as precision, above 0; .5 for corrections,
   *     where a needless change is worse than a missed one
   * @return 0 to 1; 0 where both are 0
   */
  public double f(double beta) {
    if (!(beta > 0) || Double.isInfinite(beta)) {
      throw new IllegalArgumentException("beta is " + beta + ", expected a number above 0");
    }
    double square = beta * beta;
    double below = square * precision() + recall();
    return below == 0 ? 0 : (1 + square) * precision() * recall() / below;
  }
}
