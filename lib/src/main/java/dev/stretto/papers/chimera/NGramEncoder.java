package dev.stretto.papers.chimera;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Parameters;
import dev.stretto.models.layers.Ops;
import dev.stretto.papers.hydra.DraftHeads;
import dev.stretto.tensor.Tensors;

/**
 * The last n tokens in one vector (Chimera, Zeng et al. 2024, trigram encoder; n = 3 there): with z
 * = [e(x_(i-n+1)); ..; e(x_i)] it is {@code W (z + SiLU(M z))}. A linear map of a concatenation is
 * a sum of one table a token, so that all products with z fold into lookups. At the start it is
 * e(x_i).
 */
public final class NGramEncoder {
  private final NDArray table;
  private final NDArray mix;
  private final NDArray out;
  private final int order;
  private final int width;

  /**
   * An untrained encoder.
   *
   * @param order n, how many tokens it reads, 1 or more
   * @param table of embeddings (vocabulary, width), frozen
   * @param parameters where its weights go
   */
  public NGramEncoder(int order, NDArray table, Parameters parameters) {
    if (order < 1) {
      throw new IllegalArgumentException(
          "an encoder of %d tokens, expected 1 or more".formatted(order));
    }
    this.order = order;
    this.table = table;
    width = (int) table.getShape().get(1);
    mix = parameters.constant("mix", 0, order * (long) width, order * (long) width);
    out = parameters.constant("out", 0, width, order * (long) width);
    float[] newest = new float[order * width * width];
    for (int i = 0; i < width; i++) {
      newest[(i * order + order - 1) * width + i] = 1;
    }
    try (NDArray identity = parameters.manager().create(newest, out.getShape())) {
      Parameters.assign(out, identity);
    }
  }

  /**
   * The tables of the present weights.
   *
   * @param scope owns them
   * @return the encoder without any product over z
   */
  public Folded fold(NDManager scope) {
    NDArray[] tables = new NDArray[order];
    for (int k = 0; k < order; k++) {
      NDArray e = table.reshape(table.getShape());
      e.attach(scope);
      long from = (long) k * width;
      NDArray mixed = Ops.linear(e, Tensors.narrow(scope, mix, 1, from, from + width));
      NDArray straight = Ops.linear(e, Tensors.narrow(scope, out, 1, from, from + width));
      tables[k] = NDArrays.concat(new NDList(mixed, straight), 1);
    }
    return new Folded(tables, out);
  }

  /**
   * The encoder as tables.
   *
   * @param tables for each of the n tokens (vocabulary, n + 1 widths): its share of M z and of W z
   * @param out W, the product that stays
   */
  public record Folded(NDArray[] tables, NDArray out) {
    /**
     * Vectors of n-grams.
     *
     * @param scope owns the result
     * @param ngrams ids of the n tokens, the oldest first, each [row][place]
     * @return (rows, places, width)
     */
    public NDArray encode(NDManager scope, int[][][] ngrams) {
      NDArray sum = Ops.embedding(DraftHeads.ids(scope, ngrams[0]), tables[0]);
      for (int k = 1; k < tables.length; k++) {
        sum = sum.add(Ops.embedding(DraftHeads.ids(scope, ngrams[k]), tables[k]));
      }
      long wide = out.getShape().get(1);
      NDArray mixed = Ops.silu(Tensors.narrow(scope, sum, 2, 0, wide));
      return Ops.linear(mixed, out).add(Tensors.narrow(scope, sum, 2, wide, sum.getShape().get(2)));
    }
  }
}
