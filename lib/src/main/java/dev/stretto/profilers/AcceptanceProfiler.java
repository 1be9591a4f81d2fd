package dev.stretto.profilers;

import dev.stretto.figures.Tables;
import dev.stretto.samplers.decoding.Acceptance;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import tech.tablesaw.api.Table;

/**
 * Views of {@link Acceptance}, whose documentation has the formulas, and the numbers that
 * Spec-Bench reports. A decoder of one's own records each pass:
 *
 * <pre>{@code
 * var recorder = new Acceptance.Recorder();
 * while (running) {
 *   TokenTree tree = TokenTree.chain(pending, myDraft(text));
 *   int[] path = myVerifier(session.score(scope, new TokenTree[] {tree}));
 *   session.commit(new int[][] {path});
 *   recorder.pass(tree, path, path.length, seconds());
 * }
 * AcceptanceProfiler.byDepth(recorder.report())
 * }</pre>
 */
public final class AcceptanceProfiler {
  private AcceptanceProfiler() {}

  /**
   * Acceptance by depth.
   *
   * @param acceptance of a run
   * @return columns depth, tried, kept, conditional, unconditional, survival
   */
  public static Table byDepth(Acceptance acceptance) {
    return Tables.rows(IntStream.rangeClosed(1, acceptance.tried().length).boxed().toList())
        .column("depth", depth -> depth)
        .column("tried", depth -> acceptance.tried()[depth - 1])
        .column("kept", depth -> acceptance.kept()[depth - 1])
        .column("conditional", acceptance::conditional)
        .column("unconditional", acceptance::unconditional)
        .column("survival", acceptance::survival)
        .table("acceptance by depth");
  }

  /**
   * Methods side by side.
   *
   * @param methods by name, in the table's order
   * @return columns method, passes, drafted, accepted, emitted, cut, nearTies, lengthWithBonus,
   *     lengthWithoutBonus, acceptedPerDrafted, ttft, gapP50, gapP95 (seconds)
   */
  public static Table table(Map<String, Acceptance> methods) {
    return Tables.rows(methods.keySet())
        .column("method", name -> name)
        .column("passes", name -> methods.get(name).passes())
        .column("drafted", name -> methods.get(name).drafted())
        .column("accepted", name -> methods.get(name).accepted())
        .column("emitted", name -> methods.get(name).emitted())
        .column("cut", name -> methods.get(name).cut())
        .column("nearTies", name -> methods.get(name).nearTies())
        .column("lengthWithBonus", name -> methods.get(name).lengthWithBonus())
        .column("lengthWithoutBonus", name -> methods.get(name).lengthWithoutBonus())
        .column("acceptedPerDrafted", name -> methods.get(name).acceptedPerDrafted())
        .column("ttft", name -> ttft(methods.get(name)))
        .column("gapP50", name -> gap(methods.get(name), 50))
        .column("gapP95", name -> gap(methods.get(name), 95))
        .table("acceptance");
  }

  /**
   * Time to the first token.
   *
   * @param acceptance of a run
   * @return seconds, median over requests; NaN where nothing was emitted
   */
  public static double ttft(Acceptance acceptance) {
    return new Percentile()
        .evaluate(
            acceptance.emissions().stream()
                .filter(times -> times.length > 0)
                .mapToDouble(times -> times[0])
                .toArray(),
            50);
  }

  /**
   * Time from a token to the next, over all requests; 0 within a pass, so the median of bursty
   * output says little and p95 is about the time of a pass.
   *
   * @param acceptance of a run
   * @param percent above 0 to 100
   * @return seconds; NaN where no request has two tokens
   */
  public static double gap(Acceptance acceptance, double percent) {
    double[] gaps =
        acceptance.emissions().stream()
            .flatMapToDouble(
                times -> IntStream.range(1, times.length).mapToDouble(i -> times[i] - times[i - 1]))
            .toArray();
    return new Percentile().evaluate(gaps, percent);
  }
}
