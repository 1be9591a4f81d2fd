package dev.stretto.profilers;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.figures.Tables;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.function.LongSupplier;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import tech.tablesaw.api.Table;

/**
 * Times contestants against each other in one run: two warm-up rounds, then rounds A, B, B, A, A,
 * B, ..., so that a machine that slows down slows all of them and favours none. The ratio of two
 * contestants is the median over rounds of their quotient within a round. Every criterion of kind
 * WALL is measured so.
 *
 * <pre>{@code
 * new InterleavedTimer().add("padded", this::padded).add("ragged", this::ragged)
 *     .run(2, 7).ratio("padded", "ragged")
 * }</pre>
 */
public final class InterleavedTimer {
  private final Map<String, Runnable> contestants = new LinkedHashMap<>();
  private final Runnable synchronise;
  private final LongSupplier clock;

  /** A timer for work on the device that {@code STRETTO_DEVICE} names. */
  public InterleavedTimer() {
    this(InterleavedTimer::synchroniseDevice, System::nanoTime);
  }

  /**
   * Waits until the device that {@code STRETTO_DEVICE} names is idle: nothing to wait for on a CPU;
   * a GPU works in order, so one number that is computed and read there waits for all before it.
   */
  public static void synchroniseDevice() {
    if (Tensors.device().isGpu()) {
      try (NDManager manager = Tensors.manager()) {
        manager.zeros(new Shape(1)).add(1).getFloat();
      }
    }
  }

  InterleavedTimer(Runnable synchronise, LongSupplier clock) {
    this.synchronise = synchronise;
    this.clock = clock;
  }

  /**
   * Adds a contestant.
   *
   * @param name its name, unique
   * @param work one round of its work
   * @return this
   */
  public InterleavedTimer add(String name, Runnable work) {
    if (contestants.putIfAbsent(name, work) != null) {
      throw new IllegalArgumentException("contestant '" + name + "' was added twice");
    }
    return this;
  }

  /**
   * Runs all rounds. Throws CancellationException when the thread is interrupted between rounds.
   *
   * @param warmUps rounds that are not timed, 2 or more for a criterion
   * @param rounds timed rounds, at least 1; 7 or more for a criterion
   * @return the times
   */
  public Timings run(int warmUps, int rounds) {
    if (contestants.isEmpty() || warmUps < 0 || rounds < 1) {
      throw new IllegalArgumentException(
          "%d contestants, %d warm-ups, %d rounds: expected 1, 0 and 1 or more"
              .formatted(contestants.size(), warmUps, rounds));
    }
    Map<String, double[]> seconds = new LinkedHashMap<>();
    contestants.keySet().forEach(name -> seconds.put(name, new double[rounds]));
    for (int round = -warmUps; round < rounds; round++) {
      List<Map.Entry<String, Runnable>> order = new ArrayList<>(contestants.entrySet());
      if ((round + warmUps) % 2 == 1) {
        Collections.reverse(order);
      }
      for (var contestant : order) {
        if (Thread.currentThread().isInterrupted()) {
          throw new CancellationException("timing interrupted in round " + round);
        }
        synchronise.run();
        long start = clock.getAsLong();
        contestant.getValue().run();
        synchronise.run();
        long end = clock.getAsLong();
        if (round >= 0) {
          seconds.get(contestant.getKey())[round] = (end - start) / 1e9;
        }
      }
    }
    return new Timings(seconds, warmUps);
  }

  /**
   * The times of one run.
   *
   * @param seconds of each contestant, one a round
   * @param warmUps rounds that were not timed
   */
  public record Timings(Map<String, double[]> seconds, int warmUps) {
    /** {@return timed rounds} */
    public int rounds() {
      return seconds.values().iterator().next().length;
    }

    /**
     * The times of a contestant.
     *
     * @param name the contestant
     * @return seconds, one a round
     */
    public double[] seconds(String name) {
      double[] times = seconds.get(name);
      if (times == null) {
        throw new IllegalArgumentException(
            "no contestant '" + name + "', expected one of " + seconds.keySet());
      }
      return times.clone();
    }

    /**
     * The median round of a contestant.
     *
     * @param name the contestant
     * @return seconds
     */
    public double median(String name) {
      return new Percentile().evaluate(seconds(name), 50);
    }

    /**
     * How much the rounds of a contestant differ.
     *
     * @param name the contestant
     * @return (third quartile - first quartile) / median
     */
    public double spread(String name) {
      double[] times = seconds(name);
      var percentile = new Percentile();
      percentile.setData(times);
      return (percentile.evaluate(75) - percentile.evaluate(25)) / percentile.evaluate(50);
    }

    /**
     * How many times longer one contestant takes than another.
     *
     * @param slow the numerator
     * @param fast the denominator
     * @return median over rounds of slow / fast
     */
    public double ratio(String slow, String fast) {
      double[] above = seconds(slow);
      double[] below = seconds(fast);
      for (int round = 0; round < above.length; round++) {
        above[round] /= below[round];
      }
      return new Percentile().evaluate(above, 50);
    }

    /**
     * All contestants side by side.
     *
     * @return columns contestant, medianSeconds, spread, ratio (to the first contestant's time:
     *     above 1 is faster than it)
     */
    public Table table() {
      String first = seconds.keySet().iterator().next();
      return Tables.rows(seconds.keySet())
          .column("contestant", name -> name)
          .column("medianSeconds", this::median)
          .column("spread", this::spread)
          .column("ratio", name -> ratio(first, name))
          .table("timings");
    }
  }
}
