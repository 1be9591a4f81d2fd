package dev.stretto.samplers.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.profilers.VirtualClock;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.serving.DecodeScheduler.Eviction;
import dev.stretto.samplers.serving.Workload.Lengths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

/** Bad input, failing requests, interruption, and requests that are submitted one by one. */
class ServingFailureTest {
  private static final DecodeScheduler FUSED =
      DecodeScheduler.temporalFusion(4, Eviction.MIN_MOVES);

  private static GenerationRequest request(long id, int prompt, int limit, double arrival) {
    return new GenerationRequest(id, new int[prompt], limit, Sampling.greedy(), arrival);
  }

  private static void assertSays(String sentence, Class<? extends Exception> type, Runnable bad) {
    assertEquals(sentence, assertThrows(type, bad::run).getMessage());
  }

  @Test
  void aBadRequestIsNamedAtTheDoor() {
    Class<IllegalArgumentException> type = IllegalArgumentException.class;
    assertSays("request -1: id is -1, expected 0 or more", type, () -> request(-1, 1, 1, 0));
    assertSays(
        "request 3: prompt is empty, expected at least one token", type, () -> request(3, 0, 1, 0));
    assertSays("request 3: maxNewTokens is 0, expected 1 or more", type, () -> request(3, 1, 0, 0));
    assertSays(
        "request 3: arrival is NaN, expected finite units, 0 or more",
        type,
        () -> request(3, 1, 1, Double.NaN));
    assertSays(
        "request 3: prompt token is -5, expected 0 or more",
        type,
        () -> new GenerationRequest(3, new int[] {1, -5}, 1, Sampling.greedy(), 0));
    assertSays("topP is 0.0, expected above 0 up to 1", type, () -> new Sampling(1, 0, 0, 1));
    assertSays(
        "temperature is -1.0, expected a finite number, 0 or more", type, () -> Sampling.of(-1, 1));
    assertSays(
        "temporal fusion, reordering wants 4 slots, the engine has 3",
        type,
        () -> FUSED.open(ExactEngine.of(3, 16), VirtualClock.linear(0)));
    assertSays(
        "the arrival gap is -1.0, expected finite units, 0 or more",
        type,
        () -> Arrivals.every(-1));
  }

  @Test
  void aRequestThatTheModelRefusesDoesNotStopTheOthers() {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int id = 0; id < 12; id++) {
      requests.add(request(id, 4, id % 5 == 1 ? 1000 : 6 + id, id));
    }
    requests.add(new GenerationRequest(12, new int[] {999}, 3, Sampling.greedy(), 2));
    for (DecodeScheduler scheduler : DecodeScheduler.sideBySide(4, 4, 5)) {
      ServingReport report =
          scheduler.run(requests, ExactEngine.of(4, 32), VirtualClock.linear(.05));
      assertEquals(
          "request 1: prompt of 4 and limit of 1000 tokens exceed the slot's 32 positions",
          report.request(1).failure());
      assertEquals(
          "request 12: prompt token is 999, expected below the vocabulary's 256",
          report.request(12).failure());
      assertEquals(4, report.served().stream().filter(ServingReport.Served::failed).count());
      for (int id : new int[] {0, 2, 3, 4, 5, 7, 8, 9, 10}) {
        assertEquals(6 + id, report.request(id).tokens().size());
      }
      assertEquals(4, ServingReport.summary(List.of(report)).intColumn("failed").get(0));
      assertFalse(Double.isNaN(report.meanLatency()));
    }
  }

  @Test
  void aSlotThatFailsInAStepIsEvictedAndTheOthersGoOn() {
    ExactEngine exact = ExactEngine.of(4, 64);
    SlotEngine failing = new FailingAt(exact, 1, 5);
    List<GenerationRequest> requests =
        List.of(request(0, 3, 9, 0), request(1, 3, 9, 0), request(2, 3, 9, 0));
    ServingReport report = FUSED.run(requests, failing, VirtualClock.linear(.05));
    assertEquals("request 1: out of numbers", report.request(1).failure());
    assertEquals(4, report.request(1).tokens().size());
    assertEquals(report.request(0).tokens(), report.request(2).tokens());
    assertEquals(9, report.request(2).tokens().size());
    assertEquals(1, report.moves());
  }

  /** One slot fails in the n-th step. */
  private static final class FailingAt implements SlotEngine {
    private final ExactEngine engine;
    private final int slot;
    private int left;

    FailingAt(ExactEngine engine, int slot, int step) {
      this.engine = engine;
      this.slot = slot;
      this.left = step;
    }

    @Override
    public int capacity() {
      return engine.capacity();
    }

    @Override
    public void prefill(int slot, GenerationRequest request) {
      engine.prefill(slot, request);
    }

    @Override
    public int[] step(int lo, int hi, BitSet live) {
      int[] tokens = engine.step(lo, hi, live);
      left--;
      if (left == 0) {
        tokens[slot - lo] = FAILED;
      }
      return tokens;
    }

    @Override
    public String failure(int slot) {
      return "out of numbers";
    }

    @Override
    public void move(int from, int to) {
      engine.move(from, to);
    }

    @Override
    public void release(int slot) {
      engine.release(slot);
    }
  }

  @Test
  void aReadOfAFreedSlotGivesNoToken() {
    ExactEngine engine = ExactEngine.of(2, 8);
    engine.prefill(0, request(0, 3, 5, 0));
    BitSet live = new BitSet();
    live.set(0, 2);
    assertTrue(engine.step(0, 1, live)[0] >= 0);
    engine.move(0, 1);
    assertTrue(Arrays.stream(engine.block(0)).allMatch(Double::isNaN));
    assertEquals(SlotEngine.FAILED, engine.step(0, 2, live)[0], "the source is poisoned");
    assertThrows(IllegalStateException.class, () -> engine.release(0));
    assertThrows(IllegalStateException.class, () -> engine.prefill(1, request(1, 1, 1, 0)));
  }

  @Test
  void requestsAreSubmittedOneByOneUntilClose() {
    Serving serving = FUSED.open(ExactEngine.of(4, 32), VirtualClock.linear(.05));
    assertFalse(serving.advance(), "nothing to do");
    serving.submit(request(5, 2, 3, 0));
    assertTrue(serving.advance());
    serving.submit(request(6, 2, 3, 0));
    assertTrue(serving.advance());
    assertEquals(0, serving.report().served().size());
    assertSays(
        "request 6 was submitted twice, expected an id of its own",
        IllegalArgumentException.class,
        () -> serving.submit(request(6, 1, 1, 0)));
    serving.close();
    assertSays(
        "request 7 was submitted after close, expected before",
        IllegalStateException.class,
        () -> serving.submit(request(7, 1, 1, 0)));
    assertFalse(serving.done());
    while (serving.advance()) {}
    assertTrue(serving.done());
    assertEquals(1, serving.report().request(6).joinIteration());
    assertEquals(4, serving.report().iterations());
  }

  @Test
  void anInterruptedRunStopsAtTheNextIterationAndFreesItsSlots() {
    ExactEngine engine = ExactEngine.of(4, 64);
    List<GenerationRequest> requests =
        Workload.of(4, Arrivals.atOnce(), Lengths.fixed(40), 1).draw();
    Thread.currentThread().interrupt();
    try {
      assertSays(
          "serving was interrupted after 0 iterations, 4 requests were live",
          CancellationException.class,
          () -> FUSED.run(requests, engine, VirtualClock.linear(.05)));
    } finally {
      assertTrue(Thread.interrupted(), "the flag is left for the caller");
    }
    assertEquals(160, FUSED.run(requests, engine, VirtualClock.linear(.05)).tokens());
  }

  @Test
  void anEmptyWorkloadGivesAnEmptyReport() {
    ServingReport report = FUSED.run(List.of(), ExactEngine.of(4, 8), VirtualClock.linear(0));
    assertEquals(0, report.iterations());
    assertEquals(1, report.usefulShare());
    assertTrue(Double.isNaN(report.meanLatency()));
    assertEquals(1, ServingReport.summary(List.of(report)).rowCount());
    assertEquals(List.of(), report.segments());
  }

  @Test
  void requestsAreAnnouncedOnceInArrivalOrderAndARefusalWithoutANameGetsOne() {
    List<String> calls = new ArrayList<>();
    SlotEngine engine =
        new SlotEngine() {
          @Override
          public int capacity() {
            return 1;
          }

          @Override
          public void announce(GenerationRequest request) {
            calls.add("announce " + request.id());
          }

          @Override
          public void prefill(int slot, GenerationRequest request) {
            calls.add("prefill " + request.id());
            if (request.id() == 0) {
              throw new IllegalStateException("out of memory");
            }
          }

          @Override
          public int[] step(int lo, int hi, BitSet live) {
            return new int[hi - lo];
          }

          @Override
          public void move(int from, int to) {}

          @Override
          public void release(int slot) {}
        };
    ServingReport report =
        DecodeScheduler.sequential()
            .run(
                List.of(request(1, 1, 5, 1), request(2, 1, 1, 2), request(0, 1, 1, 0)),
                engine,
                VirtualClock.linear(0));
    assertEquals(
        List.of("announce 0", "prefill 0", "announce 1", "prefill 1", "announce 2", "prefill 2"),
        calls);
    assertEquals("request 0: out of memory", report.request(0).failure());
  }
}
