package dev.stretto.papers.skipdecode;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.samplers.decoding.TokenPicker;
import dev.stretto.training.LossStep;
import dev.stretto.training.Work;
import java.util.Arrays;

/**
 * How a trained model learns to do with the layers of a schedule (SkipDecode, Del Corro et al.
 * 2023, section 3): teacher-forced texts, each position through its own layers, the loss on what is
 * generated. There are no further heads.
 *
 * @param model whose weights learn, under its schedule
 */
public record SkipFineTuning(SkipModel model) implements LossStep<int[][]> {
  @Override
  public NDArray loss(NDManager scope, int[][] windows) {
    return losses(scope, windows).mean();
  }

  /** Cross-entropy of each generated token (rows, positions). */
  private NDArray losses(NDManager scope, int[][] windows) {
    int n = windows[0].length - 1;
    int from = model.schedule().prompt() - 1;
    NDArray logProbs = model.logits(NetworkSession.padded(scope, windows, n), from).logSoftmax(2);
    int[][] next =
        Arrays.stream(windows)
            .map(row -> Arrays.copyOfRange(row, from + 1, n + 1))
            .toArray(int[][]::new);
    NDArray targets = NetworkSession.padded(scope, next, n - from).expandDims(2);
    return logProbs.gather(targets, 2).squeeze(2).neg();
  }

  /**
   * What a batch is worth.
   *
   * @param windows the batch
   * @return generated tokens and rows
   */
  @Override
  public Work work(int[][] windows) {
    int generated = windows[0].length - model.schedule().prompt();
    return new Work((long) windows.length * generated, windows.length);
  }

  /**
   * Loss by position, without training.
   *
   * @param manager a scope
   * @param windows texts of equal length
   * @return nats of each generated token, the mean over the texts; the first is token P
   */
  public double[] evaluate(NDManager manager, int[][] windows) {
    try (NDManager scope = manager.newSubManager()) {
      return TokenPicker.wide(losses(scope, windows).mean(new int[] {0}).toFloatArray());
    }
  }
}
