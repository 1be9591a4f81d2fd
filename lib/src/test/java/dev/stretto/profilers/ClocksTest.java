package dev.stretto.profilers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.samplers.serving.Arrivals;
import dev.stretto.samplers.serving.DecodeScheduler;
import dev.stretto.samplers.serving.ExactEngine;
import dev.stretto.samplers.serving.GenerationRequest;
import dev.stretto.samplers.serving.ServingReport;
import dev.stretto.samplers.serving.Workload;
import dev.stretto.samplers.serving.Workload.Lengths;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClocksTest {
  @Test
  void aLinearClockCostsOnePlusEpsForEveryFurtherSlot() {
    VirtualClock clock = VirtualClock.linear(.05);
    clock.iteration(1);
    assertEquals(1, clock.now());
    clock.iteration(32);
    assertEquals(3.55, clock.now(), 1e-12);
    clock.waitUntil(3);
    assertEquals(3.55, clock.now(), 1e-12);
    clock.waitUntil(5);
    clock.prefill(100);
    assertEquals(5, clock.now(), "prefill runs beside the loop");
    assertEquals(7, clock.alone(100, 7));
  }

  @Test
  void aTableIsInterpolatedAndGoesOnWithItsLastSlope() {
    VirtualClock clock = VirtualClock.table(new int[] {1, 2, 4, 8}, new double[] {2, 3, 4, 10});
    double[] expected = {1, 1.5, 1.75, 2, 2.75, 3.5, 4.25, 5, 5.75, 6.5};
    for (int batch = 1; batch <= 10; batch++) {
      assertEquals(expected[batch - 1], clock.cost(batch), 1e-12);
    }
    assertEquals(6, VirtualClock.table(new int[] {1}, new double[] {7}).cost(6), 1e-12);
    VirtualClock stalling = clock.withPrefill(.1);
    stalling.prefill(20);
    assertEquals(2, stalling.now(), 1e-12);
    assertEquals(5, stalling.alone(20, 3), 1e-12);
  }

  @Test
  void aBadCostTableIsNamed() {
    assertMessage(
        "the cost table has 2 batches and 1 costs, expected as many, the first for batch 1",
        () -> VirtualClock.table(new int[] {1, 2}, new double[] {1}));
    assertMessage(
        "the cost table goes from batch 4 to 4, expected strictly increasing batches",
        () -> VirtualClock.table(new int[] {1, 4, 4}, new double[] {1, 2, 3}));
    assertMessage(
        "the cost of batch 2 is NaN, expected a finite number above 0",
        () -> VirtualClock.table(new int[] {1, 2}, new double[] {1, Double.NaN}));
    assertMessage(
        "eps is -1.0, expected a finite number, 0 or more", () -> VirtualClock.linear(-1));
    assertMessage(
        "a single iteration takes 0.0 s, expected finite seconds above 0",
        () -> new WallClock(0, () -> {}));
  }

  private static void assertMessage(String sentence, Runnable bad) {
    assertEquals(sentence, assertThrows(IllegalArgumentException.class, bad::run).getMessage());
  }

  @Test
  void aWallClockCountsMeasuredIterationsAndSynchronisesTheDeviceBeforeItReads() {
    AtomicLong nanos = new AtomicLong(1_000);
    AtomicInteger syncs = new AtomicInteger();
    // the device ends 4 ms of work only when it is waited for
    WallClock clock =
        new WallClock(
            .002,
            () -> {
              syncs.incrementAndGet();
              nanos.addAndGet(4_000_000);
            },
            nanos::get);
    assertEquals(2, clock.now(), 1e-12);
    clock.iteration(8);
    assertEquals(4, clock.now(), 1e-12);
    assertEquals(3, syncs.get());
    assertEquals(.002, clock.unitSeconds());
    assertEquals(10, clock.alone(100, 10));
  }

  @Test
  void aWallClockWaitsAndCanBeInterrupted() {
    WallClock clock = new WallClock(.001, () -> {});
    clock.waitUntil(20);
    assertTrue(clock.now() >= 20);
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> clock.waitUntil(1e9));
    assertTrue(Thread.interrupted());
  }

  @Test
  void theSchedulersServeOnTheWallClockToo() {
    // 12 arrivals, 20 units of .2 ms apart: the run cannot end before the last arrival
    List<GenerationRequest> requests =
        Workload.of(12, Arrivals.every(20), Lengths.fixed(8), 1).draw();
    for (DecodeScheduler scheduler : DecodeScheduler.sideBySide(4, 4, 2)) {
      ServingReport report =
          scheduler.run(requests, ExactEngine.of(4, 32), new WallClock(.0002, () -> {}));
      assertEquals(96, report.tokens());
      assertTrue(report.makespan() >= 220);
      assertTrue(report.busy() <= report.makespan());
      report.served().forEach(s -> assertTrue(s.start() >= s.request().arrival()));
    }
  }
}
