package dev.stretto.samplers.serving;

import dev.stretto.figures.Tables;
import dev.stretto.samplers.serving.SlotCompactor.Move;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tech.tablesaw.api.Table;

/**
 * What a serving run did. Times are in units of {@link Clock} (one iteration of a single request)
 * since the run began. An iteration is one pass of the model; a round of n concurrent instances
 * counts n.
 *
 * @param scheduler whose run it was
 * @param served the requests that have ended or failed, in that order
 * @param iterations passes of the model
 * @param slotSteps slots summed over passes: the work, useful or not
 * @param moves slots moved by reordering
 * @param peakSlots the most live requests in an iteration
 * @param peakPositions the most positions with keys and values of live requests in an iteration;
 *     times the floats a position is the peak of live cache
 * @param busy units in which the device was at work
 * @param unitSeconds how long a unit is, in seconds
 * @param segments who was in which slot when, in the order in which it ended
 * @param reorders every reordering that moved something
 */
public record ServingReport(
    String scheduler,
    List<Served> served,
    int iterations,
    long slotSteps,
    int moves,
    int peakSlots,
    long peakPositions,
    double busy,
    double unitSeconds,
    List<Segment> segments,
    List<Reorder> reorders) {
  /** Stands for no request in a slot. */
  public static final long FREE = -1;

  /**
   * One request's fate.
   *
   * @param request the request
   * @param tokens what it generated, until it failed where it did
   * @param start when it joined, its prompt written
   * @param joinIteration passes before its first
   * @param finish when its tokens were given back
   * @param finishIteration passes until then
   * @param alone what it would have taken alone
   * @param failure why it failed, naming the request; empty where it did not
   */
  public record Served(
      GenerationRequest request,
      List<Integer> tokens,
      double start,
      int joinIteration,
      double finish,
      int finishIteration,
      double alone,
      String failure) {

    /**
     * Whether it failed.
     *
     * @return true where {@link #failure()} says why
     */
    public boolean failed() {
      return !failure.isEmpty();
    }

    /**
     * From its arrival to its last token.
     *
     * @return units
     */
    public double latency() {
      return finish - request.arrival();
    }

    /**
     * Latency over what the request would have taken alone.
     *
     * @return 1 or more, up to rounding, on a virtual clock
     */
    public double relativeLatency() {
      return latency() / alone;
    }
  }

  /**
   * A request in a slot: one bar of the Gantt chart.
   *
   * @param request its id
   * @param slot where it was
   * @param start passes before
   * @param end passes until it left, above start
   * @param event why it left: {@code finished}, {@code moved}, {@code failed}; {@code held} for the
   *     time after its end in which it waited for its batch
   */
  public record Segment(long request, int slot, int start, int end, String event) {}

  /**
   * One reordering.
   *
   * @param iteration passes before
   * @param before request id by slot, {@link #FREE} where there is none
   * @param after the same afterwards
   * @param moves what was moved
   */
  public record Reorder(int iteration, List<Long> before, List<Long> after, List<Move> moves) {

    /** {@return the slots before and then after it, one row a slot} */
    public List<SlotState> slots() {
      return Stream.concat(
              states("before", before, moves.stream().map(Move::from).toList()),
              states("after", after, moves.stream().map(Move::to).toList()))
          .toList();
    }

    private static Stream<SlotState> states(
        String phase, List<Long> requests, List<Integer> moved) {
      return IntStream.range(0, requests.size())
          .mapToObj(
              slot ->
                  requests.get(slot) == FREE
                      ? new SlotState(phase, slot, "free", "free")
                      : new SlotState(
                          phase,
                          slot,
                          requests.get(slot).toString(),
                          moved.contains(slot) ? "moved" : "live"));
    }
  }

  /**
   * A slot beside a reordering.
   *
   * @param phase {@code before} or {@code after}
   * @param slot which
   * @param request whose it is, {@code free} where there is none
   * @param state {@code live}, {@code moved} or {@code free}
   */
  public record SlotState(String phase, int slot, String request, String state) {}

  /**
   * One request's fate.
   *
   * @param id a request that has ended or failed; throws NoSuchElementException for another
   * @return its tokens and times
   */
  public Served request(long id) {
    return served.stream()
        .filter(s -> s.request().id() == id)
        .findFirst()
        .orElseThrow(
            () -> new NoSuchElementException("request " + id + " has not ended in this run"));
  }

  /**
   * Tokens generated by all requests.
   *
   * @return sum of the generated lengths
   */
  public long tokens() {
    return served.stream().mapToLong(s -> s.tokens().size()).sum();
  }

  /**
   * The share of the work that became tokens: tokens / slot-steps.
   *
   * @return above 0 up to 1; 1 where nothing ran
   */
  public double usefulShare() {
    return slotSteps == 0 ? 1 : (double) tokens() / slotSteps;
  }

  /**
   * From the first arrival to the last finish.
   *
   * @return units
   */
  public double makespan() {
    double first = served.stream().mapToDouble(s -> s.request().arrival()).min().orElse(0);
    return served.stream().mapToDouble(Served::finish).max().orElse(0) - first;
  }

  /**
   * Mean of {@link Served#relativeLatency()} over the requests that did not fail.
   *
   * @return isolated times; NaN where all failed
   */
  public double meanLatency() {
    return relativeLatencies().average().orElse(Double.NaN);
  }

  private DoubleStream relativeLatencies() {
    return served.stream().filter(s -> !s.failed()).mapToDouble(Served::relativeLatency);
  }

  /**
   * The least relative latency that 95 % of the requests that did not fail do not exceed (nearest
   * rank).
   *
   * @return isolated times; NaN where all failed
   */
  public double p95Latency() {
    double[] sorted = relativeLatencies().sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[(int) Math.ceil(.95 * sorted.length) - 1];
  }

  /**
   * Tokens over makespan.
   *
   * @return tokens a second of {@link #unitSeconds()} units; on a virtual clock a unit
   */
  public double tokensPerSecond() {
    return tokens() / (makespan() * unitSeconds);
  }

  /**
   * How many requests were in service at a time, on average over the time in which the device was
   * at work: sum of (finish - start) over {@link #busy()}.
   *
   * @return 1 or more without prefill cost; NaN where nothing ran
   */
  public double meanOverlap() {
    return served.stream().mapToDouble(s -> s.finish() - s.start()).sum() / busy;
  }

  /**
   * The totals of runs below each other.
   *
   * @param reports any number
   * @return one row a run: scheduler, requests, failed, iterations, slotSteps, tokens, usefulShare,
   *     makespan, meanLatency, p95Latency, tokensPerSecond, meanOverlap, moves, peakSlots,
   *     peakPositions
   */
  public static Table summary(Collection<ServingReport> reports) {
    return Tables.rows(reports)
        .column("scheduler", ServingReport::scheduler)
        .column("requests", report -> report.served.size())
        .column("failed", report -> (int) report.served.stream().filter(Served::failed).count())
        .column("iterations", ServingReport::iterations)
        .column("slotSteps", ServingReport::slotSteps)
        .column("tokens", ServingReport::tokens)
        .column("usefulShare", ServingReport::usefulShare)
        .column("makespan", ServingReport::makespan)
        .column("meanLatency", ServingReport::meanLatency)
        .column("p95Latency", ServingReport::p95Latency)
        .column("tokensPerSecond", ServingReport::tokensPerSecond)
        .column("meanOverlap", ServingReport::meanOverlap)
        .column("moves", ServingReport::moves)
        .column("peakSlots", ServingReport::peakSlots)
        .column("peakPositions", ServingReport::peakPositions)
        .table("serving");
  }
}
