package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.stretto.data.manifest.ManifestException.Reason;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * NeMo's manifests: one JSON object a line with {@code audio_filepath} and {@code duration}, and
 * {@code text}, {@code lang}, {@code offset}, {@code _skipme}, {@code num_tokens} where there;
 * everything else is kept unchanged. The id is the field {@code id}, else the path, else the path
 * with {@code @offset}.
 */
final class NemoParser {
  static final String AUDIO = "audio_filepath";
  static final String OFFSET = "offset";
  static final String TOKENS = "num_tokens";
  static final String TEXT = "text";
  private static final String LANGUAGE = "lang";

  private final SourceLocation place;
  private final CutValidator assembler;

  private NemoParser(SourceLocation place, CutValidator assembler) {
    this.place = place;
    this.assembler = assembler;
  }

  static LineSource.Parser of(Lines lines, CutValidator assembler) {
    return LineSource.objects(lines, new NemoParser(lines.place(), assembler)::parse);
  }

  private Cut parse(JsonParser parser) throws IOException {
    boolean lean = assembler.lean();
    double duration = Double.NaN;
    boolean timed = false;
    int tokens = CutValidator.UNSTATED;
    String text = "";
    String language = "";
    String id = null;
    boolean audio = false;
    Object skip = null;
    Map<String, Object> extra = lean ? Map.of() : new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_NULL) {
        continue;
      }
      if (name.equals("duration")) {
        duration = number(parser, name, Reason.BAD_DURATION);
        timed = true;
      } else if (name.equals(TEXT)) {
        expectString(parser, name);
        text = Json.text(parser.getText(), name, place);
      } else if (name.equals(LANGUAGE)) {
        expectString(parser, name);
        language = Json.text(parser.getText(), name, place);
      } else if (name.equals(AUDIO)) {
        audio = true;
        if (!lean) {
          extra.put(name, audio(parser));
        }
      } else if (name.equals(TOKENS)) {
        tokens = tokens(value(parser), name, place);
      } else if (name.equals("id") && token.isScalarValue()) {
        id = Json.text(parser.getText(), name, place);
      } else if (name.equals("_skipme")) {
        skip = value(parser);
      } else if (name.equals(OFFSET)) {
        assembler.offset(place, name, number(parser, name, Reason.BAD_OFFSET));
        if (!lean) {
          extra.put(name, value(parser));
        }
      } else if (lean) {
        parser.skipChildren();
      } else {
        extra.put(Json.text(name, "a field name", place), value(parser));
      }
    }
    if (asksToBeSkipped(skip)) {
      throw place.bad(Reason.SKIPME, "_skipme is " + SourceLocation.show(skip));
    }
    if (!timed) {
      throw place.missing("duration", "seconds above 0");
    }
    if (id == null && !audio) {
      throw place.missing(AUDIO, "the path of the audio file (or a field id)");
    }
    String name = id != null || lean ? id : idOf(extra);
    return assembler.cut(place, name, duration, tokens, text, language, extra);
  }

  /** The id of an entry that states none. */
  static String idOf(Map<String, Object> extra) {
    Object audio = extra.get(AUDIO);
    String path =
        audio instanceof List<?> channels
            ? String.join(",", channels.stream().map(String::valueOf).toList())
            : String.valueOf(audio);
    Object offset = extra.get(OFFSET);
    return offset == null ? path : path + "@" + offset;
  }

  private Object audio(JsonParser parser) throws IOException {
    Object path = value(parser);
    if (isAudio(path)) {
      return path;
    }
    throw place.value(Reason.BAD_VALUE, AUDIO, path, "a path or a list of paths");
  }

  static boolean isAudio(Object path) {
    return path instanceof String
        || (path instanceof List<?> list && list.stream().allMatch(String.class::isInstance));
  }

  private double number(JsonParser parser, String field, Reason reason) throws IOException {
    if (!parser.currentToken().isNumeric()) {
      throw place.value(reason, field, value(parser), "a number of seconds");
    }
    return parser.getDoubleValue();
  }

  private Object value(JsonParser parser) throws IOException {
    return Json.value(parser, name -> true, place);
  }

  /** A stated token count. */
  static int tokens(Object value, String field, SourceLocation place) {
    if (value instanceof Number number
        && number.doubleValue() == number.intValue()
        && number.intValue() >= 0) {
      return number.intValue();
    }
    throw place.value(Reason.BAD_VALUE, field, value, "a whole number, 0 or more");
  }

  private void expectString(JsonParser parser, String field) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      throw place.value(Reason.BAD_VALUE, field, value(parser), "a string");
    }
  }

  /** Whether Python counts the value as true, as NeMo does. */
  private static boolean asksToBeSkipped(Object skip) {
    return switch (skip) {
      case null -> false;
      case Boolean bit -> bit;
      case Number number -> number.doubleValue() != 0;
      case String reason -> !reason.isEmpty();
      case List<?> list -> !list.isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> true;
    };
  }
}
