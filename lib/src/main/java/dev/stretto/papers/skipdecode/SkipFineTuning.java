package dev.stretto.papers.skipdecode;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Cost;
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
   * @return generated tokens, rows and the full pass's multiply-adds by the share of the layers
   *     that run
   */
  @Override
  public Work work(int[][] windows) {
    LayerSchedule schedule = model.schedule();
    int n = windows[0].length - 1;
    Cost full = model.cost(Cost.Shape.causal(windows.length, n, 0, model.layers()));
    double share = schedule.held(n) / ((double) n * model.layers());
    long tokens = (long) windows.length * (n + 1 - schedule.prompt());
    return new Work(tokens, windows.length, Math.round(share * full.multiplyAdds()));
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
