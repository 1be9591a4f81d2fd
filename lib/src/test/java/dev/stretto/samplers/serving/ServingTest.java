package dev.stretto.samplers.serving;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.profilers.VirtualClock;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.serving.DecodeScheduler.Eviction;
import dev.stretto.samplers.serving.DecodeScheduler.Execution;
import dev.stretto.samplers.serving.DecodeScheduler.Joining;
import dev.stretto.samplers.serving.ServingReport.Reorder;
import dev.stretto.samplers.serving.ServingReport.Segment;
import dev.stretto.samplers.serving.ServingReport.Served;
import dev.stretto.samplers.serving.Workload.Lengths;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold for every workload, on random ones; the seed is the test's argument. */
class ServingTest {
  private static final double EPS = .05;

  static IntStream seeds() {
    return IntStream.range(0, 60);
  }

  /** A random workload: arrivals, lengths, greedy or sampled requests, in a random order. */
  private static List<GenerationRequest> requests(int seed) {
    Rng rng = SeedTree.of(seed).child("workload").rng();
    int n = rng.nextInt(1, 25);
    Arrivals arrivals =
        switch (rng.nextInt(3)) {
          case 0 -> Arrivals.atOnce();
          case 1 -> Arrivals.every(rng.nextDouble() * 8);
          default -> Arrivals.poisson(rng.nextDouble() * 20, seed);
        };
    Lengths lengths = new Lengths(rng.nextInt(1, 30), rng.nextInt(4) > 0);
    List<GenerationRequest> drawn = new ArrayList<>();
    for (GenerationRequest r : Workload.of(n, arrivals, lengths, seed).draw()) {
      Sampling sampling = rng.nextBoolean() ? r.sampling() : Sampling.greedy();
      drawn.add(new GenerationRequest(r.id(), r.prompt(), r.maxNewTokens(), sampling, r.arrival()));
    }
    Collections.shuffle(drawn, new Random(seed));
    return drawn;
  }

  /** Every third seed has an end token, so that requests end before anybody can know. */
  private static ExactEngine engine(int seed, int capacity) {
    return new ExactEngine(capacity, 64, 256, seed % 3 == 0 ? 7 : -1);
  }

  private static List<DecodeScheduler> schedulers(int seed) {
    int slots = SeedTree.of(seed).child("slots").rng().nextInt(1, 13);
    List<DecodeScheduler> all =
        new ArrayList<>(DecodeScheduler.sideBySide(slots, Math.min(slots, 8), seed % 20));
    // a scheduler that is none of the five
    all.add(
        new DecodeScheduler(
            "idle joining", slots, Joining.WHEN_IDLE, 3, Execution.FUSED, Eviction.MIN_MOVES));
    return all;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void tokensAreThoseOfTheRequestAlone(int seed) {
    List<GenerationRequest> requests = requests(seed);
    for (DecodeScheduler scheduler : schedulers(seed)) {
      ExactEngine engine = engine(seed, 12);
      ServingReport report = scheduler.run(requests, new Watched(engine), VirtualClock.linear(EPS));
      assertEquals(requests.size(), report.served().size());
      for (GenerationRequest request : requests) {
        Served served = report.request(request.id());
        assertFalse(served.failed(), served::failure);
        assertEquals(
            alone(request, engine(seed, 1)),
            served.tokens(),
            () -> "%s, request %d, seed %d".formatted(scheduler, request.id(), seed));
      }
      for (int slot = 0; slot < engine.capacity(); slot++) {
        for (double value : engine.block(slot)) {
          assertTrue(Double.isNaN(value), "every slot is free again");
        }
      }
    }
  }

  private static List<Integer> alone(GenerationRequest request, ExactEngine engine) {
    engine.prefill(0, request);
    BitSet live = new BitSet();
    live.set(0);
    List<Integer> tokens = new ArrayList<>();
    do {
      tokens.add(engine.step(0, 1, live)[0]);
    } while (tokens.size() < request.maxNewTokens() && tokens.getLast() != engine.endToken());
    return tokens;
  }

  /** One iteration, or one round of concurrent instances, with the time at which it began. */
  private record Iteration(double start, int lo, int hi, int live) {}

  /** Notes each iteration; a moved slot's block equals its source bit for bit. */
  private record Watched(ExactEngine engine, Clock clock, List<Iteration> iterations)
      implements SlotEngine {
    Watched(ExactEngine engine) {
      this(engine, VirtualClock.linear(EPS), new ArrayList<>());
    }

    private void note(int lo, int hi, BitSet live) {
      iterations.add(new Iteration(clock.now(), lo, hi, live.cardinality()));
    }

    @Override
    public int capacity() {
      return engine.capacity();
    }

    @Override
    public int endToken() {
      return engine.endToken();
    }

    @Override
    public void prefill(int slot, GenerationRequest request) {
      engine.prefill(slot, request);
    }

    @Override
    public int[] step(int lo, int hi, BitSet live) {
      note(lo, hi, live);
      return engine.step(lo, hi, live);
    }

    @Override
    public int[] stepEach(int lo, int hi, BitSet live) {
      note(lo, hi, live);
      int[] tokens = new int[hi - lo];
      live.stream().parallel().forEach(s -> tokens[s - lo] = engine.step(s, s + 1, live)[0]);
      return tokens;
    }

    @Override
    public void move(int from, int to) {
      double[] source = engine.block(from);
      engine.move(from, to);
      assertArrayEquals(source, engine.block(to), 0);
    }

    @Override
    public void release(int slot) {
      engine.release(slot);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void workIsConserved(int seed) {
    List<GenerationRequest> requests = requests(seed);
    for (DecodeScheduler scheduler : schedulers(seed)) {
      Watched watched = new Watched(engine(seed, 12));
      ServingReport report = scheduler.run(requests, watched, watched.clock());
      String label = scheduler + " seed " + seed;
      long tokens = report.served().stream().mapToLong(s -> s.tokens().size()).sum();
      assertEquals(tokens, report.tokens());
      assertTrue(report.usefulShare() > 0 && report.usefulShare() <= 1, label);
      boolean exact =
          scheduler.eviction() == Eviction.MIN_MOVES
              || scheduler.pass() == Execution.EACH_ALONE
              || scheduler.maxConcurrency() == 1;
      if (exact) {
        assertEquals(1, report.usefulShare(), label);
      }
      if (scheduler.maxConcurrency() == 1 || scheduler.pass() == Execution.EACH_ALONE) {
        assertEquals(tokens, report.iterations(), label);
        assertEquals((double) tokens, report.busy(), 1e-9, label);
      }
      long live = 0;
      for (Iteration iteration : watched.iterations()) {
        live += iteration.live();
        assertTrue(iteration.live() >= 1 && iteration.live() <= scheduler.maxConcurrency(), label);
        if (scheduler.eviction() == Eviction.MIN_MOVES) {
          assertEquals(iteration.live(), iteration.hi() - iteration.lo(), label);
        }
      }
      assertEquals(tokens, live, label);
      assertTrue(report.meanOverlap() >= 1 - 1e-9, label);
      for (Served served : report.served()) {
        assertTrue(served.relativeLatency() >= 1 - 1e-9, label);
        assertTrue(served.start() >= served.request().arrival(), label);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void theGanttChartTilesEveryRequestsStay(int seed) {
    List<GenerationRequest> requests = requests(seed);
    for (DecodeScheduler scheduler : schedulers(seed)) {
      ServingReport report = scheduler.run(requests, engine(seed, 12), VirtualClock.linear(EPS));
      String label = scheduler + " seed " + seed;
      for (Served served : report.served()) {
        int at = served.joinIteration();
        for (Segment segment : report.segments()) {
          if (segment.request() == served.request().id()) {
            assertEquals(at, segment.start(), label);
            at = segment.end();
          }
        }
        assertEquals(served.finishIteration(), at, label);
      }
      List<Segment> bySlot = new ArrayList<>(report.segments());
      bySlot.sort(Comparator.comparingInt(Segment::slot).thenComparingInt(Segment::start));
      for (int i = 1; i < bySlot.size(); i++) {
        Segment a = bySlot.get(i - 1);
        Segment b = bySlot.get(i);
        assertTrue(a.slot() < b.slot() || a.end() <= b.start(), () -> label + " " + a + " " + b);
      }
      int moves = 0;
      for (Reorder reorder : report.reorders()) {
        BitSet live = new BitSet();
        for (int slot = 0; slot < reorder.before().size(); slot++) {
          live.set(slot, reorder.before().get(slot) != ServingReport.FREE);
        }
        assertEquals(SlotCompactor.plan(live), reorder.moves(), label);
        List<Long> after = new ArrayList<>(reorder.before());
        reorder.moves().forEach(m -> after.set(m.to(), after.set(m.from(), ServingReport.FREE)));
        assertEquals(after, reorder.after(), label);
        moves += reorder.moves().size();
      }
      assertEquals(report.moves(), moves, label);
      assertEquals(
          moves, report.segments().stream().filter(s -> s.event().equals("moved")).count(), label);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void nobodyStarvesAndAReadyRequestJoinsAtTheNextIteration(int seed) {
    List<GenerationRequest> requests = requests(seed);
    for (DecodeScheduler scheduler : schedulers(seed)) {
      Watched watched = new Watched(engine(seed, 12));
      ServingReport report = scheduler.run(requests, watched, watched.clock());
      String label = scheduler + " seed " + seed;
      List<Served> byArrival = new ArrayList<>(report.served());
      byArrival.sort(
          Comparator.comparingDouble((Served s) -> s.request().arrival())
              .thenComparingInt(s -> requests.indexOf(s.request())));
      for (int i = 1; i < byArrival.size(); i++) {
        assertTrue(byArrival.get(i - 1).start() <= byArrival.get(i).start(), label);
      }
      if (scheduler.joining() == Joining.EVERY_ITERATION) {
        // no iteration begins with a request outside that had arrived, unless all slots are taken
        for (Iteration iteration : watched.iterations()) {
          boolean waits =
              report.served().stream()
                  .anyMatch(
                      s ->
                          s.request().arrival() <= iteration.start()
                              && s.start() > iteration.start());
          assertTrue(!waits || iteration.live() == scheduler.maxConcurrency(), label);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void theLoopDoesWhatALoopWithoutSlotsDoes(int seed) {
    List<GenerationRequest> requests = requests(seed);
    int slots = SeedTree.of(seed).child("slots").rng().nextInt(1, 13);
    for (int repeat = 0; repeat < 2; repeat++) {
      boolean dynamic = repeat == 1;
      double timeout = dynamic ? seed % 20 : 0;
      DecodeScheduler scheduler =
          dynamic
              ? DecodeScheduler.dynamicBatching(slots, timeout)
              : DecodeScheduler.temporalFusion(slots, Eviction.MIN_MOVES);
      ServingReport report =
          scheduler.run(requests, new CountingEngine(slots), VirtualClock.linear(EPS));
      double[] naive = naive(requests, slots, timeout, dynamic);
      assertEquals(naive[0], report.iterations(), scheduler + " seed " + seed);
      assertEquals(naive[1], report.served().getLast().finish(), 1e-9, scheduler + " seed " + seed);
    }
  }

  /** The naive twin: remaining lengths in a list. Gives iterations and the time of the end. */
  private static double[] naive(
      List<GenerationRequest> requests, int max, double timeout, boolean dynamic) {
    List<GenerationRequest> waiting = new ArrayList<>(requests);
    waiting.sort(Comparator.comparingDouble(GenerationRequest::arrival));
    List<Integer> running = new ArrayList<>();
    double now = 0;
    int iterations = 0;
    while (!waiting.isEmpty() || !running.isEmpty()) {
      double time = now;
      long ready = waiting.stream().filter(r -> r.arrival() <= time).count();
      boolean open =
          !dynamic
              || (running.isEmpty()
                  && (ready >= max
                      || (ready > 0 && waiting.getFirst().arrival() + timeout <= now)));
      while (open && running.size() < max && ready > 0) {
        running.add(waiting.removeFirst().maxNewTokens());
        ready--;
      }
      if (running.isEmpty()) {
        double deadline = ready > 0 ? waiting.getFirst().arrival() + timeout : Double.MAX_VALUE;
        double arrival =
            waiting.stream()
                .mapToDouble(GenerationRequest::arrival)
                .filter(a -> a > time)
                .min()
                .orElse(Double.MAX_VALUE);
        now = Math.min(deadline, arrival);
        continue;
      }
      now += 1 + EPS * (running.size() - 1);
      iterations++;
      running.replaceAll(left -> left - 1);
      if (!dynamic || Collections.max(running) == 0) {
        running.removeIf(left -> left <= 0);
      }
    }
    return new double[] {iterations, now};
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void equalLengthsThatOverlapTakeTheLastJoinLater(int seed) {
    // the gap is shorter than a request, so the last joins before the first has ended
    int length = 40;
    Arrivals arrivals = Arrivals.every(SeedTree.of(seed).rng().nextDouble() * length / 12);
    List<GenerationRequest> requests =
        Workload.of(12, arrivals, Lengths.fixed(length), seed).draw();
    ServingReport report =
        DecodeScheduler.temporalFusion(12, Eviction.MIN_MOVES)
            .run(requests, new CountingEngine(12), VirtualClock.linear(EPS));
    Set<Integer> joins = new HashSet<>();
    report.served().forEach(s -> joins.add(s.joinIteration()));
    assertEquals(
        length + Collections.max(joins) - Collections.min(joins),
        report.iterations(),
        "seed " + seed);
  }
}
