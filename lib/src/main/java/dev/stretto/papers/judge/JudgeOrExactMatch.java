package dev.stretto.papers.judge;

import dev.stretto.samplers.decoding.DecodingRandom;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.NodeDistributions;
import dev.stretto.samplers.decoding.TypicalAcceptance;
import dev.stretto.samplers.decoding.Verifier;

/**
 * Judge Decoding's rule (Bachmann et al. 2025, section 4), <b>lossy</b>: a candidate stays where
 * {@link ExactMatch} keeps it, or where a head on the target's state at the candidate itself finds
 * it right with a probability above theta; the deepest such path wins, behind it comes the target's
 * own token.
 *
 * @param head the judge
 * @param theta 1 for {@link ExactMatch}, below 0 to keep everything
 * @param guarded a token that only {@link ExactMatch} may keep, the end of the text as a rule: an
 *     early end cannot be repaired; -1 for none
 * @param matchToo whether what matches stays whatever the head says
 */
public record JudgeOrExactMatch(JudgeHead head, double theta, int guarded, boolean matchToo)
    implements Verifier {
  /** Checks the threshold. */
  public JudgeOrExactMatch {
    if (Double.isNaN(theta)) {
      throw new IllegalArgumentException("theta is NaN, expected a number");
    }
  }

  /**
   * The paper's rule.
   *
   * @param head the judge
   * @param theta the least probability of being right
   * @param guarded a token that only {@link ExactMatch} may keep, -1 for none
   */
  public JudgeOrExactMatch(JudgeHead head, double theta, int guarded) {
    this(head, theta, guarded, true);
  }

  @Override
  public Decision verify(
      Draft draft, NodeDistributions distributions, int position, DecodingRandom random) {
    int[] depths = draft.tree().depths();
    return TypicalAcceptance.deepest(
        draft,
        distributions,
        (parent, node) -> {
          int token = draft.tree().tokens()[node];
          boolean judged = token != guarded && head.probability(distributions.hidden(node)) > theta;
          boolean matches =
              (matchToo || token == guarded)
                  && token == distributions.token(parent, random, position + depths[parent]);
          return judged || matches;
        },
        node -> distributions.token(node, random, position + depths[node]));
  }

  @Override
  public boolean lossless() {
    return false;
  }

  @Override
  public boolean wantsHidden() {
    return true;
  }
}
