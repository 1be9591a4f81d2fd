package dev.stretto.profilers;

import dev.stretto.samplers.serving.Clock;
import java.util.function.IntToDoubleFunction;

/**
 * Time that a cost model makes: results are the same on every machine. An iteration over B slots
 * costs c(B), a prompt of n tokens costs n times a constant (0 where prefill runs beside the loop).
 */
public final class VirtualClock implements Clock {
  private final IntToDoubleFunction cost;
  private final double prefillPerToken;
  private double now;

  private VirtualClock(IntToDoubleFunction cost, double prefillPerToken) {
    this.cost = cost;
    this.prefillPerToken = prefillPerToken;
  }

  /**
   * c(B) = 1 + eps (B - 1): a pass that reads all weights once whatever the batch.
   *
   * @param eps what another slot costs, 0 or more; .05 stands for a memory-bound GPU, 1 for a
   *     device that gains nothing by batching
   * @return a clock at time 0
   */
  public static VirtualClock linear(double eps) {
    if (!(eps >= 0) || Double.isInfinite(eps)) {
      throw new IllegalArgumentException("eps is " + eps + ", expected a finite number, 0 or more");
    }
    return new VirtualClock(batch -> 1 + eps * (batch - 1), 0);
  }

  /**
   * A measured table, divided by its first entry so that a single iteration is the unit. Between
   * two entries c is interpolated linearly, above the last it goes on with the last slope (with a
   * single entry: in proportion to B).
   *
   * @param batches strictly increasing, the first is 1
   * @param costs what an iteration of each costs, in any unit, above 0
   * @return a clock at time 0
   */
  public static VirtualClock table(int[] batches, double[] costs) {
    if (batches.length == 0 || batches.length != costs.length || batches[0] != 1) {
      throw new IllegalArgumentException(
          "the cost table has %d batches and %d costs, expected as many, the first for batch 1"
              .formatted(batches.length, costs.length));
    }
    for (int i = 0; i < batches.length; i++) {
      if (!(costs[i] > 0) || Double.isInfinite(costs[i])) {
        throw new IllegalArgumentException(
            "the cost of batch %d is %s, expected a finite number above 0"
                .formatted(batches[i], costs[i]));
      }
      if (i > 0 && batches[i] <= batches[i - 1]) {
        throw new IllegalArgumentException(
            "the cost table goes from batch %d to %d, expected strictly increasing batches"
                .formatted(batches[i - 1], batches[i]));
      }
    }
    int[] b = batches.clone();
    double[] c = costs.clone();
    return new VirtualClock(
        batch -> b.length == 1 ? batch : CostCurve.onLines(b, c, batch) / c[0], 0);
  }

  /**
   * The same cost of iterations, at time 0, with prompts that stall the loop.
   *
   * @param units what a prompt token costs, 0 or more
   * @return a new clock
   */
  public VirtualClock withPrefill(double units) {
    if (!(units >= 0) || Double.isInfinite(units)) {
      throw new IllegalArgumentException(
          "prefill is " + units + " units a token, expected a finite number, 0 or more");
    }
    return new VirtualClock(cost, units);
  }

  /**
   * c(B).
   *
   * @param batch slots, 1 or more
   * @return units; c(1) = 1
   */
  public double cost(int batch) {
    return cost.applyAsDouble(batch);
  }

  @Override
  public double now() {
    return now;
  }

  @Override
  public void iteration(int batch) {
    now += cost(batch);
  }

  @Override
  public void prefill(int promptTokens) {
    now += prefillPerToken * promptTokens;
  }

  @Override
  public void waitUntil(double time) {
    now = Math.max(now, time);
  }

  @Override
  public double alone(int promptTokens, int tokens) {
    return prefillPerToken * promptTokens + tokens * cost(1);
  }
}
