package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.stretto.data.manifest.ManifestException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * JSON values as plain Java: Map, List, String, Long (BigInteger where too large), Double, Boolean.
 * A member that is null is left out; in an array, where the position counts, null stays.
 */
final class Json {
  /** Deeper than any manifest. */
  private static final int DEEPEST = 200;

  private Json() {}

  /** NaN and Infinity are read (Python writes them), so that the error can name the field. */
  static JsonFactory factory() {
    return JsonFactory.builder()
        .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
        .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
        .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
        .build();
  }

  /** The object that the parser is at; members that are not kept are skipped. */
  static Map<String, Object> object(JsonParser parser, Predicate<String> keep, SourceLocation place)
      throws IOException {
    Map<String, Object> object = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = text(parser.currentName(), "a field name", place);
      JsonToken token = parser.nextToken();
      if (!keep.test(name)) {
        parser.skipChildren();
      } else if (token == JsonToken.VALUE_NULL) {
        object.remove(name);
      } else {
        object.put(name, value(parser, keep, place));
      }
    }
    return Collections.unmodifiableMap(object);
  }

  /** The value that the parser is at. */
  static Object value(JsonParser parser, Predicate<String> keep, SourceLocation place)
      throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(parser, keep, place);
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser, keep, place));
        }
        yield Collections.unmodifiableList(list);
      }
      case VALUE_NUMBER_INT -> {
        Number number = parser.getNumberValue();
        yield number instanceof Integer ? (Object) number.longValue() : number;
      }
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> text(parser.getText(), "a string", place);
    };
  }

  /** Half a surrogate pair cannot be written as UTF-8 again. */
  static String text(String text, String field, SourceLocation place) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        int whole = text.codePointAt(i++);
        if (!Character.isSupplementaryCodePoint(whole)) {
          throw place.bad(
              Reason.NOT_UTF8, field + " holds half a surrogate pair, expected Unicode characters");
        }
      }
    }
    return text;
  }

  /** The sentence for what the parser refused. */
  static ManifestException notJson(
      IOException e, SourceLocation place, String expected, boolean fatal) {
    String why =
        e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
    String first = SourceLocation.brief(String.valueOf(why).split("\n", 2)[0]);
    String what = "not valid JSON (" + first + "), expected " + expected;
    return new ManifestException(Reason.BAD_JSON, fatal, place + ": " + what);
  }
}
