package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.util.Map;

/** Turns the fields that a source found into a cut: all range checks are here. */
final class CutValidator {
  /** No count was stated. */
  static final int UNSTATED = -1;

  /** A day: what is longer was mostly written in milliseconds. */
  private static final double MAX_DURATION = 24 * 3600;

  private final ReadOptions options;
  private long ordinal;

  CutValidator(ReadOptions options) {
    this.options = options;
  }

  ReadOptions options() {
    return options;
  }

  boolean lean() {
    return options.lengthsOnly();
  }

  double duration(SourceLocation place, double seconds) {
    if (!(seconds > 0) || seconds > MAX_DURATION) {
      throw place.value(
          Reason.BAD_DURATION,
          "duration",
          seconds,
          Double.isNaN(seconds) || !(seconds > MAX_DURATION)
              ? "finite seconds above 0"
              : "at most " + MAX_DURATION + " seconds (are these milliseconds?)");
    }
    return seconds;
  }

  double offset(SourceLocation place, String field, double seconds) {
    if (!(seconds >= 0) || Double.isInfinite(seconds)) {
      throw place.value(Reason.BAD_OFFSET, field, seconds, "finite seconds, 0 or more");
    }
    return seconds;
  }

  /** A cut of checked length; stated tokens win over counted ones. */
  Cut cut(
      SourceLocation place,
      String id,
      double duration,
      int stated,
      String text,
      String language,
      Map<String, Object> extra) {
    duration(place, duration);
    if (options.requireText() && text.isEmpty()) {
      throw place.bad(
          Reason.MISSING_TEXT,
          NemoParser.TEXT + " is missing, expected a transcript because text is required");
    }
    int tokens = stated == UNSTATED ? count(place, text) : stated;
    return lean()
        ? new Cut(Long.toString(++ordinal), duration, tokens, "", language, Map.of())
        : new Cut(id, duration, tokens, text, language, extra);
  }

  private int count(SourceLocation place, String text) {
    int tokens = options.tokens().applyAsInt(text);
    if (tokens < 0) {
      throw place.value(Reason.BAD_VALUE, "the token function's count", tokens, "0 or more");
    }
    return tokens;
  }
}
