package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lhotse's objects as cuts: MonoCut, MultiCut, PaddingCut, MixedCut, supervision segments and
 * recordings. {@link Cut#extra()} holds the object's own members ({@link #STRUCTURE}) and, beside
 * them, the members of {@code custom} (as {@code custom.start} where the name is one of them); what
 * every plain cut has (type MonoCut, start 0, channel 0, one supervision as long as the cut) is
 * left out.
 */
final class LhotseCut {
  /** Members of a cut itself; all other extra fields go to custom. */
  static final Set<String> STRUCTURE =
      Set.of(
          ("id type start duration channel supervisions recording features tracks"
                  + " transforms custom")
              .split(" ", -1));

  static final String MONO = "MonoCut";

  /** Before the name of a member of custom that is called as a member of the cut. */
  static final String CUSTOM = "custom.";

  private final CutValidator assembler;

  /** What can be derived from supervisions or tracks. */
  record Spoken(String text, String language) {}

  LhotseCut(CutValidator assembler) {
    this.assembler = assembler;
  }

  Cut cut(Map<String, Object> raw, SourceLocation place) {
    boolean mixed = raw.containsKey("tracks");
    boolean segment =
        raw.containsKey("recording_id")
            && List.of("tracks", "type", "supervisions").stream().noneMatch(raw::containsKey);
    String id = string(raw, "id", place);
    if (id.isEmpty()) {
      throw place.missing("id", "the id of a cut, a supervision or a recording");
    }
    String type = string(raw, "type", place);
    if (raw.containsKey("start")) {
      assembler.offset(place, "start", number(raw, "start", Reason.BAD_OFFSET, place));
    }
    Spoken spoken =
        segment
            ? new Spoken(string(raw, "text", place), string(raw, "language", place))
            : spoken(raw, place);
    double duration = mixed ? mixedDuration(raw, place) : duration(raw, place);
    int tokens = tokens(raw, place);

    Map<String, Object> custom = new LinkedHashMap<>(map(raw, "custom", place));
    custom.remove(NemoParser.TOKENS);
    Map<String, Object> extra = new LinkedHashMap<>(raw);
    List.of("id", "duration", "custom", NemoParser.TOKENS).forEach(extra::remove);
    if (segment) {
      extra.remove("text");
      extra.remove("language");
    }
    if (type.equals(MONO)) {
      extra.remove("type");
    }
    dropZero(extra, "start");
    dropZero(extra, "channel");
    Object supervisions = extra.get("supervisions");
    if (!mixed && supervisions != null && supervisions.equals(plain(id, duration, spoken))) {
      extra.remove("supervisions");
    }
    flatten(custom, extra);
    return assembler.cut(place, id, duration, tokens, spoken.text(), spoken.language(), extra);
  }

  /** The supervisions of a cut that is one utterance from its start to its end. */
  static List<Map<String, Object>> plain(String id, double duration, Spoken spoken) {
    if (spoken.text().isEmpty() && spoken.language().isEmpty()) {
      return List.of();
    }
    Map<String, Object> only = new LinkedHashMap<>();
    only.put("id", id);
    only.put("recording_id", id);
    only.put("start", 0L);
    only.put("duration", duration);
    only.put("channel", 0L);
    if (!spoken.text().isEmpty()) {
      only.put("text", spoken.text());
    }
    if (!spoken.language().isEmpty()) {
      only.put("language", spoken.language());
    }
    return List.of(only);
  }

  /** Transcript and language of a cut: those of its supervisions, or of its tracks, in order. */
  private static Spoken spoken(Map<String, Object> raw, SourceLocation place) {
    List<String> texts = new ArrayList<>();
    String language = "";
    for (Map<String, Object> part : maps(raw, "supervisions", place)) {
      texts.add(string(part, "text", place));
      language = language.isEmpty() ? string(part, "language", place) : language;
    }
    for (Map<String, Object> track : maps(raw, "tracks", place)) {
      Spoken inner = spoken(map(track, "cut", place), place);
      texts.add(inner.text());
      language = language.isEmpty() ? inner.language() : language;
    }
    texts.removeIf(String::isEmpty);
    return new Spoken(String.join(" ", texts), language);
  }

  /** The end of the track that ends last, to 8 decimals, as Lhotse rounds. */
  private double mixedDuration(Map<String, Object> raw, SourceLocation place) {
    double end = 0;
    List<Map<String, Object>> tracks = maps(raw, "tracks", place);
    if (tracks.isEmpty()) {
      throw place.missing("tracks", "at least one track {cut, offset}");
    }
    for (Map<String, Object> track : tracks) {
      Map<String, Object> cut = map(track, "cut", place);
      double offset =
          track.containsKey("offset") ? number(track, "offset", Reason.BAD_OFFSET, place) : 0;
      assembler.offset(place, "offset of a track", offset);
      double duration =
          cut.containsKey("tracks")
              ? mixedDuration(cut, place)
              : number(cut, "duration", Reason.BAD_DURATION, place);
      if (!(duration > 0)) {
        throw place.value(
            Reason.BAD_DURATION, "duration of a track", duration, "finite seconds above 0");
      }
      end = Math.max(end, offset + duration);
    }
    return Math.rint(end * 1e8) / 1e8;
  }

  private static double duration(Map<String, Object> raw, SourceLocation place) {
    if (!raw.containsKey("duration")
        && raw.containsKey("num_samples")
        && raw.containsKey("sampling_rate")) {
      return number(raw, "num_samples", Reason.BAD_VALUE, place)
          / number(raw, "sampling_rate", Reason.BAD_VALUE, place);
    }
    return number(raw, "duration", Reason.BAD_DURATION, place);
  }

  /** custom.num_tokens; of a MixedCut without, the sum where every track that speaks has it. */
  private static int tokens(Map<String, Object> raw, SourceLocation place) {
    Map<String, Object> custom = map(raw, "custom", place);
    Object stated = custom.getOrDefault(NemoParser.TOKENS, raw.get(NemoParser.TOKENS));
    if (stated != null) {
      return NemoParser.tokens(stated, "custom.num_tokens", place);
    }
    long sum = 0;
    boolean any = false;
    for (Map<String, Object> track : maps(raw, "tracks", place)) {
      Map<String, Object> cut = map(track, "cut", place);
      int tokens = tokens(cut, place);
      if (tokens == CutValidator.UNSTATED && !spoken(cut, place).text().isEmpty()) {
        return CutValidator.UNSTATED;
      }
      any |= tokens != CutValidator.UNSTATED;
      sum += Math.max(tokens, 0);
    }
    return any && sum <= Integer.MAX_VALUE ? (int) sum : CutValidator.UNSTATED;
  }

  /** Members of custom become fields of their own, with a prefix where the name is taken. */
  private static void flatten(Map<String, Object> custom, Map<String, Object> extra) {
    custom.forEach(
        (name, value) -> {
          boolean taken = !name.equals("custom") && STRUCTURE.contains(name);
          extra.put(taken || extra.containsKey(name) ? CUSTOM + name : name, value);
        });
  }

  private static void dropZero(Map<String, Object> extra, String field) {
    if (extra.get(field) instanceof Number number && number.doubleValue() == 0) {
      extra.remove(field);
    }
  }

  private static String string(Map<String, Object> raw, String field, SourceLocation place) {
    Object value = raw.getOrDefault(field, "");
    if (value instanceof String text) {
      return text;
    }
    throw place.value(Reason.BAD_VALUE, field, value, "a string");
  }

  private static double number(
      Map<String, Object> raw, String field, Reason reason, SourceLocation place) {
    return switch (raw.get(field)) {
      case Number number -> number.doubleValue();
      case null -> throw place.missing(field, "seconds above 0");
      case Object other -> throw place.value(reason, field, other, "a number");
    };
  }

  private static Map<String, Object> map(
      Map<String, Object> raw, String field, SourceLocation place) {
    return asMap(raw.getOrDefault(field, Map.of()), field, place);
  }

  private static Map<String, Object> asMap(Object value, String field, SourceLocation place) {
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> checked = new LinkedHashMap<>();
      map.forEach((name, member) -> checked.put(String.valueOf(name), member));
      return checked;
    }
    throw place.value(Reason.BAD_VALUE, field, value, "an object");
  }

  private static List<Map<String, Object>> maps(
      Map<String, Object> raw, String field, SourceLocation place) {
    Object value = raw.getOrDefault(field, List.of());
    if (value instanceof List<?> list) {
      return list.stream().map(item -> asMap(item, "an element of " + field, place)).toList();
    }
    throw place.value(Reason.BAD_VALUE, field, value, "a list of objects");
  }
}
