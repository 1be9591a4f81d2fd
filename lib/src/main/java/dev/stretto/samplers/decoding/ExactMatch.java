package dev.stretto.samplers.decoding;

import java.util.Arrays;

/**
 * Follows the tree as long as it has the token that plain decoding takes: the best one, or at a
 * temperature the draw keyed by its place in the output. Lossless for any tree, deterministic ones
 * included, and token-identical to plain decoding under the same seed. A set C of siblings is
 * accepted with probability t(C): no rule does better for candidates that are not drawn.
 */
public record ExactMatch() implements Verifier {
  @Override
  public Decision verify(
      Draft draft, NodeDistributions distributions, int position, DecodingRandom random) {
    int[] path = new int[draft.tree().size()];
    int kept = 1;
    while (true) {
      int node = path[kept - 1];
      int token = distributions.token(node, random, position + kept - 1);
      int child = draft.child(node, token);
      if (child < 0) {
        return new Decision(Arrays.copyOf(path, kept), token);
      }
      path[kept++] = child;
    }
  }

  @Override
  public boolean lossless() {
    return true;
  }
}
