package dev.stretto.papers.aded;

import dev.stretto.models.TokenTree;
import dev.stretto.samplers.drafting.BestFirstTree;

/**
 * The most probable tree: exactly the N nodes with the largest products of probabilities, hence the
 * largest expected number of accepted tokens under the matrix. The plain baseline of the paper's
 * search.
 *
 * @param nodes N, candidates besides node 0, 1 or more
 * @param depth the deepest candidate, 1 or more
 */
public record BestFirstDraft(int nodes, int depth) implements DraftMaker {
  /** Checks both; throws IllegalArgumentException naming the fields. */
  public BestFirstDraft {
    if (nodes < 1 || depth < 1) {
      throw new IllegalArgumentException(
          "nodes is %d and depth %d, expected 1 or more".formatted(nodes, depth));
    }
  }

  @Override
  public TokenTree draft(TrigramMatrix matrix, int before, int pending) {
    return BestFirstTree.of(
        pending,
        nodes + 1,
        depth,
        node -> matrix.row(node.depth() == 0 ? before : node.parent().token(), node.token()));
  }
}
