package dev.stretto.models.state;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Sliceable;
import dev.stretto.models.Step;
import dev.stretto.tensor.Tensors;

/** Looks into a state, and poisons it, for tests of other rooms. */
public final class KvProbe {
  private KvProbe() {}

  /** Makes every number of a row NaN. */
  public static void poison(Sliceable state, int row) {
    ((KvState) state).poison(row);
  }

  /** Keys and values of a row's committed positions: [layer, keys or values][numbers]. */
  public static float[][] block(Sliceable state, int layers, int row) {
    KvState window = (KvState) state.window(row, row + 1);
    int length = window.lengths()[0];
    float[][] block = new float[2 * layers][];
    try (NDManager scope = Tensors.manager()) {
      Step step = Step.of(scope.zeros(new Shape(1, 1), DataType.INT64)).peek();
      for (int layer = 0; layer < layers; layer++) {
        KvState.Pass pass = window.pass(step, layer);
        block[2 * layer] = Tensors.narrow(scope, pass.keys(scope), 2, 0, length).toFloatArray();
        block[2 * layer + 1] =
            Tensors.narrow(scope, pass.values(scope), 2, 0, length).toFloatArray();
      }
    }
    return block;
  }
}
