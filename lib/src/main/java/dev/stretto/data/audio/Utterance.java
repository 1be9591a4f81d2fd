package dev.stretto.data.audio;

import dev.stretto.data.manifest.Cut;
import java.util.Map;

/**
 * Sound with its transcript.
 *
 * @param id unique within a set
 * @param text what is said
 * @param audio how it sounds, at least one sample
 */
public record Utterance(String id, String text, Audio audio) {

  /**
   * {@return what the batching samplers see: seconds, and the transcript's length in characters}
   */
  public Cut cut() {
    return new Cut(id, audio.duration(), text.codePointCount(0, text.length()), text, "", Map.of());
  }
}
