package dev.stretto.models.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;

/**
 * Softmax attention (Vaswani et al. 2017, section 3.2), grouped-query where keys have fewer heads.
 */
final class Attention {
  private Attention() {}

  /**
   * Weighted values.
   *
   * @param queriesBHNd (rows, heads, positions, head width), already divided by the root of d
   * @param keysBKSd (rows, key heads, keys, head width)
   * @param valuesBKSd like keys
   * @param biasB1NS added to the scores
   * @return (rows, heads, positions, head width)
   */
  static NDArray attend(
      NDArray queriesBHNd, NDArray keysBKSd, NDArray valuesBKSd, Optional<NDArray> biasB1NS) {
    Shape shape = queriesBHNd.getShape();
    long keyHeads = keysBKSd.getShape().get(1);
    long group = shape.get(1) / keyHeads;
    NDArray keysBKdS = keysBKSd.transpose(0, 1, 3, 2);
    // keys may live long, the view of them must not
    keysBKdS.attach(queriesBHNd.getManager());
    if (group == 1) {
      return weights(queriesBHNd.matMul(keysBKdS), biasB1NS).matMul(valuesBKSd);
    }
    long rows = shape.get(0);
    long n = shape.get(2);
    long keys = keysBKSd.getShape().get(2);
    NDArray grouped = queriesBHNd.reshape(rows, keyHeads, group * n, shape.get(3));
    NDArray scores = grouped.matMul(keysBKdS);
    if (biasB1NS.isPresent()) {
      scores = weights(scores.reshape(rows, shape.get(1), n, keys), biasB1NS);
      scores = scores.reshape(rows, keyHeads, group * n, keys);
    } else {
      scores = scores.softmax(3);
    }
    return scores.matMul(valuesBKSd).reshape(shape);
  }

  private static NDArray weights(NDArray scores, Optional<NDArray> bias) {
    NDArray seen = scores;
    if (bias.isPresent()) {
      seen = Tensors.recording() ? scores.add(bias.get()) : scores.addi(bias.get());
    }
    return seen.softmax(3);
  }

  /**
   * Sequences one behind the other in a single row, each attending to its own keys alone; no pair
   * between sequences is computed.
   *
   * @param queriesBHNd (1, heads, all positions, head width)
   * @param keysBKSd (1, key heads, all keys, head width)
   * @param valuesBKSd like keys
   * @param queryLengths positions of each sequence
   * @param keyLengths keys of each sequence
   * @param causal whether a position sees only keys up to its own number
   * @return (1, heads, all positions, head width)
   */
  static NDArray ragged(
      NDArray queriesBHNd,
      NDArray keysBKSd,
      NDArray valuesBKSd,
      int[] queryLengths,
      int[] keyLengths,
      boolean causal) {
    NDManager scope = queriesBHNd.getManager();
    NDList parts = new NDList(queryLengths.length);
    int q = 0;
    int k = 0;
    for (int s = 0; s < queryLengths.length; s++) {
      NDArray queries = Tensors.narrow(scope, queriesBHNd, 2, q, q + queryLengths[s]);
      NDArray keys = Tensors.narrow(scope, keysBKSd, 2, k, k + keyLengths[s]);
      NDArray values = Tensors.narrow(scope, valuesBKSd, 2, k, k + keyLengths[s]);
      parts.add(
          attend(
              queries,
              keys,
              values,
              causal ? Optional.of(triangle(scope, queryLengths[s])) : Optional.empty()));
      q += queryLengths[s];
      k += keyLengths[s];
    }
    return NDArrays.concat(parts, 2);
  }

  private static NDArray triangle(NDManager scope, int n) {
    float[] bias = new float[n * n];
    for (int i = 0; i < n; i++) {
      Arrays.fill(bias, i * n + i + 1, (i + 1) * n, -1e9f);
    }
    return scope.create(bias, new Shape(1, 1, n, n));
  }
}
