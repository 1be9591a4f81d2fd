package dev.stretto.samplers.batching;

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

  SamplerCounts(long epoch) {
    this.epoch = epoch;
  }

  void reject(String reason) {
    rejected.merge(reason, 1L, Long::sum);
  }

  void emitted(int cuts, boolean overCap) {
    kept += cuts;
    batches++;
    overlong += overCap ? 1 : 0;
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
        warnings);
  }
}
