package dev.stretto.samplers.decoding;

/**
 * The simplest rule that keeps more than {@link ExactMatch}, <b>lossy</b>: a candidate stays where
 * it matches or where the target gives it a probability of at least epsilon, whatever the
 * temperature. Behind it comes the target's own token. The baseline that a judge has to beat.
 *
 * @param epsilon from 0, which keeps everything; above 1 for {@link ExactMatch}
 */
public record ProbabilityThreshold(double epsilon) implements Verifier {
  /** Checks the threshold. */
  public ProbabilityThreshold {
    if (!(epsilon >= 0)) {
      throw new IllegalArgumentException("epsilon is " + epsilon + ", expected 0 or more");
    }
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
          return Math.exp(distributions.logProbs(parent)[token]) >= epsilon
              || token == distributions.token(parent, random, position + depths[parent]);
        },
        node -> distributions.token(node, random, position + depths[node]));
  }
}
