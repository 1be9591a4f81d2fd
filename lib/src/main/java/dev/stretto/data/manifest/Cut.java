package dev.stretto.data.manifest;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One utterance of a manifest: what a batching sampler needs to know of it, and everything else
 * that its manifest said.
 *
 * @param id unique within a manifest
 * @param duration seconds of audio, finite and above 0
 * @param tokens length of the output sequence in tokens (transcript, prompt and end mark), 0 or
 *     more
 * @param text the transcript, empty where the manifest has none
 * @param language the language code, empty where the manifest has none
 * @param extra all other fields in the manifest's order (audio path, offset, speaker, ...): the
 *     nothing that the manifest said is lost; unmodifiable
 */
public record Cut(
    String id,
    double duration,
    int tokens,
    String text,
    String language,
    Map<String, Object> extra) {

  /** Checks ranges; throws IllegalArgumentException naming the field, its value and the id. */
  public Cut {
    if (!(duration > 0) || Double.isInfinite(duration)) {
      throw new IllegalArgumentException(
          "duration of cut '" + id + "' is " + duration + ", expected finite seconds above 0");
    }
    if (tokens < 0) {
      throw new IllegalArgumentException(
          "tokens of cut '" + id + "' is " + tokens + ", expected 0 or more");
    }
    extra = extra.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(extra));
  }

  /**
   * A cut with nothing but its two lengths, for simulations.
   *
   * @param id unique within a manifest
   * @param duration seconds of audio, finite and above 0
   * @param tokens length of the output sequence, 0 or more
   * @return the cut
   */
  public static Cut of(String id, double duration, int tokens) {
    return new Cut(id, duration, tokens, "", "", Map.of());
  }

  /** {@return the token rate (tps in canary-efficiency), tokens per second of audio} */
  public double tokensPerSecond() {
    return tokens / duration;
  }
}
