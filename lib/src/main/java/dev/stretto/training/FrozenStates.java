package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Texts with the final states of a model that learns no more, computed once for all that is trained
 * on them.
 *
 * @param tokens windows of equal length
 * @param states of each window, (tokens x width) in row order
 * @param width of the states
 */
public record FrozenStates(int[][] tokens, float[][] states, int width) {
  private static final int ROWS = 16;

  /**
   * Runs a model over texts.
   *
   * @param target the model
   * @param windows of equal length, at most the model's
   * @return its states
   */
  public static FrozenStates of(CausalLm target, int[][] windows) {
    float[][] states = new float[windows.length][];
    int width = target.backbone().width();
    try (NDManager manager = Tensors.manager()) {
      for (int from = 0; from < windows.length; from += ROWS) {
        int[][] rows = Arrays.copyOfRange(windows, from, Math.min(windows.length, from + ROWS));
        int n = rows[0].length;
        try (NDManager scope = manager.newSubManager()) {
          NDArray ids = NetworkSession.padded(scope, rows, n);
          FloatBuffer numbers =
              Tensors.floats(target.backbone().forward(Step.of(ids)).lastBND());
          for (int b = 0; b < rows.length; b++) {
            states[from + b] = new float[n * width];
            numbers.get(states[from + b]);
          }
        }
      }
    }
    return new FrozenStates(windows, states, width);
  }

  /** {@return how many windows} */
  public int size() {
    return tokens.length;
  }

  /**
   * Some of them.
   *
   * @param windows their numbers
   * @return the same windows
   */
  public FrozenStates choose(int... windows) {
    return new FrozenStates(
        Arrays.stream(windows).mapToObj(w -> tokens[w]).toArray(int[][]::new),
        Arrays.stream(windows).mapToObj(w -> states[w]).toArray(float[][]::new),
        width);
  }

  /**
   * Random ones.
   *
   * @param rows windows a batch
   * @param seed of the choice
   * @return batches
   */
  public BatchSource<FrozenStates> source(int rows, long seed) {
    return BatchSource.drawn(
        SeedTree.of(seed).child("windows"),
        rng -> choose(rng.ints(rows, 0, size()).toArray()));
  }

  /**
   * The states of all windows in one array.
   *
   * @param scope owns it
   * @return (windows, tokens, width)
   */
  public NDArray array(NDManager scope) {
    int n = tokens[0].length;
    FloatBuffer all = FloatBuffer.allocate(size() * n * width);
    for (float[] row : states) {
      all.put(row);
    }
    return scope.create(all.flip(), new Shape(size(), n, width));
  }
}
