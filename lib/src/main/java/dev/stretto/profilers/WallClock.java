package dev.stretto.profilers;

import dev.stretto.samplers.serving.Clock;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Real time in units of a measured single iteration, so that a workload's arrival gaps scale with
 * the machine. Work reports itself by taking time; before each reading the device is synchronised.
 */
public final class WallClock implements Clock {
  private final double unitSeconds;
  private final Runnable deviceSync;
  private final LongSupplier nanos;
  private final long start;

  /**
   * Starts now.
   *
   * @param unitSeconds what one iteration of a single request takes, finite seconds above 0
   * @param deviceSync waits until the device has done all that was asked of it; nothing to do on a
   *     CPU
   */
  public WallClock(double unitSeconds, Runnable deviceSync) {
    this(unitSeconds, deviceSync, System::nanoTime);
  }

  WallClock(double unitSeconds, Runnable deviceSync, LongSupplier nanos) {
    if (!(unitSeconds > 0) || Double.isInfinite(unitSeconds)) {
      throw new IllegalArgumentException(
          "a single iteration takes " + unitSeconds + " s, expected finite seconds above 0");
    }
    this.unitSeconds = unitSeconds;
    this.deviceSync = deviceSync;
    this.nanos = nanos;
    deviceSync.run();
    start = nanos.getAsLong();
  }

  @Override
  public double now() {
    deviceSync.run();
    return (nanos.getAsLong() - start) * 1e-9 / unitSeconds;
  }

  @Override
  public void iteration(int batch) {}

  @Override
  public void prefill(int promptTokens) {}

  @Override
  public void waitUntil(double time) {
    try {
      for (double left = time - now(); left > 0; left = time - now()) {
        TimeUnit.NANOSECONDS.sleep((long) Math.ceil(left * unitSeconds * 1e9));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for the next request");
    }
  }

  /** {@inheritDoc} The prompt is not counted. */
  @Override
  public double alone(int promptTokens, int tokens) {
    return tokens;
  }

  @Override
  public double unitSeconds() {
    return unitSeconds;
  }
}
