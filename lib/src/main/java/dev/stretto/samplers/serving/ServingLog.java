package dev.stretto.samplers.serving;

import dev.stretto.samplers.serving.SlotCompactor.Move;
import java.util.ArrayList;
import java.util.List;

/** What a {@link Serving} did so far; becomes a {@link ServingReport}. */
final class ServingLog {
  /** A request in a slot, with what it got so far. */
  static final class Tenant {
    final GenerationRequest request;
    final double start;
    final int joined;
    final List<Integer> tokens = new ArrayList<>();
    String failure = "";
    private int slot;
    private int since;

    Tenant(GenerationRequest request, int slot, double start, int joined) {
      this.request = request;
      this.slot = slot;
      this.start = start;
      this.joined = joined;
      this.since = joined;
    }
  }

  private final List<ServingReport.Served> served = new ArrayList<>();
  private final List<ServingReport.Segment> segments = new ArrayList<>();
  private final List<ServingReport.Reorder> reorders = new ArrayList<>();
  private int iterations;
  private long slotSteps;
  private int moves;
  private int peakSlots;
  private long peakPositions;
  private double busy;

  int iterations() {
    return iterations;
  }

  void worked(double units) {
    busy += units;
  }

  /** Some passes over so many slots, in which so many requests with so many positions are live. */
  void passes(int passes, int slots, double units, int live, long positions) {
    iterations += passes;
    slotSteps += slots;
    peakSlots = Math.max(peakSlots, live);
    peakPositions = Math.max(peakPositions, positions);
    worked(units);
  }

  void moved(Tenant tenant, int to) {
    vacates(tenant, "moved");
    tenant.slot = to;
    moves++;
  }

  void reordered(List<Long> before, List<Long> after, List<Move> plan) {
    reorders.add(new ServingReport.Reorder(iterations, before, after, plan));
  }

  /** It was in its slot until now; says why it is there no longer. */
  void vacates(Tenant tenant, String event) {
    if (iterations > tenant.since) {
      long id = tenant.request.id();
      segments.add(new ServingReport.Segment(id, tenant.slot, tenant.since, iterations, event));
      tenant.since = iterations;
    }
  }

  void leaves(Tenant tenant, double now, double alone) {
    List<Integer> tokens = List.copyOf(tenant.tokens);
    served.add(
        new ServingReport.Served(
            tenant.request,
            tokens,
            tenant.start,
            tenant.joined,
            now,
            iterations,
            alone,
            tenant.failure));
  }

  ServingReport report(String scheduler, double unitSeconds) {
    return new ServingReport(
        scheduler,
        List.copyOf(served),
        iterations,
        slotSteps,
        moves,
        peakSlots,
        peakPositions,
        busy,
        unitSeconds,
        List.copyOf(segments),
        List.copyOf(reorders));
  }
}
