package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.stretto.models.layers.Ops;

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
    return maskedMean(lossN, targetsN.gte(0));
  }

  /**
   * The mean over the places of a mask.
   *
   * @param values any shape
   * @param mask booleans or numbers 0 and 1, the same shape
   * @return one number; 0 where the mask is empty
   */
  public static NDArray maskedMean(NDArray values, NDArray mask) {
    NDArray weight = mask.toType(DataType.FLOAT32, false);
    return values.mul(weight).sum().div(weight.sum().maximum(1));
  }
}
