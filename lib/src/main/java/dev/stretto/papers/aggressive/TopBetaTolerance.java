package dev.stretto.papers.aggressive;

import dev.stretto.samplers.decoding.DecodingRandom;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.NodeDistributions;
import dev.stretto.samplers.decoding.TypicalAcceptance;
import dev.stretto.samplers.decoding.Verifier;
import java.util.Arrays;

/**
 * The verification of GAD++ (Xia et al. 2023, section 3.3), <b>lossy</b>: a candidate is kept if it
 * is among the beta best of the target and its log-probability is at most {@code tolerance} below
 * the best one's; the correction is the best token. With beta 1 or tolerance 0 it is greedy
 * matching.
 *
 * @param beta how many of the best, 1 or more
 * @param tolerance gap of log-probabilities, 0 or more
 */
public record TopBetaTolerance(int beta, double tolerance) implements Verifier {
  /** Checks both; throws IllegalArgumentException naming the value. */
  public TopBetaTolerance {
    if (beta < 1 || !(tolerance >= 0)) {
      throw new IllegalArgumentException(
          "beta is %d and the tolerance %s, expected 1 or more and 0 or more"
              .formatted(beta, tolerance));
    }
  }

  @Override
  public Decision verify(
      Draft draft, NodeDistributions distributions, int position, DecodingRandom random) {
    return TypicalAcceptance.deepest(
        draft,
        distributions,
        (parent, node) -> {
          int token = draft.tree().tokens()[node];
          if (token == distributions.best(parent)) {
            return true;
          }
          double[] logProbs = distributions.logProbs(parent);
          double own = logProbs[token];
          return tolerance > 0
              && logProbs[distributions.best(parent)] - own <= tolerance
              && Arrays.stream(logProbs).filter(other -> other > own).count() < beta;
        },
        distributions::best);
  }

  @Override
  public boolean lossless() {
    return false;
  }
}
