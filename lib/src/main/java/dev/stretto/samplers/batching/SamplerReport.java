package dev.stretto.samplers.batching;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a sampler did since its epoch began: {@code offered = kept + rejected + dropped + buffered}.
 *
 * @param epoch the epoch, from 0
 * @param offered cuts that came in
 * @param kept cuts that went out in batches
 * @param rejected rejected cuts by reason; unmodifiable
 * @param dropped cuts of partial batches that dropLast threw away at the end
 * @param buffered cuts that wait inside the sampler
 * @param batches batches that went out
 * @param overlong batches of one cut that is over the cap alone: the incidents
 * @param waited offers at which the buffer was full and no bucket ready, so that it grew
 * @param peakBuffer the most cuts ever buffered
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
}
