package dev.stretto.metrics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** How well scores part two classes. */
public final class Ranking {
  private Ranking() {}

  /**
   * The area under the receiver's operating characteristic: the probability that a positive scores
   * above a negative, ties counting half (Mann and Whitney's statistic over its maximum).
   *
   * @param scores one an example, none NaN
   * @param positive its class
   * @return 0 to 1, .5 for scores that say nothing; NaN where a class is empty
   */
  public static double auc(double[] scores, boolean[] positive) {
    int[] order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> scores[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double ranks = 0;
    long positives = 0;
    for (int from = 0, to; from < order.length; from = to) {
      to = from;
      while (to < order.length && scores[order[to]] == scores[order[from]]) {
        to++;
      }
      long tied = Arrays.stream(order, from, to).filter(i -> positive[i]).count();
      ranks += tied * (from + to + 1) / 2.0;
      positives += tied;
    }
    long negatives = scores.length - positives;
    return (ranks - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
  }
}
