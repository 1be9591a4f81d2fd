package dev.stretto.models;

import ai.djl.ndarray.NDArray;
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
  public record Memory(NDArray[] keysBHTd, NDArray[] valuesBHTd, int[] lengths) {}

  /**
   * Keys and values in front of a layer's own.
   *
   * @param keysBHPd (rows or 1, key heads, positions, head width)
   * @param valuesBHPd like keys
   */
  public record Prefix(NDArray keysBHPd, NDArray valuesBHPd) {}

  /**
   * Norms conditioned on a vector.
   *
   * @param vectorBND (rows or 1, positions or 1, condition width)
   * @return the conditions
   */
  public static Conditions adaptive(NDArray vectorBND) {
    return new Conditions(Optional.of(vectorBND), Optional.empty(), Map.of(), Map.of());
  }

  /**
   * Cross-attention to a memory.
   *
   * @param memory from {@code Transformer.memory}
   * @return the conditions
   */
  public static Conditions memory(Memory memory) {
    return new Conditions(Optional.empty(), Optional.of(memory), Map.of(), Map.of());
  }
}
