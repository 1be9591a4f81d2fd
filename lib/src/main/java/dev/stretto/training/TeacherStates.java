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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Texts with the final states of a model that learns no more, computed once for all that is trained
 * on them.
 *
 * @param tokens windows of equal length
 * @param states of each window, (tokens x width) in row order
 * @param width of the states
 * @param first position that drafts start behind
 */
public record TeacherStates(int[][] tokens, float[][] states, int width, int first) {
  private static final int ROWS = 2;

  /**
   * Runs a model over texts.
   *
   * @param target the model
   * @param windows of equal length, at most the model's
   * @return its states
   */
  public static TeacherStates of(CausalLm target, int[][] windows) {
    float[][] states = new float[windows.length][];
    int width = target.backbone().width();
    try (NDManager manager = Tensors.manager()) {
      for (int from = 0; from < windows.length; from += ROWS) {
        int[][] rows = Arrays.copyOfRange(windows, from, Math.min(windows.length, from + ROWS));
        int n = rows[0].length;
        try (NDManager scope = manager.newSubManager()) {
          NDArray ids = NetworkSession.padded(scope, rows, n);
          FloatBuffer numbers = Tensors.floats(target.backbone().forward(Step.of(ids)).lastBND());
          for (int b = 0; b < rows.length; b++) {
            states[from + b] = new float[n * width];
            numbers.get(states[from + b]);
          }
        }
      }
    }
    return new TeacherStates(windows, states, width, 0);
  }

  /**
   * Texts that a model wrote, each a window of its own.
   *
   * @param target the model
   * @param prompts what it was given
   * @param outputs what it wrote behind each
   * @return one of each, whose first position is that of the state that the first draft reads
   */
  public static List<TeacherStates> written(CausalLm target, int[][] prompts, int[][] outputs) {
    List<TeacherStates> all = new ArrayList<>();
    for (int b = 0; b < prompts.length; b++) {
      int[] text = Arrays.copyOf(prompts[b], prompts[b].length + outputs[b].length);
      System.arraycopy(outputs[b], 0, text, prompts[b].length, outputs[b].length);
      int first = Math.max(0, prompts[b].length - 2);
      all.add(of(target, new int[][] {text}).cut(text.length, first));
    }
    return all;
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
  public TeacherStates choose(int... windows) {
    return new TeacherStates(
        Arrays.stream(windows).mapToObj(w -> tokens[w]).toArray(int[][]::new),
        Arrays.stream(windows).mapToObj(w -> states[w]).toArray(float[][]::new),
        width,
        first);
  }

  /**
   * Cut behind a position.
   *
   * @param end tokens that stay of each window
   * @param first position that drafts start behind
   * @return the cut windows
   */
  public TeacherStates cut(int end, int first) {
    return new TeacherStates(
        Arrays.stream(tokens).map(row -> Arrays.copyOf(row, end)).toArray(int[][]::new),
        Arrays.stream(states).map(row -> Arrays.copyOf(row, end * width)).toArray(float[][]::new),
        width,
        first);
  }

  /**
   * Random windows, cut at a random place each batch.
   *
   * @param rows windows a batch
   * @param bases tokens of each from the first position to the end
   * @param seed of the choice
   * @return batches
   */
  public BatchSource<TeacherStates> source(int rows, int bases, long seed) {
    return BatchSource.drawn(
        SeedTree.of(seed).child("windows"),
        rng -> {
          int first = rng.nextInt(tokens[0].length - bases + 1);
          return choose(rng.ints(rows, 0, size()).toArray()).cut(first + bases, first);
        });
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
