package dev.stretto.models.language;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Parameters;
import dev.stretto.models.layers.Ops;
import dev.stretto.tensor.Tensors;

/**
 * The last three tokens in one vector (Chimera, Zeng et al. 2024, trigram encoder): with z = [e(a);
 * e(b); e(c)] it is {@code W (z + SiLU(M z))}. A linear map of a concatenation is a sum of one
 * table a token, so that all products with z fold into lookups. At the start it is e(c).
 */
public final class TrigramEncoder {
  private static final int TOKENS = 3;

  private final NDArray table;
  private final NDArray mix;
  private final NDArray out;
  private final int width;

  /**
   * An untrained encoder.
   *
   * @param table of embeddings (vocabulary, width), frozen
   * @param parameters where its weights go
   */
  public TrigramEncoder(NDArray table, Parameters parameters) {
    this.table = table;
    width = (int) table.getShape().get(1);
    mix = parameters.constant("mix", 0, TOKENS * (long) width, TOKENS * (long) width);
    out = parameters.constant("out", 0, width, TOKENS * (long) width);
    float[] newest = new float[TOKENS * width * width];
    for (int i = 0; i < width; i++) {
      newest[(i * TOKENS + TOKENS - 1) * width + i] = 1;
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
    NDArray[] tables = new NDArray[TOKENS];
    for (int k = 0; k < TOKENS; k++) {
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
   * The encoder as three tables.
   *
   * @param tables for each of the three tokens (vocabulary, 4 widths): its share of M z and of W z
   * @param out W, the product that stays
   */
  public record Folded(NDArray[] tables, NDArray out) {
    /**
     * Vectors of trigrams.
     *
     * @param scope owns the result
     * @param trigrams ids of the three tokens, the oldest first, each [row][place]
     * @return (rows, places, width)
     */
    public NDArray encode(NDManager scope, int[][][] trigrams) {
      NDArray sum = Ops.embedding(DraftHeads.ids(scope, trigrams[0]), tables[0]);
      for (int k = 1; k < TOKENS; k++) {
        sum = sum.add(Ops.embedding(DraftHeads.ids(scope, trigrams[k]), tables[k]));
      }
      long wide = out.getShape().get(1);
      NDArray mixed = Ops.silu(Tensors.narrow(scope, sum, 2, 0, wide));
      return Ops.linear(mixed, out).add(Tensors.narrow(scope, sum, 2, wide, sum.getShape().get(2)));
    }
  }
}
