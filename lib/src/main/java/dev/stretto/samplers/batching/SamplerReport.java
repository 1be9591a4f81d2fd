package dev.stretto.samplers.batching;

import dev.stretto.figures.Tables;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.Table;


/**
 * What a sampler did since its epoch began: {@code offered = kept + rejected + dropped + buffered}.
 *
 * @param epoch the epoch, from 0
 * @param offered cuts that came in; also the position in the stream from which a restored sampler
 *     goes on
 * @param kept cuts that went out in batches
 * @param rejected rejected cuts by reason; unmodifiable
 * @param dropped cuts of partial batches that dropLast threw away at the end
 * @param buffered cuts that wait inside the sampler
 * @param batches batches that went out
 * @param overlong batches of one cut that is over the cap alone: the incidents
 * @param waited offers at which the buffer was full and no bucket ready, so that it grew
 * @param peakBuffer the most cuts ever buffered
 * @param seconds audio in the batches
 * @param paddedSeconds the batches' sizes times their longest durations
 * @param tokens tokens in the batches
 * @param paddedTokens the batches' sizes times their largest token counts
 * @param warnings what is configured badly and how to change it; unmodifiable
 */
public record SamplerReport(
    long epoch,
    long offered,
    long kept,
    Map<String, Long> rejected,
    long dropped,
    long buffered,
    long batches,
    long overlong,
    long waited,
    int peakBuffer,
    double seconds,
    double paddedSeconds,
    long tokens,
    long paddedTokens,
    List<String> warnings) {

  /** Copies the map and the list. */
  public SamplerReport {
    rejected = Collections.unmodifiableMap(new LinkedHashMap<>(rejected));
    warnings = List.copyOf(warnings);
  }

  /** {@return all rejected cuts, the sum over the reasons} */
  public long rejectedCuts() {
    return rejected.values().stream().mapToLong(Long::longValue).sum();
  }

  /** {@return mean cuts per batch, kept / batches; 0 without batches} */
  public double meanBatch() {
    return batches == 0 ? 0 : (double) kept / batches;
  }

  /**
   * {@return the padding share of the audio, a ratio of sums over all batches: 1 - sum d / sum B *
   * dmax, 0 to below 1, 0 without batches} In seconds; a profiler's figure in encoder frames
   * differs by the rounding of each cut.
   */
  public double inputPadding() {
    return paddedSeconds == 0 ? 0 : Math.max(0, 1 - seconds / paddedSeconds); // not -1e-16
  }

  /**
   * {@return the padding share of the tokens, a ratio of sums: 1 - sum u / sum B * umax, 0 to 1, 0
   * without tokens}
   */
  public double outputPadding() {
    return paddedTokens == 0 ? 0 : 1 - (double) tokens / paddedTokens;
  }

  /** {@return the report as a table of measures and values, rejections one row a reason} */
  public Table table() {
    Map<String, Number> rows = new LinkedHashMap<>();
    rows.put("epoch", epoch);
    rows.put("offered", offered);
    rows.put("kept", kept);
    rejected.forEach((reason, n) -> rows.put("rejected: " + reason, n));
    rows.put("dropped", dropped);
    rows.put("buffered", buffered);
    rows.put("batches", batches);
    rows.put("mean batch", meanBatch());
    rows.put("input padding", inputPadding());
    rows.put("output padding", outputPadding());
    rows.put("over the cap alone", overlong);
    rows.put("waited for a full bucket", waited);
    rows.put("peak buffer", peakBuffer);
    return Tables.rows(rows.entrySet())
        .column("measure", Map.Entry::getKey)
        .column("value", row -> row.getValue().doubleValue())
        .table("sampler report");
  }
}
