package dev.stretto.samplers.decoding;

import java.util.Arrays;

/**
 * Typical acceptance (Medusa, Cai et al. 2024, section 2.3.1), <b>lossy</b>: keeps a candidate
 * while its probability exceeds min(epsilon, delta exp(-H)), H the entropy of the target's
 * distribution; the longest such path wins, the likelier on ties; behind it the best token.
 *
 * @param epsilon hard threshold, .09 in the paper
 * @param delta entropy-dependent one, .3 in the paper
 */
public record TypicalAcceptance(double epsilon, double delta) implements Verifier {
  @Override
  public Decision verify(
      Draft draft, NodeDistributions distributions, int position, DecodingRandom random) {
    return deepest(
        draft,
        distributions,
        (parent, node) -> {
          double[] probabilities = distributions.probabilities(parent);
          double entropy =
              Arrays.stream(probabilities).map(p -> p > 0 ? -p * Math.log(p) : 0).sum();
          return probabilities[draft.tree().tokens()[node]]
              > Math.min(epsilon, delta * Math.exp(-entropy));
        },
        distributions::best);
  }

  /** Whether a node is kept behind its kept parent. */
  @FunctionalInterface
  public interface Rule {
    /**
     * Decides one node.
     *
     * @param parent its parent, which is kept
     * @param node a node
     * @return whether it is kept too
     */
    boolean keeps(int parent, int node);
  }

  /**
   * The deepest path whose nodes all pass, by log-likelihood on ties.
   *
   * @param draft what was fed
   * @param distributions the target's behind each node
   * @param rule which nodes pass
   * @param next the token behind a node
   * @return the path and its next token
   */
  public static Decision deepest(
      Draft draft,
      NodeDistributions distributions,
      Rule rule,
      java.util.function.IntUnaryOperator next) {
    int[] depths = draft.tree().depths();
    boolean[] kept = new boolean[depths.length];
    double[] likelihood = new double[depths.length];
    kept[0] = true;
    int best = 0;
    for (int node = 1; node < depths.length; node++) {
      int parent = draft.tree().parents()[node];
      if (!kept[parent] || !rule.keeps(parent, node)) {
        continue;
      }
      kept[node] = true;
      likelihood[node] =
          likelihood[parent] + distributions.logProbs(parent)[draft.tree().tokens()[node]];
      if (depths[node] > depths[best]
          || (depths[node] == depths[best] && likelihood[node] > likelihood[best])) {
        best = node;
      }
    }
    return new Decision(draft.tree().path(best), next.applyAsInt(best));
  }
}
