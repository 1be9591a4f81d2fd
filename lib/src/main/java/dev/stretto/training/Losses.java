package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.stretto.models.layers.Ops;
import java.util.Arrays;

/** Losses that several families train with. */
public final class Losses {
  /** The target of a position that does not count. */
  public static final int IGNORE = -1;

  private Losses() {}

  /**
   * Cross-entropy with smoothed labels (Szegedy et al. 2016, section 7): {@code (1 - s) * -log p(y)
   * + s * mean over v of -log p(v)}.
   *
   * @param logitsNV unnormalised log-probabilities, N positions of V tokens
   * @param targetsN tokens as int64, N; {@link #IGNORE} where a position does not count
   * @param smoothing s, from 0 to below 1
   * @return the mean over the positions that count, in nats; 0 where none does
   */
  public static NDArray crossEntropy(NDArray logitsNV, NDArray targetsN, double smoothing) {
    NDArray logProbsNV = logitsNV.logSoftmax(-1);
    NDArray targetsN1 = targetsN.maximum(0).expandDims(1);
    NDArray lossN = logProbsNV.gather(targetsN1, 1).squeeze(1).neg();
    if (smoothing > 0) {
      NDArray uniformN = logProbsNV.mean(new int[] {1}).neg();
      lossN = Ops.times(lossN, 1 - smoothing).add(Ops.times(uniformN, smoothing));
    }
    NDArray weightN = targetsN.gte(0).toType(DataType.FLOAT32, false);
    return lossN.mul(weightN).sum().div(weightN.sum().maximum(1));
  }

  /**
   * The same for rows of labels, of which shorter ones end with positions that do not count.
   *
   * @param scope owns the labels
   * @param logitsBNV unnormalised log-probabilities of B rows, N positions and V tokens
   * @param labels of each row, at most N; {@link #IGNORE} where a position does not count
   * @param smoothing of the labels, from 0 to below 1
   * @return the mean over the positions that count, in nats; 0 where none does
   */
  static NDArray crossEntropy(
      NDManager scope, NDArray logitsBNV, int[][] labels, double smoothing) {
    int n = (int) logitsBNV.getShape().get(1);
    long[] targets = new long[labels.length * n];
    Arrays.fill(targets, IGNORE);
    for (int b = 0; b < labels.length; b++) {
      for (int i = 0; i < labels[b].length; i++) {
        targets[b * n + i] = labels[b][i];
      }
    }
    return crossEntropy(
        logitsBNV.reshape(targets.length, logitsBNV.getShape().get(2)),
        scope.create(targets),
        smoothing);
  }
}
