package dev.stretto.samplers.batching;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import dev.stretto.data.manifest.Cut;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Everything a sampler needs to go on where another one stopped: its settings (constraint
 * included), generators, counts and the waiting cuts themselves, so that resuming costs no replay
 * of what is in the buffer. The stream is the caller's: open it again and skip {@link #offered}
 * cuts.
 *
 * <pre>{@code
 * Files.writeString(path, sampler.state().toJson());
 * sampler.restore(SamplerState.fromJson(Files.readString(path)));
 * }</pre>
 *
 * @param configuration the settings in words: a sampler with others refuses the state
 * @param report the counts
 * @param accepted cuts that reached a bucket
 * @param acceptedSize the sum of their sizes
 * @param bucketRng the state of the generator of buckets
 * @param contentRng the state of the generator of content
 * @param draining whether the stream is known to be dry
 * @param finished whether the epoch is over
 * @param queues the content of each bucket
 * @param pending the batch that the iterator has found and not given out: none or one
 */
public record SamplerState(
    Map<String, String> configuration,
    SamplerReport report,
    long accepted,
    double acceptedSize,
    long bucketRng,
    long contentRng,
    boolean draining,
    boolean finished,
    List<Queue> queues,
    List<Batch> pending) {

  /** Integers of a cut's other fields come back as long, as the manifest readers give them. */
  private static final Gson JSON =
      new GsonBuilder()
          .setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE)
          .serializeNulls()
          .create();

  /**
   * The content of one bucket.
   *
   * @param keep whether the first cut opens the next batch
   * @param cuts in the bucket's order
   */
  public record Queue(boolean keep, List<Cut> cuts) {
    /** Copies the cuts. */
    public Queue {
      cuts = List.copyOf(cuts);
    }
  }

  /** Copies the collections. */
  public SamplerState {
    configuration = Collections.unmodifiableMap(new LinkedHashMap<>(configuration));
    Objects.requireNonNull(report, "report");
    queues = List.copyOf(queues);
    pending = List.copyOf(pending);
  }

  /** {@return how many cuts to skip in the stream before going on: what the sampler had taken} */
  public long offered() {
    return report.offered();
  }

  /** {@return the state as one JSON object, in which numbers survive exactly} */
  public String toJson() {
    return JSON.toJson(this);
  }

  /**
   * {@return a state from its JSON}
   *
   * @param json from {@link #toJson}
   * @throws IllegalArgumentException where it is something else
   */
  public static SamplerState fromJson(String json) {
    try {
      return Objects.requireNonNull(JSON.fromJson(json, SamplerState.class), "empty");
    } catch (RuntimeException e) { // Gson wraps what the records' constructors throw
      throw new IllegalArgumentException(
          "json is no sampler state, expected what SamplerState.toJson wrote: " + e.getMessage(),
          e);
    }
  }

  /** Throws IllegalArgumentException naming the first setting that differs from a sampler's. */
  void checkFits(Map<String, String> own) {
    own.forEach(
        (setting, value) -> {
          String saved = configuration.getOrDefault(setting, "missing");
          if (!saved.equals(value)) {
            throw new IllegalArgumentException(
                "the state was saved with %s = %s, this sampler has %s"
                    .formatted(setting, saved, value));
          }
        });
  }
}
