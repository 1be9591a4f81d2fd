package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The running counts behind {@link SamplerReport}. */
final class SamplerCounts {
  long epoch;
  long offered;
  long accepted;
  double acceptedSize;
  long waited;
  int peakBuffer;
  long dropped;
  private final Map<String, Long> rejected = new LinkedHashMap<>();
  private long kept;
  private long batches;
  private long overlong;
  private double seconds;
  private double paddedSeconds;
  private long tokens;
  private long paddedTokens;

  SamplerCounts(long epoch) {
    this.epoch = epoch;
  }

  void reject(String reason) {
    rejected.merge(reason, 1L, Long::sum);
  }

  void emitted(List<Cut> cuts, boolean overCap) {
    double longest = 0;
    int most = 0;
    for (Cut cut : cuts) {
      longest = Math.max(longest, cut.duration());
      most = Math.max(most, cut.tokens());
      seconds += cut.duration();
      tokens += cut.tokens();
    }
    kept += cuts.size();
    batches++;
    overlong += overCap ? 1 : 0;
    paddedSeconds += longest * cuts.size();
    paddedTokens += (long) most * cuts.size();
  }

  SamplerReport report(long buffered, List<String> warnings) {
    return new SamplerReport(
        epoch,
        offered,
        kept,
        rejected,
        dropped,
        buffered,
        batches,
        overlong,
        waited,
        peakBuffer,
        seconds,
        paddedSeconds,
        tokens,
        paddedTokens,
        warnings);
  }

  static SamplerCounts of(SamplerReport report, long accepted, double acceptedSize) {
    SamplerCounts tally = new SamplerCounts(report.epoch());
    tally.offered = report.offered();
    tally.accepted = accepted;
    tally.acceptedSize = acceptedSize;
    tally.waited = report.waited();
    tally.peakBuffer = report.peakBuffer();
    tally.dropped = report.dropped();
    tally.rejected.putAll(report.rejected());
    tally.kept = report.kept();
    tally.batches = report.batches();
    tally.overlong = report.overlong();
    tally.seconds = report.seconds();
    tally.paddedSeconds = report.paddedSeconds();
    tally.tokens = report.tokens();
    tally.paddedTokens = report.paddedTokens();
    return tally;
  }
}
