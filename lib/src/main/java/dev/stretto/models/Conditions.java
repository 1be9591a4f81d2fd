package dev.stretto.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What acts on a pass besides its input.
 *
 * @param adaptive vectors that scale and shift the norms: (rows or 1, positions or 1, condition
 *     width); one vector a position makes it spatial, equal ones within a group make it group-wise
 * @param memory what cross-attention reads
 * @param additive what is added to the residual stream, by number of layers passed: (rows or 1,
 *     positions or 1, width)
 * @param prefixes keys and values every position sees, by layer
 */
public record Conditions(
    Optional<NDArray> adaptive,
    Optional<Memory> memory,
    Map<Integer, NDArray> additive,
    Map<Integer, Prefix> prefixes) {
  /** None. */
  public static final Conditions NONE =
      new Conditions(Optional.empty(), Optional.empty(), Map.of(), Map.of());

  /**
   * Keys and values of cross-attention, computed once.
   *
   * @param keysBHTd one array a layer: (rows, heads, positions, head width)
   * @param valuesBHTd like keys
   * @param lengths real positions of each row; for a ragged row those of its sequences
   */
  public record Memory(NDArray[] keysBHTd, NDArray[] valuesBHTd, int[] lengths) {
    /**
     * Some of its rows.
     *
     * @param chosen row numbers
     * @return owned as this memory is
     */
    public Memory rows(int[] chosen) {
      return new Memory(
          Conditions.rows(keysBHTd, chosen),
          Conditions.rows(valuesBHTd, chosen),
          Arrays.stream(chosen).map(row -> lengths[row]).toArray());
    }
  }

  /**
   * Keys and values in front of a layer's own.
   *
   * @param keysBHPd (rows or 1, key heads, positions, head width)
   * @param valuesBHPd like keys
   */
  public record Prefix(NDArray keysBHPd, NDArray valuesBHPd) {}

  /**
   * Cross-attention to a memory.
   *
   * @param memory from {@code Transformer.memory}
   * @return the conditions
   */
  public static Conditions memory(Memory memory) {
    return new Conditions(Optional.empty(), Optional.of(memory), Map.of(), Map.of());
  }

  /**
   * The conditions of some rows. Adaptive vectors, additive inputs and prefixes of one row are
   * those of all.
   *
   * @param chosen row numbers
   * @return owned as these conditions are
   */
  public Conditions rows(int[] chosen) {
    Map<Integer, NDArray> adds = new HashMap<>(additive);
    adds.replaceAll((layer, array) -> rows(array, chosen));
    Map<Integer, Prefix> fronts = new HashMap<>(prefixes);
    fronts.replaceAll(
        (layer, old) -> new Prefix(rows(old.keysBHPd, chosen), rows(old.valuesBHPd, chosen)));
    return new Conditions(
        adaptive.map(array -> rows(array, chosen)),
        memory.map(old -> old.rows(chosen)),
        adds,
        fronts);
  }

  private static NDArray[] rows(NDArray[] arrays, int[] chosen) {
    return Arrays.stream(arrays).map(array -> rows(array, chosen)).toArray(NDArray[]::new);
  }

  private static NDArray rows(NDArray array, int[] chosen) {
    if (array.getShape().get(0) == 1) {
      return array;
    }
    NDList parts = new NDList();
    for (int row : chosen) {
      parts.add(Tensors.narrow(array.getManager(), array, 0, row, row + 1));
    }
    return NDArrays.concat(parts, 0);
  }
}
