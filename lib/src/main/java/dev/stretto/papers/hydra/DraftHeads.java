package dev.stretto.papers.hydra;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Trainable;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.layers.Ops;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;

/**
 * Small networks on a frozen target's final states that guess the tokens after its next one. With
 * h_s the state of the last token that was read, y_1 the target's own next token and y_2, ... the
 * drafted ones, the head of depth j gives the distribution of y_(j+1).
 */
public interface DraftHeads extends Trainable {
  /** {@return how many heads there are} */
  int depths();

  /** {@return the model whose states they read; not theirs to train or close} */
  CausalLm target();

  /** {@return how many tokens before y_1 they read beside the states} */
  default int before() {
    return 0;
  }

  /**
   * Starts to draft for rows.
   *
   * @param rows how many
   * @return what they remember of the rows; owned by the caller
   */
  Context open(int rows);

  /**
   * Drafts after many positions of known texts at once, for training.
   *
   * @param statesBND the target's states (rows, positions, width); their scope owns the results
   * @param tokens the texts, as long or longer
   * @param from first position that is the s of a draft: node 0 of every depth
   * @param to after the last one
   * @return the walk, whose nodes keep their places
   */
  Walk teach(NDArray statesBND, int[][] tokens, int from, int to);

  /** What is remembered of the rows. */
  interface Context extends AutoCloseable {
    /**
     * Newly accepted tokens.
     *
     * @param statesBND the target's states (rows, most tokens of a row, width)
     * @param counts how many are real in each row (the first ones)
     */
    void read(NDArray statesBND, int[] counts);

    /**
     * Starts a draft after the last accepted tokens.
     *
     * @param scope owns the results
     * @param texts tokens before y_1 of each row, the oldest first, as many as {@link #before} or
     *     more; in a shorter text the oldest is there again
     * @return the walk. Throws IllegalArgumentException naming the row for too few.
     */
    Walk walk(NDManager scope, int[][] texts);

    /**
     * Keeps some rows.
     *
     * @param rows old row numbers
     */
    void gather(int[] rows);

    @Override
    void close();
  }

  /** A draft that grows a depth a call. */
  interface Walk {
    /**
     * One more depth, all nodes in one call.
     *
     * @param tokens newest token of each node, [row][node]: y_1 at the first call
     * @param parents for each node its place among the last call's nodes; empty where nodes keep
     *     their places
     * @return logits of the token after each node (rows, nodes, vocabulary); one node's where all
     *     nodes have the same distribution
     */
    NDArray next(int[][] tokens, int[] parents);

    /** {@return the states that stand for the target's at the last call's nodes, where made} */
    default Optional<NDArray> states() {
      return Optional.empty();
    }
  }

  /**
   * Vectors by number, each row's own.
   *
   * @param scope owns the result
   * @param xBND (rows, n, width)
   * @param places which of the n, [row][place]
   * @return (rows, places, width)
   */
  static NDArray pick(NDManager scope, NDArray xBND, int[][] places) {
    long[] shape = xBND.getShape().getShape();
    long[] index = new long[places.length * places[0].length];
    for (int b = 0, at = 0; b < places.length; b++) {
      for (int place : places[b]) {
        index[at++] = b * shape[1] + place;
      }
    }
    return chosen(
        scope.create(index, new Shape(places.length, places[0].length)),
        xBND.reshape(shape[0] * shape[1], shape[2]));
  }

  /**
   * The same nodes of every row.
   *
   * @param xBND (rows, n, width); its scope owns the result
   * @param parents which of the n; empty for all
   * @return (rows, parents, width)
   */
  static NDArray pick(NDArray xBND, int[] parents) {
    if (parents.length == 0) {
      return xBND;
    }
    int[][] places = new int[(int) xBND.getShape().get(0)][];
    Arrays.fill(places, parents);
    return pick(xBND.getManager(), xBND, places);
  }

  /**
   * Some rows.
   *
   * @param scope owns the result
   * @param xB1D (rows, 1, width)
   * @param rows which
   * @return (chosen rows, 1, width)
   */
  static NDArray rows(NDManager scope, NDArray xB1D, int[] rows) {
    long[] index = Arrays.stream(rows).asLongStream().toArray();
    return chosen(
        scope.create(index, new Shape(rows.length, 1)), xB1D.reshape(-1, xB1D.getShape().get(2)));
  }

  private static NDArray chosen(NDArray ids, NDArray flat) {
    NDArray rows = Ops.embedding(ids, flat);
    // the backward pass reads the ids
    if (!Tensors.recording()) {
      ids.close();
      flat.close();
    }
    return rows;
  }

  /**
   * Token ids as an array.
   *
   * @param scope owns it
   * @param tokens [row][node]
   * @return (rows, nodes)
   */
  static NDArray ids(NDManager scope, int[][] tokens) {
    return NetworkSession.padded(scope, tokens, tokens[0].length);
  }
}
