package dev.stretto.papers.hiddentransfer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.papers.hydra.DraftHeads;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.drafting.BestFirstTree;
import dev.stretto.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Drafts with what the target's own pass left behind (Hidden Transfer, Wu et al. 2024): the pseudo
 * states of the last accepted node give a distribution for each of the next k positions, and the
 * next tree is the product of their best ranks. There is no other draft step; a row's first pass
 * has no draft.
 *
 * @param model the target of the same decoding
 * @param nodes the most nodes of a tree, the pending token included
 */
public record TransferDrafter(HiddenTransfer model, int nodes) implements Drafter {
  /** Checks the number of nodes. */
  public TransferDrafter {
    if (nodes < 1 || nodes > 64) {
      throw new IllegalArgumentException("nodes is %d, expected 1 to 64".formatted(nodes));
    }
  }

  @Override
  public boolean wantsHidden() {
    return true;
  }

  @Override
  public Drafting open(Prompt prompt) {
    return new Ahead(prompt.tokens().length);
  }

  private final class Ahead implements Drafting {
    /** [row][offset][token]: probabilities, empty before a row's first pass. */
    private double[][][] distributions;

    Ahead(int rows) {
      distributions = new double[rows][0][];
    }

    @Override
    public Draft[] draft(NDManager scope, Row[] rows) {
      Draft[] drafts = new Draft[rows.length];
      for (int b = 0; b < rows.length; b++) {
        drafts[b] = Draft.of(BestFirstTree.ofProduct(rows[b].pending(), distributions[b], nodes));
      }
      return drafts;
    }

    @Override
    public void committed(VerifiedPass pass) {
      int k = model.offsets();
      if (k == 0) {
        return;
      }
      NDArray pseudo = pass.verified().hidden().orElseThrow().tapsBND().get(HiddenTransfer.PSEUDO);
      int[][] last =
          Arrays.stream(pass.paths())
              .map(path -> new int[] {path[path.length - 1]})
              .toArray(int[][]::new);
      NDArray states = DraftHeads.pick(pseudo, last).reshape(last.length, k, -1);
      FloatBuffer p = Tensors.floats(model.model().logits(states).softmax(2));
      distributions = new double[last.length][k][model.vocabulary()];
      for (double[][] row : distributions) {
        for (double[] offset : row) {
          Arrays.setAll(offset, token -> p.get());
        }
      }
    }

    @Override
    public void gather(int[] rows) {
      distributions =
          Arrays.stream(rows).mapToObj(row -> distributions[row]).toArray(double[][][]::new);
    }
  }
}
