package dev.stretto.samplers.decoding;

import dev.stretto.samplers.decoding.DecodeScheduler.Eviction;
import dev.stretto.samplers.decoding.DecodeScheduler.Joining;
import dev.stretto.samplers.decoding.DecodeScheduler.Pass;
import dev.stretto.samplers.decoding.SlotCompactor.Move;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * The decoding loop that all schedulers share. Between two iterations: arrived requests join free
 * slots (first a hole inside the window, which is computed anyway, then its edges), holes are
 * closed where the scheduler reorders, all live slots advance by one token, finished requests
 * leave. Requests may be submitted from any thread, all else is for one thread.
 */
public final class Serving {
  private record Coming(GenerationRequest request, int number) {
    double arrival() {
      return request.arrival();
    }
  }

  private static final Comparator<Coming> ARRIVAL_ORDER =
      Comparator.comparingDouble(Coming::arrival).thenComparingInt(Coming::number);

  /** What a slot's tenant has got so far. */
  private static final class Lane {
    final GenerationRequest request;
    final double start;
    final int joined;
    final List<Integer> tokens = new ArrayList<>();
    String failure = "";
    int slot;
    int since;

    Lane(GenerationRequest request, int slot, double start, int joined) {
      this.request = request;
      this.slot = slot;
      this.start = start;
      this.joined = joined;
      this.since = joined;
    }
  }

  private final DecodeScheduler scheduler;
  private final SlotEngine engine;
  private final Clock clock;
  private final boolean traced;
  private final double origin;

  private final Object door = new Object();
  private final List<Coming> inbox = new ArrayList<>();
  private final Set<Long> ids = new HashSet<>();
  private boolean closed;

  private final PriorityQueue<Coming> coming = new PriorityQueue<>(ARRIVAL_ORDER);
  private final Queue<GenerationRequest> ready = new ArrayDeque<>();
  private final Lane[] lanes;
  private final BitSet live = new BitSet();
  private final List<Lane> held = new ArrayList<>();
  private int lo;
  private int hi;
  private double now;

  private final List<ServingReport.Served> served = new ArrayList<>();
  private final List<ServingReport.Segment> segments = new ArrayList<>();
  private final List<ServingReport.Iteration> trace = new ArrayList<>();
  private final List<ServingReport.Reorder> reorders = new ArrayList<>();
  private int iterations;
  private long slotSteps;
  private int moves;
  private int peakSlots;
  private long peakPositions;
  private double busy;

  Serving(DecodeScheduler scheduler, SlotEngine engine, Clock clock, boolean traced) {
    if (scheduler.maxConcurrency() > engine.capacity()) {
      throw new IllegalArgumentException(
          "%s wants %d slots, the engine has %d"
              .formatted(scheduler.name(), scheduler.maxConcurrency(), engine.capacity()));
    }
    this.scheduler = scheduler;
    this.engine = engine;
    this.clock = clock;
    this.traced = traced;
    this.origin = clock.now();
    this.lanes = new Lane[scheduler.maxConcurrency()];
  }

  /**
   * Takes a request; it joins when its arrival is past and a slot is free.
   *
   * @param request its id must be new. Throws IllegalStateException after {@link #close()},
   *     IllegalArgumentException for a known id.
   */
  public void submit(GenerationRequest request) {
    synchronized (door) {
      if (closed) {
        throw new IllegalStateException(
            "request " + request.id() + " was submitted after close, expected before");
      }
      if (!ids.add(request.id())) {
        throw new IllegalArgumentException(
            "request " + request.id() + " was submitted twice, expected an id of its own");
      }
      inbox.add(new Coming(request, ids.size()));
    }
  }

  /** No request will be submitted any more; those that were are still served. */
  public void close() {
    synchronized (door) {
      closed = true;
    }
  }

  /**
   * Whether nothing is left to do and nothing can come.
   *
   * @return true after {@link #close()} when every request has ended or failed
   */
  public boolean done() {
    synchronized (door) {
      return closed && inbox.isEmpty() && coming.isEmpty() && ready.isEmpty() && live.isEmpty();
    }
  }

  /**
   * Runs one iteration, after waiting for the next arrival where nothing is live. Throws
   * CancellationException where the thread is interrupted.
   *
   * @return false where there was nothing to do: all submitted requests have ended
   */
  public boolean advance() {
    receive();
    admit();
    while (live.isEmpty()) {
      double next = nextEvent();
      if (next == Double.POSITIVE_INFINITY) {
        return false;
      }
      pollInterrupt();
      clock.waitUntil(origin + next);
      now = Math.max(next, clock.now() - origin);
      receive();
      admit();
    }
    pollInterrupt();
    if (scheduler.eviction() == Eviction.MIN_MOVES) {
      reorder();
    }
    iterate();
    return true;
  }

  /**
   * What happened so far.
   *
   * @return the requests that have ended or failed, and the totals
   */
  public ServingReport report() {
    return new ServingReport(
        scheduler.name(),
        List.copyOf(served),
        iterations,
        slotSteps,
        moves,
        peakSlots,
        peakPositions,
        busy,
        clock.unitSeconds(),
        List.copyOf(segments),
        new ServingReport.Trace(List.copyOf(trace), List.copyOf(reorders)));
  }

  ServingReport serve(Collection<GenerationRequest> requests) {
    requests.forEach(this::submit);
    close();
    try {
      while (advance()) {}
      return report();
    } finally {
      live.stream().forEach(engine::release);
    }
  }

  private void pollInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException(
          "serving was interrupted after %d iterations, %d requests were live"
              .formatted(iterations, live.cardinality()));
    }
  }

  private void receive() {
    synchronized (door) {
      coming.addAll(inbox);
      inbox.clear();
    }
    now = Math.max(now, clock.now() - origin);
    while (!coming.isEmpty() && coming.peek().arrival() <= now) {
      ready.add(coming.remove().request());
    }
  }

  /** When the state of the waiting room changes next, infinity for never. */
  private double nextEvent() {
    double arrival = coming.isEmpty() ? Double.POSITIVE_INFINITY : coming.peek().arrival();
    return ready.isEmpty() ? arrival : Math.min(arrival, deadline());
  }

  private double deadline() {
    return ready.element().arrival() + scheduler.timeout();
  }

  private void admit() {
    int free = scheduler.maxConcurrency() - live.cardinality();
    boolean open =
        !ready.isEmpty()
            && (live.isEmpty() || scheduler.joining() == Joining.EVERY_ITERATION)
            && (ready.size() >= free || now >= deadline());
    while (open && free > 0 && !ready.isEmpty()) {
      if (join(ready.remove())) {
        free--;
      }
    }
  }

  private boolean join(GenerationRequest request) {
    int slot = freeSlot();
    double before = now;
    try {
      engine.prefill(slot, request);
    } catch (CancellationException interrupted) {
      throw interrupted;
    } catch (RuntimeException refused) {
      Lane lane = new Lane(request, slot, now, iterations);
      lane.failure = String.valueOf(refused.getMessage());
      leave(lane);
      return false;
    }
    clock.prefill(request.promptLength());
    now = Math.max(now, clock.now() - origin);
    busy += now - before;
    lanes[slot] = new Lane(request, slot, now, iterations);
    lo = live.isEmpty() ? slot : Math.min(lo, slot);
    hi = live.isEmpty() ? slot + 1 : Math.max(hi, slot + 1);
    live.set(slot);
    return true;
  }

  private int freeSlot() {
    int hole = live.isEmpty() ? 0 : live.nextClearBit(lo);
    return hole < lanes.length ? hole : lo - 1;
  }

  private void reorder() {
    List<Move> plan = SlotCompactor.plan(live);
    if (plan.isEmpty()) {
      return;
    }
    List<Long> before = traced ? tenants() : List.of();
    for (Move move : plan) {
      engine.move(move.from(), move.to());
      Lane lane = lanes[move.from()];
      occupy(lane, iterations, "moved");
      lane.slot = move.to();
      lanes[move.to()] = lane;
      lanes[move.from()] = null;
      live.clear(move.from());
      live.set(move.to());
    }
    moves += plan.size();
    lo = live.nextSetBit(0);
    hi = live.length();
    if (traced) {
      reorders.add(new ServingReport.Reorder(iterations, before, tenants(), plan));
    }
  }

  private List<Long> tenants() {
    List<Long> tenants = new ArrayList<>(lanes.length);
    for (int slot = 0; slot < lanes.length; slot++) {
      tenants.add(live.get(slot) ? lanes[slot].request.id() : ServingReport.FREE);
    }
    return List.copyOf(tenants);
  }

  private void iterate() {
    int running = live.cardinality();
    boolean fused = scheduler.pass() == Pass.FUSED;
    double before = now;
    int[] tokens = fused ? engine.step(lo, hi, live) : engine.stepEach(lo, hi, live);
    if (tokens.length != hi - lo) {
      throw new IllegalStateException(
          "the engine gave %d tokens for slots %d to %d, expected one a slot"
              .formatted(tokens.length, lo, hi - 1));
    }
    int passes = fused ? 1 : running;
    for (int pass = 0; pass < passes; pass++) {
      clock.iteration(fused ? hi - lo : 1);
    }
    now = Math.max(now, clock.now() - origin);
    busy += now - before;
    if (traced) {
      trace.add(new ServingReport.Iteration(iterations, before, now, lo, hi, running));
    }
    iterations += passes;
    slotSteps += fused ? hi - lo : running;
    peakSlots = Math.max(peakSlots, running);
    take(tokens);
  }

  /** Hands out the tokens of a pass and evicts who has ended. */
  private void take(int[] tokens) {
    long positions = 0;
    int first = lo;
    for (int slot = live.nextSetBit(0); slot >= 0; slot = live.nextSetBit(slot + 1)) {
      Lane lane = lanes[slot];
      int token = tokens[slot - first];
      if (token < 0) {
        lane.failure = "request " + lane.request.id() + ": " + engine.failure(slot);
      } else {
        lane.tokens.add(token);
      }
      positions += lane.request.promptLength() + lane.tokens.size() - 1;
      if (token < 0
          || token == engine.endToken()
          || lane.tokens.size() == lane.request.maxNewTokens()) {
        engine.release(slot);
        live.clear(slot);
        lanes[slot] = null;
        occupy(lane, iterations, lane.failure.isEmpty() ? "finished" : "failed");
        if (scheduler.eviction() == Eviction.TOGETHER) {
          held.add(lane);
        } else {
          leave(lane);
        }
      }
    }
    peakPositions = Math.max(peakPositions, positions);
    if (live.isEmpty()) {
      for (Lane lane : held) {
        occupy(lane, iterations, "held");
        leave(lane);
      }
      held.clear();
    } else if (scheduler.eviction() != Eviction.TOGETHER) {
      lo = live.nextSetBit(0);
      hi = live.length();
    }
  }

  /** Notes that a request was in its slot until an iteration, and why it is there no longer. */
  private void occupy(Lane lane, int until, String event) {
    if (until > lane.since) {
      segments.add(
          new ServingReport.Segment(lane.request.id(), lane.slot, lane.since, until, event));
      lane.since = until;
    }
  }

  private void leave(Lane lane) {
    served.add(
        new ServingReport.Served(
            lane.request,
            List.copyOf(lane.tokens),
            lane.start,
            lane.joined,
            now,
            iterations,
            clock.alone(lane.request.promptLength(), lane.tokens.size()),
            lane.failure));
  }
}
