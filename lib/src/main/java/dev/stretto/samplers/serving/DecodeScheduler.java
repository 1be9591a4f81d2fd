package dev.stretto.samplers.serving;

import java.util.List;

/**
 * When requests join and leave a decoding loop, as data: the loop itself is one, {@link Serving}.
 * flover (arXiv 2305.13484) and what it is compared with:
 *
 * <table>
 * <caption>The five schedulers</caption>
 * <tr><th>scheduler<th>joining<th>pass<th>eviction
 * <tr><td>sequential<td>when idle, one<td>fused<td>together
 * <tr><td>concurrent instances<td>every iteration<td>each alone<td>holes
 * <tr><td>dynamic batching<td>when idle, full or timeout<td>fused<td>together
 * <tr><td>temporal fusion<td>every iteration<td>fused<td>holes
 * <tr><td>temporal fusion, reordering<td>every iteration<td>fused<td>min moves
 * </table>
 *
 * @param name as it is shown
 * @param maxConcurrency the most requests at a time, 1 or more; others wait in arrival order
 * @param joining when a waiting request may join
 * @param timeout how long the oldest waiting request waits for the rest of a batch of
 *     maxConcurrency, in units of {@link Clock}, 0 or more
 * @param pass how the live requests are advanced
 * @param eviction when finished requests leave
 */
public record DecodeScheduler(
    String name,
    int maxConcurrency,
    Joining joining,
    double timeout,
    Execution pass,
    Eviction eviction) {

  /** When a waiting request may join. */
  public enum Joining {
    /** Only when nothing is running. */
    WHEN_IDLE,
    /** At every boundary between iterations, as long as a slot is free. */
    EVERY_ITERATION
  }

  /** How the live requests are advanced. */
  public enum Execution {
    /** All in one pass over the window of slots that contains them. */
    FUSED,
    /** Each in a pass of its own: n model instances share the device, a round costs n passes. */
    EACH_ALONE
  }

  /** When finished requests leave. */
  public enum Eviction {
    /** All of a batch when its longest ends. */
    TOGETHER,
    /** At once; a hole in the middle is computed in vain until an edge or a newcomer reaches it. */
    HOLES,
    /** At once; holes are closed with the fewest moves ({@link SlotCompactor}). */
    MIN_MOVES
  }

  /** Checks ranges; throws IllegalArgumentException naming the field and its value. */
  public DecodeScheduler {
    if (maxConcurrency < 1) {
      throw new IllegalArgumentException(
          name + ": maxConcurrency is " + maxConcurrency + ", expected 1 or more");
    }
    if (!(timeout >= 0) || Double.isInfinite(timeout)) {
      throw new IllegalArgumentException(
          name + ": timeout is " + timeout + ", expected finite units, 0 or more");
    }
    if (eviction == Eviction.TOGETHER && joining != Joining.WHEN_IDLE) {
      throw new IllegalArgumentException(
          name + ": a batch that leaves together can only be joined when idle");
    }
  }

  /**
   * One request after the other.
   *
   * @return the naive scheduler
   */
  public static DecodeScheduler sequential() {
    return new DecodeScheduler(
        "sequential", 1, Joining.WHEN_IDLE, 0, Execution.FUSED, Eviction.TOGETHER);
  }

  /**
   * Model instances beside each other. They share the device and each reads its own weights, so a
   * round of n live instances costs n single passes: the makespan of requests that arrive together
   * is that of sequential decoding, only the order of completion differs.
   *
   * @param instances the most at a time
   * @return the scheduler
   */
  public static DecodeScheduler concurrentInstances(int instances) {
    return new DecodeScheduler(
        "concurrent instances",
        instances,
        Joining.EVERY_ITERATION,
        0,
        Execution.EACH_ALONE,
        Eviction.HOLES);
  }

  /**
   * Waits for a full batch or a timeout, then holds all until the longest ends.
   *
   * @param maxBatch a full batch
   * @param timeout how long the oldest waits for it
   * @return the scheduler
   */
  public static DecodeScheduler dynamicBatching(int maxBatch, double timeout) {
    return new DecodeScheduler(
        "dynamic batching",
        maxBatch,
        Joining.WHEN_IDLE,
        timeout,
        Execution.FUSED,
        Eviction.TOGETHER);
  }

  /**
   * flover: a ready request joins at the next iteration, all live ones advance in one pass.
   *
   * @param maxConcurrency the slots it uses
   * @param eviction {@link Eviction#MIN_MOVES} with buffer reordering, {@link Eviction#HOLES}
   *     without
   * @return the scheduler
   */
  public static DecodeScheduler temporalFusion(int maxConcurrency, Eviction eviction) {
    return new DecodeScheduler(
        eviction == Eviction.MIN_MOVES ? "temporal fusion, reordering" : "temporal fusion",
        maxConcurrency,
        Joining.EVERY_ITERATION,
        0,
        Execution.FUSED,
        eviction);
  }

  /**
   * The five side by side.
   *
   * @param maxConcurrency of concurrent instances and temporal fusion
   * @param maxBatch of dynamic batching
   * @param timeout of dynamic batching
   * @return from the naive one to temporal fusion with reordering
   */
  public static List<DecodeScheduler> sideBySide(int maxConcurrency, int maxBatch, double timeout) {
    return List.of(
        sequential(),
        concurrentInstances(maxConcurrency),
        dynamicBatching(maxBatch, timeout),
        temporalFusion(maxConcurrency, Eviction.HOLES),
        temporalFusion(maxConcurrency, Eviction.MIN_MOVES));
  }

  /**
   * A loop to which requests are submitted one by one.
   *
   * @param engine all of whose slots are free, at least maxConcurrency of them
   * @param clock its time now is the run's time 0
   * @return the loop
   */
  public Serving open(SlotEngine engine, Clock clock) {
    return new Serving(this, engine, clock);
  }

  /**
   * Serves requests until all have ended or failed.
   *
   * @param requests in any order, with different ids
   * @param engine all of whose slots are free, at least maxConcurrency of them; they are free again
   *     afterwards, also where this throws CancellationException because the thread was interrupted
   * @param clock its time now is the run's time 0
   * @return what happened
   */
  public ServingReport run(List<GenerationRequest> requests, SlotEngine engine, Clock clock) {
    return new Serving(this, engine, clock).serve(requests);
  }
}
