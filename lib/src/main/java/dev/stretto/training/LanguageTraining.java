package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.data.text.Windows;
import dev.stretto.models.Cost;
import dev.stretto.models.language.CausalLm;
import dev.stretto.tensor.SeedTree;

/**
 * How a causal language model learns: the next token of windows of a text.
 *
 * @param model that learns
 * @param smoothing of the labels
 */
public record LanguageTraining(CausalLm model, double smoothing) implements LossStep<int[][]> {
  /**
   * Random windows of a text.
   *
   * @param windows the text's tokens
   * @param rows windows a batch
   * @param length tokens that are predicted a window
   * @param seed of the choice
   * @return windows of {@code length + 1} tokens
   */
  public static BatchSource<int[][]> source(Windows windows, int rows, int length, long seed) {
    return BatchSource.drawn(
        SeedTree.of(seed).child("windows"), rng -> windows.batch(rows, length + 1, rng));
  }

  @Override
  public NDArray loss(NDManager scope, int[][] windows) {
    int rows = windows.length;
    int n = windows[0].length - 1;
    long[] read = new long[rows * n];
    long[] next = new long[rows * n];
    for (int b = 0; b < rows; b++) {
      for (int i = 0; i < n; i++) {
        read[b * n + i] = windows[b][i];
        next[b * n + i] = windows[b][i + 1];
      }
    }
    NDArray logits = model.logits(scope.create(read, new Shape(rows, n)), true);
    return Losses.crossEntropy(
        logits.reshape((long) rows * n, model.vocabulary()), scope.create(next), smoothing);
  }

  /**
   * What a batch is worth.
   *
   * @param windows the batch
   * @return tokens, rows and the multiply-adds of the forward pass
   */
  @Override
  public Work work(int[][] windows) {
    int n = windows[0].length - 1;
    Cost cost = model.cost(Cost.Shape.causal(windows.length, n, 0, model.layers()));
    return new Work((long) windows.length * n, windows.length, cost.multiplyAdds());
  }
}
