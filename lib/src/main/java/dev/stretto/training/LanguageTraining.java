package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.data.text.Windows;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;

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
    NDArray read = NetworkSession.padded(scope, windows, windows[0].length - 1);
    int[][] next =
        Arrays.stream(windows)
            .map(row -> Arrays.copyOfRange(row, 1, row.length))
            .toArray(int[][]::new);
    return Losses.crossEntropy(scope, model.logits(read, true), next, smoothing);
  }

  /**
   * What a batch is worth.
   *
   * @param windows the batch
   * @return predicted tokens and rows
   */
  @Override
  public Work work(int[][] windows) {
    return new Work(windows.length * (windows[0].length - 1L), windows.length);
  }
}
