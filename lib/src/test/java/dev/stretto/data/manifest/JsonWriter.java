package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;

/** Writes cuts as JSON lines, to be read back by the parsers under test. */
final class JsonWriter {
  private JsonWriter() {}

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
          JsonGenerator out =
              JsonFactory.builder()
                  .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
                  .build()
                  .createGenerator(stream)) {
        out.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
        for (Cut cut : cuts) {
          written++;
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
}
