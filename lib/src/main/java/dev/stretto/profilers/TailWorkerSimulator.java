package dev.stretto.profilers;

import dev.stretto.samplers.batching.Batch;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * The tail-worker effect of data-parallel training: in each step all ranks wait for the slowest, so
 * a step costs the maximum over ranks (canary-efficiency, "Tail workers").
 */
public final class TailWorkerSimulator {
  private TailWorkerSimulator() {}

  /**
   * What the ranks waited.
   *
   * @param ranks how many
   * @param steps how many steps all of them made
   * @param busy sum over steps of the mean cost over ranks
   * @param elapsed sum over steps of the maximum over ranks
   */
  public record Report(int ranks, int steps, double busy, double elapsed) {

    /**
     * The share of time that a rank waits.
     *
     * @return 1 - mean / max, a ratio of sums over steps, in 0..1
     */
    public double idleShare() {
      return elapsed == 0 ? 0 : 1 - busy / elapsed;
    }

    /**
     * How much longer the steps take than with equal loads.
     *
     * @return max / mean, a ratio of sums over steps, at least 1
     */
    public double imbalance() {
      return busy == 0 ? 1 : elapsed / busy;
    }
  }

  /**
   * Runs ranks that draw from samplers of their own.
   *
   * @param ranks one stream of batches a rank
   * @param steps how many steps at most; fewer where a stream ends before
   * @param stepCost what a batch costs, for example {@link #padded}
   * @return the report
   */
  public static Report run(
      List<Iterator<Batch>> ranks, int steps, ToDoubleFunction<Batch> stepCost) {
    if (ranks.isEmpty()) {
      throw new IllegalArgumentException("ranks is empty, expected at least one stream");
    }
    double busy = 0;
    double elapsed = 0;
    for (int step = 0; step < steps; step++) {
      double sum = 0;
      double max = 0;
      for (Iterator<Batch> rank : ranks) {
        if (!rank.hasNext()) {
          return new Report(ranks.size(), step, busy, elapsed);
        }
        double cost = stepCost.applyAsDouble(rank.next());
        sum += cost;
        max = Math.max(max, cost);
      }
      busy += sum / ranks.size();
      elapsed += max;
    }
    return new Report(ranks.size(), steps, busy, elapsed);
  }

  /**
   * Runs ranks among which one stream is dealt: in step s, rank r gets batch s * ranks + r.
   *
   * @param batches the common stream
   * @param ranks how many, at least 1
   * @param steps how many steps at most; fewer where the stream cannot fill one
   * @param stepCost what a batch costs
   * @return the report
   */
  public static Report dealt(
      Iterator<Batch> batches, int ranks, int steps, ToDoubleFunction<Batch> stepCost) {
    if (ranks < 1) {
      throw new IllegalArgumentException("ranks is " + ranks + ", expected 1 or more");
    }
    return run(Collections.nCopies(ranks, batches), steps, stepCost);
  }

  /**
   * The cost of a padded batch in multiply-adds.
   *
   * @param cost the model
   * @return B * cost(Tmax, Umax)
   */
  public static ToDoubleFunction<Batch> padded(SpeechCost cost) {
    return batch -> {
      int t = batch.cuts().stream().mapToInt(cost::frames).max().orElseThrow();
      int u = batch.cuts().stream().mapToInt(cut -> cut.tokens()).max().orElseThrow();
      return (double) batch.size() * cost.macs(t, u);
    };
  }

  /**
   * The cost of a ragged batch in multiply-adds.
   *
   * @param cost the model
   * @return sum of cost(T_i, u_i)
   */
  public static ToDoubleFunction<Batch> ragged(SpeechCost cost) {
    return batch -> batch.cuts().stream().mapToDouble(cost::macs).sum();
  }
}
