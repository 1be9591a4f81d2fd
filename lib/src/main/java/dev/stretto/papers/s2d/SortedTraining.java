package dev.stretto.papers.s2d;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.layers.Ops;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.LossStep;
import dev.stretto.training.Losses;
import dev.stretto.training.Work;
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
   * The loss of all exits of a model.
   *
   * @param model its name
   * @return the loss of all exits of a model
   */
  public static SortedTraining all(NestedDraft model) {
    return new SortedTraining(model, IntStream.range(0, model.exits()).toArray());
  }

  @Override
  public NDArray loss(NDManager scope, int[][] windows) {
    int n = windows[0].length - 1;
    NDArray ids = NetworkSession.padded(scope, windows, n + 1);
    NDArray next = Tensors.narrow(scope, ids, 1, 1, n + 1L).flatten();
    NDArray sum = scope.create(0f);
    for (NDArray logitsBNV : model.logits(Tensors.narrow(scope, ids, 1, 0, n), exits)) {
      NDArray logits = logitsBNV.reshape(next.size(), model.vocabulary());
      sum = sum.add(Losses.crossEntropy(logits, next, 0));
    }
    return Ops.times(sum, 1.0 / exits.length);
  }

  @Override
  public Work work(int[][] windows) {
    return new Work((long) windows.length * (windows[0].length - 1), windows.length);
  }
}
