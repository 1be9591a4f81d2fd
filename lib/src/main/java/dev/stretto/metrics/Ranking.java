package dev.stretto.metrics;

import org.apache.commons.math3.stat.ranking.NaturalRanking;
import org.apache.commons.math3.stat.ranking.TiesStrategy;

/** How well scores separate two classes. */
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
    double[] ranks = new NaturalRanking(TiesStrategy.AVERAGE).rank(scores);
    double sum = 0;
    long positives = 0;
    for (int i = 0; i < scores.length; i++) {
      sum += positive[i] ? ranks[i] : 0;
      positives += positive[i] ? 1 : 0;
    }
    long negatives = scores.length - positives;
    return (sum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
  }
}
