package dev.stretto.training;

import dev.stretto.tensor.SvgDrawable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;

/**
 * What came out of a training; shows itself as its loss curve.
 *
 * @param stop why it ended
 * @param reason the same in a sentence
 * @param steps optimiser steps in all, those before a resumption too
 * @param work done in them
 * @param curve a point a step
 */
public record TrainingResult(Stop stop, String reason, long steps, Work work, List<Point> curve)
    implements SvgDrawable {

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
  public double width() {
    return 320;
  }

  @Override
  public String svg() {
    double low = curve.stream().mapToDouble(Point::loss).min().orElse(0);
    double high = curve.stream().mapToDouble(Point::loss).max().orElse(1);
    StringBuilder line = new StringBuilder();
    int every = Math.max(1, curve.size() / 300);
    for (int i = 0; i < curve.size(); i += every) {
      line.append(
          String.format(
              Locale.ROOT,
              "%.1f,%.1f ",
              10 + 300.0 * i / Math.max(1, curve.size() - 1),
              90 - 80 * (curve.get(i).loss() - low) / Math.max(1e-12, high - low)));
    }
    return """
        <svg xmlns="http://www.w3.org/2000/svg" width="320" height="120" \
        font-family="sans-serif" font-size="11" fill="#808080">\
        <polyline points="%s" fill="none" stroke="#2a78d6" stroke-width="1.5"/>\
        <text x="10" y="110">loss %.4g to %.4g, %d steps</text></svg>"""
        .formatted(
            line,
            (double) (curve.isEmpty() ? Float.NaN : curve.getFirst().loss()),
            finalLoss(),
            steps);
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
