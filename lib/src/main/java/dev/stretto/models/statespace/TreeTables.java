package dev.stretto.models.statespace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Mask;
import dev.stretto.models.Step;
import java.util.Arrays;

/**
 * What the layers of one pass share: who is whose ancestor and what the convolution reads.
 *
 * @param chain whether every position continues the one before it
 * @param pathsRNN mask of the trees; of a chain a triangle, at most a piece wide
 * @param placesBNT inputs of the convolution
 */
record TreeTables(boolean chain, NDArray pathsRNN, NDArray placesBNT) {
  /** Positions of a chain that are scanned at once. */
  private static final int PIECE = 64;

  /**
   * The tables of a pass.
   *
   * @param step with a causal mask or trees of parents before children
   * @param width taps of the convolution
   * @param most nodes of a tree
   * @return owned by the scope of the input
   */
  static TreeTables of(Step step, int width, int most) {
    NDManager scope = step.input().scope();
    int rows = step.input().rows();
    int n = step.input().positions();
    int[][][] taps = new int[rows][][];
    if (step.mask() instanceof Mask.Causal) {
      int[] parents = new int[n];
      Arrays.setAll(parents, i -> i - 1);
      Arrays.fill(taps, TreeConvolution.gather(parents, width));
      int piece = Math.min(n, PIECE);
      boolean[][] triangle = new boolean[piece][piece];
      for (int i = 0; i < piece; i++) {
        Arrays.fill(triangle[i], 0, i + 1, true);
      }
      return new TreeTables(
          true, TreeScan.paths(scope, triangle), TreeConvolution.places(scope, taps));
    }
    if (!(step.mask() instanceof Mask.Visible visible) || visible.cached().length > 0) {
      throw new IllegalArgumentException(
          "a state-space layer under the mask %s: expected a causal one, or trees that see all that is committed"
              .formatted(step.mask().getClass().getSimpleName()));
    }
    if (n > most) {
      throw new IllegalArgumentException(
          "a tree of %d nodes, expected at most the %d that the network was declared for"
              .formatted(n, most));
    }
    boolean[][][] ancestors = new boolean[rows][n][];
    for (int b = 0; b < rows; b++) {
      int[] parents = new int[n];
      for (int i = 0; i < n; i++) {
        boolean real = i < step.count(b);
        // behind a row's real positions anything goes that is finite
        parents[i] = real ? parent(visible.fresh()[b], b, i) : -1;
        ancestors[b][i] = parents[i] < 0 ? new boolean[n] : ancestors[b][parents[i]].clone();
        ancestors[b][i][i] = true;
        if (real && !Arrays.equals(ancestors[b][i], visible.fresh()[b][i])) {
          throw new IllegalArgumentException(
              "position %d of row %d sees other positions than its parent %d does, expected a tree"
                  .formatted(i, b, parents[i]));
        }
      }
      taps[b] = TreeConvolution.gather(parents, width);
    }
    return new TreeTables(
        false, TreeScan.paths(scope, ancestors), TreeConvolution.places(scope, taps));
  }

  private static int parent(boolean[][] sees, int row, int node) {
    for (int j = node + 1; j < sees.length; j++) {
      if (sees[node][j]) {
        throw new IllegalArgumentException(
            "position %d of row %d sees position %d behind it, expected parents before children"
                .formatted(node, row, j));
      }
    }
    for (int j = node - 1; j >= 0; j--) {
      if (sees[node][j]) {
        return j;
      }
    }
    if (node > 0) {
      throw new IllegalArgumentException(
          "position %d of row %d has no parent and is a second root, expected one root, position 0"
              .formatted(node, row));
    }
    return -1;
  }
}
