package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.stretto.data.manifest.ManifestException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Function;

/** A file with a cut a line. */
final class LineSource implements ManifestReader.Source {
  static final String OBJECT = "one JSON object a line";

  /** Makes a cut of the current line. */
  interface Parser extends AutoCloseable {
    Cut parse();

    @Override
    default void close() {}
  }

  /** Reads the object that a parser is at, up to its end. */
  interface ObjectReader {
    Cut read(JsonParser parser) throws IOException;
  }

  private final Lines lines;
  private final Parser parser;

  private LineSource(Lines lines, Parser parser) {
    this.lines = lines;
    this.parser = parser;
  }

  /** The caller closes it. */
  static LineSource open(Path file, Function<Lines, Parser> format) {
    Lines lines = new Lines(file);
    try {
      return new LineSource(lines, format.apply(lines));
    } catch (ManifestException e) {
      lines.close();
      throw e;
    }
  }

  /** A parser of lines that are JSON objects. */
  static Parser objects(Lines lines, ObjectReader reader) {
    JsonFactory json = Json.factory();
    return () -> {
      SourceLocation place = lines.place();
      try (JsonParser parser =
          json.createParser(lines.buffer(), lines.from(), lines.to() - lines.from())) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
          throw place.bad(Reason.BAD_JSON, "the line is not an object, expected " + OBJECT);
        }
        Cut cut = reader.read(parser);
        if (parser.nextToken() != null) {
          throw place.bad(Reason.BAD_JSON, "the line goes on after the object, expected " + OBJECT);
        }
        return cut;
      } catch (IOException e) {
        lines.checkUtf8();
        throw Json.notJson(e, place, OBJECT, false);
      }
    };
  }

  @Override
  public Cut next() {
    if (lines.next()) {
      return parser.parse();
    }
    if (lines.number() == 0) {
      place().line(1);
      throw place().fatal(Reason.EMPTY, "the file is empty, expected an utterance a line");
    }
    return null;
  }

  @Override
  public SourceLocation place() {
    return lines.place();
  }

  @Override
  public void close() {
    lines.close();
    parser.close();
  }
}
