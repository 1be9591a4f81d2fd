package dev.stretto.profilers;

import dev.stretto.samplers.decoding.Acceptance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Views of {@link Acceptance}, whose documentation has the formulas, and exports under other
 * people's names. A decoder of one's own records a line a pass:
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
    int[] depths = new int[acceptance.tried().length];
    Arrays.setAll(depths, i -> i + 1);
    return Table.create(
        "acceptance by depth",
        IntColumn.create("depth", depths),
        LongColumn.create("tried", acceptance.tried()),
        LongColumn.create("kept", acceptance.kept()),
        doubles("conditional", depths, acceptance::conditional),
        doubles("unconditional", depths, acceptance::unconditional),
        doubles("survival", depths, acceptance::survival));
  }

  private static DoubleColumn doubles(String name, int[] depths, IntToDoubleFunction rate) {
    return DoubleColumn.create(name, Arrays.stream(depths).mapToDouble(rate).toArray());
  }

  private static LongColumn longs(
      String name, List<Acceptance> rows, ToLongFunction<Acceptance> count) {
    return LongColumn.create(name, rows.stream().mapToLong(count).toArray());
  }

  /**
   * Methods side by side.
   *
   * @param methods by name, in the table's order
   * @return columns method, passes, drafted, accepted, emitted, cut, nearTies, lengthWithBonus,
   *     lengthWithoutBonus, acceptedPerDrafted, ttft, gapP50, gapP95 (seconds)
   */
  public static Table table(Map<String, Acceptance> methods) {
    List<Acceptance> rows = new ArrayList<>(methods.values());
    Map<String, ToDoubleFunction<Acceptance>> measures = new LinkedHashMap<>();
    measures.put("lengthWithBonus", Acceptance::lengthWithBonus);
    measures.put("lengthWithoutBonus", Acceptance::lengthWithoutBonus);
    measures.put("acceptedPerDrafted", Acceptance::acceptedPerDrafted);
    measures.put("ttft", AcceptanceProfiler::ttft);
    measures.put("gapP50", r -> gap(r, 50));
    measures.put("gapP95", r -> gap(r, 95));
    Table table =
        Table.create(
            "acceptance",
            StringColumn.create("method", new ArrayList<>(methods.keySet())),
            longs("passes", rows, Acceptance::passes),
            longs("drafted", rows, Acceptance::drafted),
            longs("accepted", rows, Acceptance::accepted),
            longs("emitted", rows, Acceptance::emitted),
            longs("cut", rows, Acceptance::cut),
            longs("nearTies", rows, Acceptance::nearTies));
    measures.forEach(
        (name, measure) ->
            table.addColumns(
                DoubleColumn.create(name, rows.stream().mapToDouble(measure).toArray())));
    return table;
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

  /**
   * Under vLLM's names. Its rates and its mean length divide by passes that had a draft.
   *
   * @param acceptance of a run
   * @return {@code vllm:spec_decode_*} counters, {@code mean_acceptance_length} (1 + accepted /
   *     drafts), {@code draft_acceptance_rate}, {@code per_position_acceptance_rate}
   */
  public static Map<String, Object> vllm(Acceptance acceptance) {
    double drafts = acceptance.drafts();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("vllm:spec_decode_num_drafts", acceptance.drafts());
    fields.put("vllm:spec_decode_num_draft_tokens", acceptance.drafted());
    fields.put("vllm:spec_decode_num_accepted_tokens", acceptance.accepted());
    fields.put("vllm:spec_decode_num_accepted_tokens_per_pos", acceptance.kept());
    fields.put("mean_acceptance_length", 1 + acceptance.accepted() / drafts);
    fields.put("draft_acceptance_rate", acceptance.acceptedPerDrafted());
    fields.put(
        "per_position_acceptance_rate",
        Arrays.stream(acceptance.kept()).mapToDouble(kept -> kept / drafts).toArray());
    return fields;
  }

  /**
   * The numbers of a Spec-Bench {@code choices} entry.
   *
   * @param turns one report a turn
   * @return decoding_steps, new_tokens and wall_time a turn, accept_lengths (with the bonus) a pass
   */
  public static Map<String, Object> specBench(List<Acceptance> turns) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("decoding_steps", turns.stream().mapToLong(Acceptance::passes).toArray());
    fields.put("new_tokens", turns.stream().mapToLong(Acceptance::emitted).toArray());
    fields.put(
        "wall_time",
        turns.stream()
            .mapToDouble(
                turn -> turn.emissions().stream().flatMapToDouble(Arrays::stream).max().orElse(0))
            .toArray());
    fields.put(
        "accept_lengths",
        turns.stream().flatMapToInt(turn -> Arrays.stream(turn.lengths())).toArray());
    return fields;
  }
}
