package dev.stretto.papers.aded;

import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import java.util.HashMap;
import java.util.Map;

/**
 * Drafts from a tri-gram matrix that follows the text (ADED, Liu et al. 2024); no network, no
 * training. A context without successors gives no draft: a plain step.
 *
 * @param matrix what was counted; changed only where it is shared
 * @param update how a matrix follows the text
 * @param maker how it becomes a tree
 * @param shared whether all requests read and change this one matrix; else each has a copy, and its
 *     counts are those of the request alone. Tokens are the same either way.
 */
public record AdedDrafter(
    TrigramMatrix matrix, MatrixUpdate update, DraftMaker maker, boolean shared)
    implements Drafter {
  /**
   * With a private matrix for each request.
   *
   * @param matrix what was counted, unchanged
   * @param update how a matrix follows the text
   * @param maker how it becomes a tree
   */
  public AdedDrafter(TrigramMatrix matrix, MatrixUpdate update, DraftMaker maker) {
    this(matrix, update, maker, false);
  }

  @Override
  public Drafting open(Prompt prompt) {
    Map<Integer, TrigramMatrix> matrices = new HashMap<>();
    int[] seen = new int[prompt.tokens().length];
    return (NDManager scope, Row[] rows) -> {
      Draft[] drafts = new Draft[rows.length];
      for (int b = 0; b < rows.length; b++) {
        Row row = rows[b];
        TrigramMatrix own =
            shared ? matrix : matrices.computeIfAbsent(row.request(), _ -> matrix.copy());
        update.update(own, row, row.length() - seen[row.request()]);
        seen[row.request()] = row.length();
        drafts[b] =
            Draft.of(
                row.length() < 2
                    ? TokenTree.chain(row.pending())
                    : maker.draft(own, row.last(1), row.pending()));
      }
      return drafts;
    };
  }
}
