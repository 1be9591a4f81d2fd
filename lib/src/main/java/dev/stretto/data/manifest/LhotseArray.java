package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.stretto.data.manifest.ManifestException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;

/** Lhotse's cuts, supervisions or recordings as one JSON array. */
final class LhotseArray implements ManifestReader.Source {
  private static final String OBJECTS = "one JSON array of objects";

  /** What the lengths need: recordings, features and alignments, most of the bytes, are not. */
  private static final Set<String> FOR_LENGTHS =
      Set.of(
          ("id type start duration supervisions tracks cut offset custom text"
                  + " language num_tokens recording_id num_samples sampling_rate")
              .split(" ", -1));

  private final SourceLocation place;
  private final LhotseCut mapper;
  private final Predicate<String> keep;
  private final InputStream stream;
  private JsonParser array;
  private long elements;

  private LhotseArray(Path file, CutValidator assembler) {
    this.place = new SourceLocation(file.toString());
    this.mapper = new LhotseCut(assembler);
    this.keep = kept(assembler);
    this.stream = Lines.open(file, place);
  }

  /** Either of Lhotse's two shapes; the caller closes it. */
  static ManifestReader.Source open(Path file, CutValidator assembler) {
    return FormatDetector.firstByte(file) == '['
        ? new LhotseArray(file, assembler)
        : LineSource.open(file, lines -> lines(lines, assembler));
  }

  private static LineSource.Parser lines(Lines lines, CutValidator assembler) {
    LhotseCut mapper = new LhotseCut(assembler);
    Predicate<String> keep = kept(assembler);
    return LineSource.objects(
        lines, parser -> mapper.cut(Json.object(parser, keep, lines.place()), lines.place()));
  }

  private static Predicate<String> kept(CutValidator assembler) {
    return assembler.lean() ? FOR_LENGTHS::contains : name -> true;
  }

  @Override
  public Cut next() {
    try {
      if (array == null) {
        array = Json.factory().createParser(stream);
        array.nextToken();
      }
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
      return mapper.cut(Json.object(array, keep, place), place);
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** After a syntax error the start of the next element is unknown. */
  private ManifestException broken(IOException e) {
    if (e instanceof java.io.EOFException || e instanceof java.util.zip.ZipException) {
      return Lines.unreadable(e, place);
    }
    if (String.valueOf(e.getMessage()).contains("UTF-8")) {
      String what = "not UTF-8 (" + e.getMessage().lines().findFirst().orElse("") + ")";
      return place.fatal(Reason.NOT_UTF8, what + ", expected UTF-8: convert the file");
    }
    return Json.notJson(e, place, OBJECTS, true);
  }

  @Override
  public SourceLocation place() {
    return place;
  }

  @Override
  public void close() {
    try {
      stream.close();
    } catch (IOException e) {
      throw Lines.unreadable(e, place);
    }
  }
}
