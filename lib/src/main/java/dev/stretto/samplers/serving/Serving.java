package dev.stretto.samplers.serving;

import dev.stretto.samplers.serving.DecodeScheduler.Eviction;
import dev.stretto.samplers.serving.DecodeScheduler.Execution;
import dev.stretto.samplers.serving.DecodeScheduler.Joining;
import dev.stretto.samplers.serving.ServingLog.Tenant;
import dev.stretto.samplers.serving.SlotCompactor.Move;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.PriorityBlockingQueue;

/**
 * The decoding loop that all schedulers share. Between two iterations: arrived requests join free
 * slots (first a hole inside the window, which is computed anyway, then its edges), holes are
 * closed where the scheduler reorders, all live slots advance by one token, finished requests
 * leave. Requests may be submitted from any thread, all else is for one thread.
 */
public final class Serving {
  private record Coming(GenerationRequest request, int number) {}

  private static final Comparator<Coming> ARRIVAL_ORDER =
      Comparator.comparingDouble((Coming coming) -> coming.request.arrival())
          .thenComparingInt(Coming::number);

  private final DecodeScheduler scheduler;
  private final SlotEngine engine;
  private final Clock clock;
  private final double origin;

  private final Set<Long> ids = new HashSet<>();
  private boolean closed;
  private final Queue<Coming> coming = new PriorityBlockingQueue<>(16, ARRIVAL_ORDER);
  private final Queue<GenerationRequest> ready = new ArrayDeque<>();
  private final Tenant[] tenants;
  private final BitSet live = new BitSet();
  private final List<Tenant> held = new ArrayList<>();
  private int lo;
  private int hi;
  private long positions;
  private double now;

  private final ServingLog log = new ServingLog();

  Serving(DecodeScheduler scheduler, SlotEngine engine, Clock clock) {
    if (scheduler.maxConcurrency() > engine.capacity()) {
      throw new IllegalArgumentException(
          "%s wants %d slots, the engine has %d"
              .formatted(scheduler.name(), scheduler.maxConcurrency(), engine.capacity()));
    }
    this.scheduler = scheduler;
    this.engine = engine;
    this.clock = clock;
    this.origin = clock.now();
    this.tenants = new Tenant[scheduler.maxConcurrency()];
  }

  /**
   * Takes a request; it joins when its arrival is past and a slot is free.
   *
   * @param request its id must be new. Throws IllegalStateException after {@link #close()},
   *     IllegalArgumentException for a known id.
   */
  public synchronized void submit(GenerationRequest request) {
    if (closed) {
      throw new IllegalStateException(
          "request " + request.id() + " was submitted after close, expected before");
    }
    if (!ids.add(request.id())) {
      throw new IllegalArgumentException(
          "request " + request.id() + " was submitted twice, expected an id of its own");
    }
    coming.add(new Coming(request, ids.size()));
  }

  /** No request will be submitted any more; those that were are still served. */
  public synchronized void close() {
    closed = true;
  }

  /**
   * Whether nothing is left to do and nothing can come.
   *
   * @return true after {@link #close()} when every request has ended or failed
   */
  public synchronized boolean done() {
    return closed && coming.isEmpty() && ready.isEmpty() && live.isEmpty();
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
    return log.report(scheduler.name(), clock.unitSeconds());
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
              .formatted(log.iterations(), live.cardinality()));
    }
  }

  private void receive() {
    readClock();
    while (!coming.isEmpty() && coming.element().request.arrival() <= now) {
      GenerationRequest request = coming.remove().request;
      engine.announce(request);
      ready.add(request);
    }
  }

  /** When the state of the waiting room changes next, infinity for never. */
  private double nextEvent() {
    double arrival =
        coming.isEmpty() ? Double.POSITIVE_INFINITY : coming.element().request.arrival();
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
    int hole = live.isEmpty() ? 0 : live.nextClearBit(lo);
    int slot = hole < tenants.length ? hole : lo - 1;
    double before = now;
    try {
      engine.prefill(slot, request);
    } catch (CancellationException interrupted) {
      throw interrupted;
    } catch (RuntimeException refused) {
      Tenant tenant = new Tenant(request, slot, now, log.iterations());
      tenant.failure = naming(request, String.valueOf(refused.getMessage()));
      leave(tenant);
      return false;
    }
    clock.prefill(request.promptLength());
    readClock();
    log.worked(now - before);
    tenants[slot] = new Tenant(request, slot, now, log.iterations());
    lo = live.isEmpty() ? slot : Math.min(lo, slot);
    hi = live.isEmpty() ? slot + 1 : Math.max(hi, slot + 1);
    live.set(slot);
    positions += request.promptLength();
    return true;
  }

  private static String naming(GenerationRequest request, String reason) {
    String name = "request " + request.id();
    return reason.startsWith(name) ? reason : name + ": " + reason;
  }

  private void readClock() {
    now = Math.max(now, clock.now() - origin);
  }

  private void reorder() {
    List<Move> plan = SlotCompactor.plan(live);
    if (plan.isEmpty()) {
      return;
    }
    List<Long> before = slotMap();
    for (Move move : plan) {
      engine.move(move.from(), move.to());
      log.moved(tenants[move.from()], move.to());
      tenants[move.to()] = tenants[move.from()];
      tenants[move.from()] = null;
      live.clear(move.from());
      live.set(move.to());
    }
    log.reordered(before, slotMap(), plan);
    fitWindow();
  }

  private List<Long> slotMap() {
    return Arrays.stream(tenants)
        .map(tenant -> tenant == null ? ServingReport.FREE : tenant.request.id())
        .toList();
  }

  private void iterate() {
    int running = live.cardinality();
    boolean fused = scheduler.pass() == Execution.FUSED;
    int passes = fused ? 1 : running;
    int slots = fused ? hi - lo : running;
    double before = now;
    int[] tokens = fused ? engine.step(lo, hi, live) : engine.stepEach(lo, hi, live);
    if (tokens.length != hi - lo) {
      throw new IllegalStateException(
          "the engine gave %d tokens for slots %d to %d, expected one a slot"
              .formatted(tokens.length, lo, hi - 1));
    }
    for (int pass = 0; pass < passes; pass++) {
      clock.iteration(slots / passes);
    }
    readClock();
    log.passes(passes, slots, now - before, running, positions);
    int first = lo;
    for (int slot = live.nextSetBit(0); slot >= 0; slot = live.nextSetBit(slot + 1)) {
      take(slot, tokens[slot - first]);
    }
    if (live.isEmpty()) {
      for (Tenant tenant : held) {
        log.vacates(tenant, "held");
        leave(tenant);
      }
      held.clear();
    } else if (scheduler.eviction() != Eviction.TOGETHER) {
      fitWindow();
    }
  }

  private void fitWindow() {
    lo = live.nextSetBit(0);
    hi = live.length();
  }

  /** Gives a slot's tenant its token, and evicts it where that was its last. */
  private void take(int slot, int token) {
    Tenant tenant = tenants[slot];
    if (token >= 0) {
      tenant.tokens.add(token);
      positions++;
      if (token != engine.endToken() && tenant.tokens.size() < tenant.request.maxNewTokens()) {
        return;
      }
    } else {
      tenant.failure = naming(tenant.request, engine.failure(slot));
    }
    engine.release(slot);
    live.clear(slot);
    tenants[slot] = null;
    positions -= tenant.request.promptLength() + tenant.tokens.size();
    log.vacates(tenant, token >= 0 ? "finished" : "failed");
    if (scheduler.eviction() == Eviction.TOGETHER) {
      held.add(tenant);
    } else {
      leave(tenant);
    }
  }

  private void leave(Tenant tenant) {
    log.leaves(tenant, now, clock.alone(tenant.request.promptLength(), tenant.tokens.size()));
  }
}
