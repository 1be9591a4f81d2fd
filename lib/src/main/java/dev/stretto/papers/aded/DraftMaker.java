package dev.stretto.papers.aded;

import dev.stretto.models.TokenTree;
import java.util.Arrays;

/** Turns a {@link TrigramMatrix} into a tree of candidates. */
public interface DraftMaker {
  /**
   * Candidates behind two tokens.
   *
   * @param matrix read only
   * @param before the last committed token but one
   * @param pending the last committed token, node 0 of the tree
   * @return the tree; a lone node where the pair has no successors
   */
  TokenTree draft(TrigramMatrix matrix, int before, int pending);

  /**
   * The likeliest successor again and again.
   *
   * @param length tokens, 1 or more
   * @return a maker of chains
   */
  static DraftMaker chain(int length) {
    if (length < 1) {
      throw new IllegalArgumentException("length is " + length + ", expected 1 or more");
    }
    return (matrix, before, pending) -> {
      int[] tokens = new int[length + 1];
      tokens[0] = pending;
      int size = 1;
      TrigramMatrix.Row row = matrix.row(before, pending);
      while (size <= length && row.size() > 0) {
        tokens[size] = row.token(0);
        row = matrix.row(tokens[size - 1], tokens[size]);
        size++;
      }
      return TokenTree.chain(Arrays.copyOf(tokens, size));
    };
  }
}
