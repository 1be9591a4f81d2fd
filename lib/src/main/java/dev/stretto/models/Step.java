package dev.stretto.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Set;

/**
 * One pass of a {@link Backbone}: n new positions in each of B rows.
 *
 * @param input what goes in
 * @param counts how many of the n positions of each row are real (the first ones); empty where all
 * @param positions where they stand
 * @param mask what they see
 * @param write what stays in the state
 * @param conditions what else acts on them
 * @param layers which layers run
 * @param taps where the residual stream is handed out: numbers of layers passed, 0 to all
 * @param training whether dropout is on
 */
public record Step(
    Input input,
    int[] counts,
    Positions positions,
    Mask mask,
    Write write,
    Conditions conditions,
    Layers layers,
    Set<Integer> taps,
    boolean training) {

  /** What goes in. */
  public sealed interface Input {
    /**
     * Token ids.
     *
     * @param idsBN 64-bit ids (rows, positions)
     */
    record Ids(NDArray idsBN) implements Input {}

    /**
     * Vectors in place of embeddings, or a residual stream that joins above a layer.
     *
     * @param xBND (rows, positions, width)
     */
    record Vectors(NDArray xBND) implements Input {}

    /**
     * Ids at some positions, vectors at others.
     *
     * @param idsBN ids; any valid id where a vector stands
     * @param xBND vectors; anything finite where an id stands
     * @param vectorBN1 1 where the vector is meant, 0 where the id is
     */
    record Mixed(NDArray idsBN, NDArray xBND, NDArray vectorBN1) implements Input {}

    /**
     * The array whose scope owns the results.
     *
     * @return ids or vectors
     */
    default NDArray array() {
      return switch (this) {
        case Ids ids -> ids.idsBN;
        case Vectors vectors -> vectors.xBND;
        case Mixed mixed -> mixed.idsBN;
      };
    }

    /**
     * The scope that owns the results.
     *
     * @return of the ids or vectors
     */
    default NDManager scope() {
      return array().getManager();
    }

    /**
     * Rows.
     *
     * @return B
     */
    default int rows() {
      return (int) array().getShape().get(0);
    }

    /**
     * New positions a row.
     *
     * @return n
     */
    default int positions() {
      return (int) array().getShape().get(1);
    }
  }

  /** Where the new positions stand. */
  public sealed interface Positions {
    /** Behind the committed ones: length, length + 1, ... */
    record Next() implements Positions {}

    /**
     * Explicit coordinates.
     *
     * @param coordinates [row][position][axis]; one row stands for all
     */
    record At(float[][][] coordinates) implements Positions {}
  }

  /** What stays in the state. */
  public sealed interface Write {
    /** Nothing, until {@link State#commit}. */
    record Peek() implements Write {}

    /**
     * The first positions of each row.
     *
     * @param first how many, at most the row's count
     */
    record Append(int[] first) implements Write {}

    /** All real positions. */
    record AppendAll() implements Write {}

    /**
     * At given places of the cache, over what is there.
     *
     * @param slots [row][position], each place at most once a row
     */
    record At(int[][] slots) implements Write {}
  }

  /**
   * Which layers run; the others neither compute nor remember.
   *
   * @param active the numbers of the layers, rising, 0 is the lowest
   */
  public record Layers(int[] active) {
    /** All of them. */
    public static final Layers ALL = new Layers(new int[0]);

    /**
     * Layers in a row.
     *
     * @param from the first
     * @param to behind the last, above {@code from}
     * @return the range
     */
    public static Layers range(int from, int to) {
      return new Layers(java.util.stream.IntStream.range(from, to).toArray());
    }

    /**
     * The numbers of the active layers.
     *
     * @param total how many the network has
     * @return rising numbers
     */
    public int[] of(int total) {
      return active.length > 0 ? active : range(0, total).active;
    }
  }

  /**
   * Token ids appended to a causal state: what a language model does all day.
   *
   * @param idsBN 64-bit ids (rows, positions)
   * @return the step
   */
  public static Step of(NDArray idsBN) {
    return of(new Input.Ids(idsBN));
  }

  /**
   * A causal step that appends its input.
   *
   * @param input ids, vectors or both
   * @return the step, to be altered by the methods below
   */
  public static Step of(Input input) {
    return new Step(
        input,
        new int[0],
        new Positions.Next(),
        new Mask.Causal(),
        new Write.AppendAll(),
        Conditions.NONE,
        Layers.ALL,
        Set.of(),
        false);
  }

  /**
   * With another input.
   *
   * @param other of as many rows and positions
   * @return the altered step
   */
  public Step input(Input other) {
    return new Step(other, counts, positions, mask, write, conditions, layers, taps, training);
  }

  /**
   * With padded rows.
   *
   * @param real real positions of each row
   * @return the altered step
   */
  public Step counts(int[] real) {
    return new Step(input, real, positions, mask, write, conditions, layers, taps, training);
  }

  /**
   * At other positions.
   *
   * @param at where
   * @return the altered step
   */
  public Step at(Positions at) {
    return new Step(input, counts, at, mask, write, conditions, layers, taps, training);
  }

  /**
   * At coordinates on one axis.
   *
   * @param rows positions of each row
   * @return the altered step
   */
  public Step at(int[][] rows) {
    float[][][] coordinates = new float[rows.length][][];
    for (int b = 0; b < rows.length; b++) {
      coordinates[b] = new float[rows[b].length][1];
      for (int i = 0; i < rows[b].length; i++) {
        coordinates[b][i][0] = rows[b][i];
      }
    }
    return at(new Positions.At(coordinates));
  }

  /**
   * Under another mask.
   *
   * @param other what is seen
   * @return the altered step
   */
  public Step mask(Mask other) {
    return new Step(input, counts, positions, other, write, conditions, layers, taps, training);
  }

  /**
   * Written otherwise.
   *
   * @param other what stays
   * @return the altered step
   */
  public Step write(Write other) {
    return new Step(input, counts, positions, mask, other, conditions, layers, taps, training);
  }

  /**
   * Leaving the state alone.
   *
   * @return the altered step
   */
  public Step peek() {
    return write(new Write.Peek());
  }

  /**
   * Under conditions.
   *
   * @param other what acts on it
   * @return the altered step
   */
  public Step conditions(Conditions other) {
    return new Step(input, counts, positions, mask, write, other, layers, taps, training);
  }

  /**
   * Through some of the layers.
   *
   * @param other which
   * @return the altered step
   */
  public Step layers(Layers other) {
    return new Step(input, counts, positions, mask, write, conditions, other, taps, training);
  }

  /**
   * Handing out the residual stream.
   *
   * @param numbers of layers passed
   * @return the altered step
   */
  public Step taps(Set<Integer> numbers) {
    return new Step(input, counts, positions, mask, write, conditions, layers, numbers, training);
  }

  /**
   * With dropout.
   *
   * @return the altered step
   */
  public Step train() {
    return new Step(input, counts, positions, mask, write, conditions, layers, taps, true);
  }

  /**
   * The real positions of a row.
   *
   * @param row which
   * @return its count
   */
  public int count(int row) {
    return counts.length == 0 ? input.positions() : counts[row];
  }
}
