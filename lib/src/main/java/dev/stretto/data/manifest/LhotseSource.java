package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.stretto.data.manifest.ManifestException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Lhotse's manifests: cuts, supervisions or recordings, as JSON lines or as one JSON array. {@link
 * LhotseCut} makes cuts of the objects.
 */
final class LhotseSource implements CutSource {
  private static final String OBJECTS = "one JSON object a line, or one JSON array of objects";

  /** What the lengths need: recordings, features and alignments, most of the bytes, are not. */
  private static final Set<String> FOR_LENGTHS =
      Set.of(
          "id",
          "type",
          "start",
          "duration",
          "supervisions",
          "tracks",
          "cut",
          "offset",
          "custom",
          "text",
          "language",
          "num_tokens",
          "recording_id",
          "num_samples",
          "sampling_rate");

  private final Place place;
  private final LhotseCut mapper;
  private final Predicate<String> keep;
  private final JsonFactory json = Json.factory();
  private final Lines lines;
  private final InputStream stream;
  private final JsonParser array;
  private long elements;

  private LhotseSource(Path file, Assembler assembler, boolean isArray) {
    this.place = new Place(file.toString());
    this.mapper = new LhotseCut(assembler);
    this.keep = assembler.lean() ? FOR_LENGTHS::contains : name -> true;
    this.lines = isArray ? null : new Lines(file, place);
    this.stream = isArray ? Lines.open(file, place) : null;
    this.array = isArray ? startOfArray() : null;
  }

  /** The caller closes it. */
  static LhotseSource open(Path file, Assembler assembler) {
    return new LhotseSource(file, assembler, Recogniser.firstByte(file) == '[');
  }

  private JsonParser startOfArray() {
    try {
      JsonParser parser = json.createParser(stream);
      parser.nextToken();
      return parser;
    } catch (IOException e) {
      ManifestException broken = broken(e, true);
      try {
        stream.close();
      } catch (IOException second) {
        broken.addSuppressed(second);
      }
      throw broken;
    }
  }

  @Override
  public Cut next() {
    Map<String, Object> raw = array == null ? nextLine() : nextElement();
    return raw == null ? null : mapper.cut(raw, place);
  }

  private Map<String, Object> nextLine() {
    if (!lines.next()) {
      if (lines.number() == 0) {
        place.line(1);
        throw place.fatal(Reason.EMPTY, "the file is empty, expected " + OBJECTS);
      }
      return null;
    }
    try (JsonParser parser =
        json.createParser(lines.buffer(), lines.from(), lines.to() - lines.from())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw place.bad(Reason.BAD_JSON, "the line is not an object, expected " + OBJECTS);
      }
      Map<String, Object> raw = Json.object(parser, keep, place);
      if (parser.nextToken() != null) {
        throw place.bad(Reason.BAD_JSON, "the line goes on after the object, expected " + OBJECTS);
      }
      return raw;
    } catch (IOException e) {
      lines.checkUtf8();
      throw broken(e, false);
    }
  }

  private Map<String, Object> nextElement() {
    try {
      JsonToken token = array.nextToken();
      place.element(++elements, array.currentTokenLocation().getLineNr());
      if (token == JsonToken.END_ARRAY) {
        if (array.nextToken() != null) {
          throw place.fatal(
              Reason.BAD_JSON, "the file goes on after the array, expected " + OBJECTS);
        }
        return null;
      }
      if (token == null) {
        throw place.fatal(Reason.BAD_JSON, "the file ends inside the array, expected a ]");
      }
      if (token != JsonToken.START_OBJECT) {
        array.skipChildren();
        throw place.bad(Reason.BAD_JSON, "the element is not an object, expected " + OBJECTS);
      }
      return Json.object(array, keep, place);
    } catch (IOException e) {
      throw broken(e, true);
    }
  }

  /** After a syntax error nobody knows where the next element of an array begins. */
  private ManifestException broken(IOException e, boolean fatal) {
    if (e instanceof java.io.EOFException || e instanceof java.util.zip.ZipException) {
      return Lines.unreadable(e, place);
    }
    if (String.valueOf(e.getMessage()).contains("UTF-8")) {
      String what = "not UTF-8 (" + e.getMessage().lines().findFirst().orElse("") + ")";
      return place.fatal(Reason.NOT_UTF8, what + ", expected UTF-8: convert the file");
    }
    return Json.notJson(e, place, OBJECTS, fatal);
  }

  @Override
  public Place place() {
    return place;
  }

  @Override
  public void close() {
    if (lines != null) {
      lines.close();
      return;
    }
    try {
      array.close();
      stream.close();
    } catch (IOException e) {
      throw Lines.unreadable(e, place);
    }
  }
}
