package dev.stretto.training;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;

/**
 * What came out of a training.
 *
 * @param stop why it ended
 * @param reason the same in a sentence
 * @param steps optimiser steps in all, those before a resumption too
 * @param work done in them
 * @param curve a point a step
 */
public record TrainingResult(Stop stop, String reason, long steps, Work work, List<Point> curve) {

  /** Why a training ended. */
  public enum Stop {
    /** The budget is spent. */
    BUDGET,
    /** The thread was interrupted. */
    INTERRUPTED,
    /** The loss or the gradient was no longer a number, or the loss ran away. */
    DIVERGED
  }

  /**
   * One step.
   *
   * @param step from 1
   * @param loss before the step, the mean over its batches
   * @param learningRate of the step
   * @param gradientNorm global, before clipping
   */
  public record Point(long step, float loss, float learningRate, float gradientNorm) {}

  /** Copies the curve. */
  public TrainingResult {
    curve = List.copyOf(curve);
  }

  /**
   * The loss in the end.
   *
   * @return the mean over the last tenth of the steps, at least one; NaN where there was none
   */
  public double finalLoss() {
    return curve.subList(curve.size() - (curve.size() + 9) / 10, curve.size()).stream()
        .mapToDouble(Point::loss)
        .average()
        .orElse(Double.NaN);
  }

  /**
   * What a stored model is compared by.
   *
   * @return the final loss under the name {@code loss}; throws CancellationException where the
   *     training was interrupted and IllegalStateException where it diverged, so that no half
   *     trained model is stored
   */
  public Map<String, Double> measures() {
    return switch (stop) {
      case BUDGET -> Map.of("loss", finalLoss());
      case INTERRUPTED -> throw new CancellationException("the training was " + reason);
      case DIVERGED -> throw new IllegalStateException("the training diverged: " + reason);
    };
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d steps, %d tokens, loss %.4f: %s",
        steps,
        work.tokens(),
        finalLoss(),
        reason);
  }
}
