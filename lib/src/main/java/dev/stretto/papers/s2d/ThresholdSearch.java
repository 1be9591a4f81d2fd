package dev.stretto.papers.s2d;

import dev.stretto.papers.s2d.ExitTrace.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Thresholds for a target: all of a grid are played through one log (S2D's thresholds are set per
 * target; a dear draft wants shallow exits, a dear target deep ones).
 *
 * @param grid thresholds to try, from 0; one above 1 never leaves
 */
public record ThresholdSearch(double... grid) {
  /** {@return eight thresholds from always to never} */
  public static ThresholdSearch standard() {
    return new ThresholdSearch(0, .3, .5, .7, .8, .9, .97, 2);
  }

  /**
   * All settings.
   *
   * @param log of a target
   * @param depth K
   * @param stops values of the rule that ends a draft; 0 alone for none
   * @return outcomes
   */
  public List<Outcome> all(ExitTrace log, int depth, double... stops) {
    List<Outcome> outcomes = new ArrayList<>();
    double[] thresholds = new double[log.draft().exits() - 1];
    int settings = (int) Math.pow(grid.length, thresholds.length);
    for (double stop : stops) {
      for (int setting = 0; setting < settings; setting++) {
        for (int e = 0, rest = setting; e < thresholds.length; e++, rest /= grid.length) {
          thresholds[e] = grid[rest % grid.length];
        }
        outcomes.add(log.simulate(new ExitPolicy(depth, thresholds, stop)));
      }
    }
    return outcomes;
  }

  /**
   * The fastest setting.
   *
   * @param outcomes of {@link #all}
   * @param pass as in {@link Outcome#speed}
   * @param token as in {@link Outcome#speed}
   * @return the first of the best
   */
  public static Outcome best(List<Outcome> outcomes, double pass, double token) {
    return outcomes.stream()
        .max(Comparator.comparingDouble(outcome -> outcome.speed(pass, token)))
        .orElseThrow();
  }
}
