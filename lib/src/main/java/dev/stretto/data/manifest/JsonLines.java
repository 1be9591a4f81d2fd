package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CancellationException;

/** One JSON object a line, for both writers. */
final class JsonLines {
  private static final int INTERRUPT_MASK = 0xFFF;

  /** Writes one cut as one object. */
  interface Shape {
    void write(JsonGenerator out, Cut cut) throws IOException;
  }

  private JsonLines() {}

  static long write(Path file, Iterator<Cut> cuts, Shape shape) {
    long[] written = {0};
    AtomicLines.write(
        file,
        stream -> {
          try (JsonGenerator out = Json.factory().createGenerator(stream)) {
            out.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
            while (cuts.hasNext()) {
              if ((++written[0] & INTERRUPT_MASK) == 0 && Thread.currentThread().isInterrupted()) {
                throw new CancellationException("writing " + file + " was interrupted");
              }
              shape.write(out, cuts.next());
            }
            if (written[0] > 0) {
              out.writeRaw('\n');
            }
          }
        });
    return written[0];
  }

  static void refuse(Set<String> reserved, String field, Cut cut, String format) {
    if (reserved.contains(field)) {
      throw refusal(
          cut,
          "an extra field '" + field + "', expected another name: " + format + " uses this one");
    }
  }

  static IllegalArgumentException refusal(Cut cut, String what) {
    return new IllegalArgumentException(Place.oneLine("cut '" + cut.id() + "' has " + what));
  }
}
