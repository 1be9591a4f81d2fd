package dev.stretto.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The named weights of a network, in the order of their making. Each is drawn from a seed of its
 * own name, so that adding one changes no other. {@link #under} gives a part of the network a view
 * with a prefix ("layers.0.") over the same weights.
 */
public final class Parameters implements AutoCloseable {
  private static final NDIndex ALL = new NDIndex("...");

  private final NDManager manager;
  private final Optional<SeedTree> seed;
  private final String prefix;
  private final Map<String, NDArray> arrays;

  /**
   * An empty set.
   *
   * @param seed where weights are drawn from
   */
  public Parameters(SeedTree seed) {
    this(Tensors.manager(), Optional.of(seed), "", new LinkedHashMap<>());
  }

  /**
   * An empty set for weights that a file will bring: nothing is drawn.
   *
   * @return a set whose normal weights are zero
   */
  public static Parameters undrawn() {
    return new Parameters(Tensors.manager(), Optional.empty(), "", new LinkedHashMap<>());
  }

  private Parameters(
      NDManager manager, Optional<SeedTree> seed, String prefix, Map<String, NDArray> arrays) {
    this.manager = manager;
    this.seed = seed;
    this.prefix = prefix;
    this.arrays = arrays;
  }

  /**
   * The same weights seen under a prefix.
   *
   * @param part a name without dots at its ends, for example {@code layers.0}
   * @return a view; closing it closes all
   */
  public Parameters under(String part) {
    return new Parameters(manager, seed, prefix + part + ".", arrays);
  }

  /**
   * A new weight drawn from a normal distribution.
   *
   * @param name unique under this prefix
   * @param deviation standard deviation
   * @param shape its shape
   * @return the weight, owned by this set
   */
  public NDArray normal(String name, double deviation, long... shape) {
    String full = prefix + name;
    Shape size = new Shape(shape);
    return add(
        full,
        seed.map(tree -> Tensors.normal(manager, tree.child(full).rng(), deviation, size))
            .orElseGet(() -> manager.zeros(size)));
  }

  /**
   * A new weight of equal numbers.
   *
   * @param name unique under this prefix
   * @param value its numbers
   * @param shape its shape
   * @return the weight, owned by this set
   */
  public NDArray constant(String name, double value, long... shape) {
    return add(prefix + name, manager.full(new Shape(shape), (float) value));
  }

  private NDArray add(String full, NDArray array) {
    array.setName(full);
    if (arrays.putIfAbsent(full, array) != null) {
      array.close();
      throw new IllegalArgumentException(
          "parameter '" + full + "' exists already, expected a new name");
    }
    return array;
  }

  /**
   * All weights of the network, whatever the prefix.
   *
   * @return by full name, in the order of their making; not to be changed
   */
  public Map<String, NDArray> all() {
    return Collections.unmodifiableMap(arrays);
  }

  /**
   * One weight.
   *
   * @param name its name under this prefix
   * @return the weight; throws IllegalArgumentException where there is none
   */
  public NDArray get(String name) {
    NDArray array = arrays.get(prefix + name);
    if (array == null) {
      throw new IllegalArgumentException(
          "there is no parameter '%s', expected one of %s"
              .formatted(prefix + name, arrays.keySet()));
    }
    return array;
  }

  /**
   * How many numbers the weights under this prefix have.
   *
   * @return their count
   */
  public long count() {
    return arrays.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .mapToLong(entry -> entry.getValue().size())
        .sum();
  }

  /**
   * Makes the weights collect gradients or stops that. A network in training is not used for
   * decoding with its fast path before this is switched off.
   *
   * @param on true while a training loop owns the network
   */
  public void trainable(boolean on) {
    arrays.forEach(
        (name, array) -> {
          if (name.startsWith(prefix)) {
            array.setRequiresGradient(on);
          }
        });
  }

  /**
   * Replaces the numbers of a weight.
   *
   * @param name full name
   * @param values as many as the weight has, in row order
   */
  public void load(String name, float[] values) {
    NDArray array = arrays.get(name);
    if (array == null || array.size() != values.length) {
      throw new IllegalArgumentException(
          "parameter '%s' has %s, expected %d numbers"
              .formatted(name, array == null ? "no place" : array.getShape(), values.length));
    }
    try (NDArray fresh = manager.create(values, array.getShape())) {
      assign(array, fresh);
    }
  }

  /**
   * Copies numbers into an array in place, whatever stood there. The engine's own {@code
   * set(Buffer)} would lay the array over the buffer instead, and warn on stderr.
   *
   * @param array changed; may collect gradients
   * @param values of the same shape
   */
  public static void assign(NDArray array, NDArray values) {
    boolean gradient = array.hasGradient();
    array.setRequiresGradient(false);
    array.set(ALL, values);
    array.setRequiresGradient(gradient);
  }

  /**
   * The numbers of all weights.
   *
   * @return a copy by full name
   */
  public Map<String, float[]> values() {
    Map<String, float[]> copy = new LinkedHashMap<>();
    arrays.forEach((name, array) -> copy.put(name, array.toFloatArray()));
    return copy;
  }

  /**
   * A checksum of all names, shapes and bits.
   *
   * @return equal for equal weights
   */
  public long checksum() {
    long hash = 17;
    for (Map.Entry<String, NDArray> entry : arrays.entrySet()) {
      hash = hash * 31 + entry.getKey().hashCode();
      hash = hash * 31 + Arrays.hashCode(entry.getValue().getShape().getShape());
      hash = hash * 31 + Arrays.hashCode(entry.getValue().toFloatArray());
    }
    return hash;
  }

  /**
   * Who owns the weights.
   *
   * @return closed with this set
   */
  public NDManager manager() {
    return manager;
  }

  @Override
  public void close() {
    manager.close();
  }
}
