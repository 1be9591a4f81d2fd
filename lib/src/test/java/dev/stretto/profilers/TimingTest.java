package dev.stretto.profilers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.manifest.Cut;
import dev.stretto.samplers.batching.Batch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The tail-worker simulator on known costs, the interleaved timer on a clock of its own. */
class TimingTest {

  @Test
  void ranksWaitForTheSlowest() {
    // costs 1 2 | 5 1 | 3 3: means 1.5 + 3 + 3, maxima 2 + 5 + 3
    var left = List.of(batch(1), batch(5), batch(3)).iterator();
    var right = List.of(batch(2), batch(1), batch(3), batch(9)).iterator();
    var report = TailWorkerSimulator.run(List.of(left, right), 150, Batch::size);
    assertEquals(3, report.steps());
    assertEquals(1 - 7.5 / 10, report.idleShare(), 1e-12);
    assertEquals(10 / 7.5, report.imbalance(), 1e-12);
    var dealt =
        TailWorkerSimulator.dealt(
            IntStream.of(1, 2, 5, 1, 3, 3, 9).mapToObj(TimingTest::batch).iterator(),
            2,
            150,
            Batch::size);
    assertEquals(report, dealt);
  }

  @Test
  void aPaddedStepCostsTheLongestAndARaggedOneTheSum() {
    SpeechCost cost = SpeechCost.small();
    Batch batch = new Batch(List.of(Cut.of("a", 2, 10), Cut.of("b", 4, 4)), -1);
    assertEquals(
        2.0 * cost.macs(50, 10), TailWorkerSimulator.padded(cost).applyAsDouble(batch), 1e-6);
    assertEquals(
        (double) cost.macs(25, 10) + cost.macs(50, 4),
        TailWorkerSimulator.ragged(cost).applyAsDouble(batch),
        1e-6);
  }

  @Test
  void contestantsAlternateAndTheDeviceIsIdleAtEachReading() {
    List<String> log = new ArrayList<>();
    var clock = new AtomicLong();
    var timer =
        new InterleavedTimer(
                () -> log.add("sync"),
                () -> {
                  log.add("clock");
                  return clock.get();
                })
            .add("a", () -> log.add("a" + clock.addAndGet(3)))
            .add("b", () -> log.add("b" + clock.addAndGet(1)));
    var timings = timer.run(1, 2);
    assertEquals(30, log.size());
    assertEquals(List.of("sync", "clock", "a3", "sync", "clock"), log.subList(0, 5));
    assertEquals(List.of("sync", "clock", "b4", "sync", "clock"), log.subList(5, 10));
    assertEquals(List.of("sync", "clock", "b5", "sync", "clock"), log.subList(10, 15));
    assertEquals(List.of("sync", "clock", "a8", "sync", "clock"), log.subList(15, 20));
    assertEquals(2, timings.seconds("a").length);
    assertEquals(3e-9, timings.median("a"), 1e-15);
    assertEquals(3, timings.ratio("a", "b"), 1e-9);
    assertEquals(0, timings.spread("a"), 1e-9);
    assertEquals(List.of(1.0, 3.0), timings.table().doubleColumn("ratio").asList());
  }

  @Test
  void aMachineThatSlowsDownDoesNotMoveTheRatio() {
    var clock = new AtomicLong();
    var slowing = new AtomicLong(1_000);
    var timer =
        new InterleavedTimer(() -> {}, clock::get)
            .add("a", () -> clock.addAndGet(2 * slowing.get()))
            .add("b", () -> clock.addAndGet(slowing.getAndAdd(500)));
    var timings = timer.run(2, 9);
    assertEquals(2, timings.ratio("a", "b"), 1e-9);
    assertTrue(timings.spread("a") > .3);
  }

  @Test
  void interruptionAndBadSettingsAreSaid() {
    var timer = new InterleavedTimer().add("a", () -> Thread.currentThread().interrupt());
    assertThrows(CancellationException.class, () -> timer.run(0, 2));
    assertTrue(Thread.interrupted());
    assertThrows(IllegalArgumentException.class, () -> timer.add("a", () -> {}));
    assertThrows(IllegalArgumentException.class, () -> new InterleavedTimer().run(2, 7));
    assertThrows(
        IllegalArgumentException.class, () -> TailWorkerSimulator.run(List.of(), 1, b -> 1));
  }

  private static Batch batch(int size) {
    return new Batch(IntStream.range(0, size).mapToObj(i -> Cut.of("cut-" + i, 1, 1)).toList(), -1);
  }
}
