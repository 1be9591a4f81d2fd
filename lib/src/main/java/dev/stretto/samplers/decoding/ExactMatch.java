package dev.stretto.samplers.decoding;

import java.util.Arrays;

/**
 * Follows the tree as long as it has the token that plain decoding takes: the best one, or at a
 * temperature the draw keyed by its place in the output. Lossless for any tree, deterministic ones
 * included, and token-identical to plain decoding under the same seed. A set C of brothers is
 * accepted with probability t(C): no rule does better for candidates that are not drawn.
 */
public record ExactMatch() implements Verifier {
  @Override
  public Verdict verify(Draft draft, NodeDistributions laws, int place, DecodingRandom chance) {
    int[] path = new int[draft.tree().size()];
    int kept = 1;
    while (true) {
      int node = path[kept - 1];
      int token = laws.token(node, chance, place + kept - 1);
      int child = draft.child(node, token);
      if (child < 0) {
        return new Verdict(Arrays.copyOf(path, kept), token);
      }
      path[kept++] = child;
    }
  }

  @Override
  public boolean lossless() {
    return true;
  }
}
