package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.stretto.data.manifest.ManifestException.Reason;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Predicate;
import java.util.zip.GZIPOutputStream;

/**
 * JSON values as plain Java: Map, List, String, Long (BigInteger where too large), Double, Boolean.
 * A member that is null is left out; in an array, where the position counts, null stays.
 */
final class Json {
  /** Deeper than any manifest; the writers nest one level more. */
  private static final int DEEPEST = 200;

  private static final int INTERRUPT_MASK = 0xFFF;

  private Json() {}

  /** NaN and Infinity are read (Python writes them), so that the error can name the field. */
  static JsonFactory factory() {
    return JsonFactory.builder()
        .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
        .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
        .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
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
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw place.bad(
              Reason.NOT_UTF8, field + " holds half a surrogate pair, expected Unicode characters");
        }
        i++;
      }
    }
    return text;
  }

  static void write(JsonGenerator out, Object value) throws IOException {
    switch (value) {
      case null -> out.writeNull();
      case Map<?, ?> map -> {
        out.writeStartObject();
        for (Map.Entry<?, ?> member : map.entrySet()) {
          out.writeFieldName(String.valueOf(member.getKey()));
          write(out, member.getValue());
        }
        out.writeEndObject();
      }
      case Iterable<?> list -> {
        out.writeStartArray();
        for (Object item : list) {
          write(out, item);
        }
        out.writeEndArray();
      }
      case Double number -> out.writeNumber(number);
      case Long number -> out.writeNumber(number);
      case Integer number -> out.writeNumber(number);
      case Boolean bit -> out.writeBoolean(bit);
      case java.math.BigInteger number -> out.writeNumber(number);
      case String text -> out.writeString(text);
      default ->
          throw new IllegalArgumentException(
              "an extra field holds a "
                  + value.getClass().getName()
                  + ", expected Map, List, String, Long, Double or Boolean");
    }
  }

  /** Writes one cut as one object. */
  interface Shape {
    void write(JsonGenerator out, Cut cut) throws IOException;
  }

  /**
   * Writes one object a line, under a temporary name until it is complete; packs where the name
   * ends in .gz.
   */
  static long writeLines(Path file, Iterable<Cut> cuts, Shape shape) {
    Path target = file.toAbsolutePath();
    String name = target.getFileName().toString();
    // not createTempFile, whose files only their owner can read
    Path temporary =
        target.resolveSibling("." + name + "." + ProcessHandle.current().pid() + ".part");
    try {
      Files.createDirectories(target.getParent());
      long written = 0;
      try (OutputStream plain =
              new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16);
          OutputStream stream =
              name.endsWith(".gz") ? new GZIPOutputStream(plain, 1 << 16) : plain;
          JsonGenerator out = factory().createGenerator(stream)) {
        out.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
        for (Cut cut : cuts) {
          if ((++written & INTERRUPT_MASK) == 0 && Thread.currentThread().isInterrupted()) {
            throw new CancellationException("writing " + file + " was interrupted");
          }
          shape.write(out, cut);
        }
        if (written > 0) {
          out.writeRaw('\n');
        }
      } catch (Throwable e) {
        Files.deleteIfExists(temporary);
        throw e;
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      return written;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  /** Throws where an extra field has the name of one that the format uses. */
  static void refuse(Set<String> reserved, String field, Cut cut, String format) {
    if (reserved.contains(field)) {
      throw refusal(
          cut,
          "an extra field '" + field + "', expected another name: " + format + " uses this one");
    }
  }

  static IllegalArgumentException refusal(Cut cut, String what) {
    return new IllegalArgumentException(
        SourceLocation.oneLine("cut '" + cut.id() + "' has " + what));
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
