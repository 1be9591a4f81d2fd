package dev.stretto.papers.s2d;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.layers.Ops;
import dev.stretto.training.LossStep;
import dev.stretto.training.Losses;
import dev.stretto.training.Work;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Sorted fine-tuning (SoFT; Sorted LLaMA, 2309.08968): the mean over exits of each exit's
 * cross-entropy, all from one forward pass.
 *
 * @param model that learns
 * @param exits that are taught, rising from 0; the last one alone is plain training
 */
public record SortedTraining(NestedDraft model, int... exits) implements LossStep<int[][]> {
  /**
   * All exits.
   *
   * @param model that learns
   * @return the sorted loss
   */
  public static SortedTraining all(NestedDraft model) {
    return new SortedTraining(model, IntStream.range(0, model.exits()).toArray());
  }

  @Override
  public NDArray loss(NDManager scope, int[][] windows) {
    int rows = windows.length;
    int n = windows[0].length - 1;
    long[] read =
        Arrays.stream(windows).flatMapToInt(w -> Arrays.stream(w, 0, n)).asLongStream().toArray();
    long[] next =
        Arrays.stream(windows)
            .flatMapToInt(w -> Arrays.stream(w, 1, n + 1))
            .asLongStream()
            .toArray();
    NDArray sum = scope.create(0f);
    for (NDArray logits : model.logits(scope.create(read, new Shape(rows, n)), exits)) {
      NDArray flat = logits.reshape((long) rows * n, model.vocabulary());
      sum = sum.add(Losses.crossEntropy(flat, scope.create(next), 0));
    }
    return Ops.times(sum, 1.0 / exits.length);
  }

  /**
   * What a batch is worth.
   *
   * @param windows the batch
   * @return tokens and rows
   */
  @Override
  public Work work(int[][] windows) {
    return new Work((long) windows.length * (windows[0].length - 1), windows.length, 0);
  }
}
