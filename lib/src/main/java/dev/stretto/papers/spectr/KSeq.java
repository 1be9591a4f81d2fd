package dev.stretto.papers.spectr;

import dev.stretto.samplers.decoding.AcceptanceRule;
import dev.stretto.samplers.decoding.DecodingRandom;

/**
 * K-SEQ (SpecTr, Sun et al. 2023, algorithm 3): the first candidate with u below t(x) / (rho d(x))
 * is accepted, where the division factor rho makes the acceptances add up to a coupling. With
 *
 * <pre>beta(rho) = sum over x of min(d(x), t(x) / rho),   P(accept) = 1 - (1 - beta)^K</pre>
 *
 * rho solves P(accept) = rho beta(rho); it lies between 1 and K. It reaches at least 1 - (1 -
 * 1/K)^K of the optimum of {@link MembershipTransport}. With one candidate rho is 1 and this is
 * speculative sampling.
 */
public record KSeq() implements AcceptanceRule {
  private static final int BISECTIONS = 60;

  @Override
  public Outcome accept(double[] target, double[] draft, int[] candidates, DecodingRandom random) {
    double rho = solveRho(target, draft, candidates.length);
    for (int i = 0; i < candidates.length; i++) {
      int x = candidates[i];
      if (random.happens(target[x] / (rho * draft[x]))) {
        return new Accepted(i);
      }
    }
    return new Rejected(random.draw(residual(target, draft, rho)));
  }

  /**
   * The division factor. Where both sides are 0 or meet on a stretch, its upper end: valid too.
   *
   * @param target t
   * @param draft d
   * @param candidates K, 1 or more
   * @return 1 to K
   */
  public static double solveRho(double[] target, double[] draft, int candidates) {
    double low = 1;
    double high = candidates;
    // rho beta rises, 1 - (1 - beta)^K falls: above the crossing the coupling is valid
    for (int i = 0; i < BISECTIONS && low < high; i++) {
      double middle = (low + high) / 2;
      if (accepts(beta(target, draft, middle), candidates) > middle * beta(target, draft, middle)) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /**
   * How likely a candidate is accepted.
   *
   * @param target t
   * @param draft d
   * @param candidates K, 1 or more
   * @return 1 - (1 - beta)^K at the solved rho
   */
  public static double acceptance(double[] target, double[] draft, int candidates) {
    AcceptanceRule.check(target, draft, candidates);
    return accepts(beta(target, draft, solveRho(target, draft, candidates)), candidates);
  }

  private static double beta(double[] target, double[] draft, double rho) {
    double sum = 0;
    for (int x = 0; x < target.length; x++) {
      sum += Math.min(draft[x], target[x] / rho);
    }
    return Math.min(1, sum);
  }

  private static double accepts(double beta, int candidates) {
    return 1 - Math.pow(1 - beta, candidates);
  }

  /**
   * The distribution where all candidates fail.
   *
   * @param target t
   * @param draft d
   * @param rho as solved
   * @return norm(max(t - rho d, 0)): 0 or more, summing to 1; t where nothing is left but rounding
   */
  public static double[] residual(double[] target, double[] draft, double rho) {
    double[] rest = new double[target.length];
    double sum = 0;
    for (int x = 0; x < rest.length; x++) {
      rest[x] = Math.max(target[x] - rho * draft[x], 0);
      sum += rest[x];
    }
    if (!(sum > 0)) {
      return target.clone();
    }
    for (int x = 0; x < rest.length; x++) {
      rest[x] /= sum;
    }
    return rest;
  }
}
