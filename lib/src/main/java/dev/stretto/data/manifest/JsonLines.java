package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.zip.GZIPOutputStream;

/** One JSON object a line, for both writers. */
final class JsonLines {
  private static final int INTERRUPT_MASK = 0xFFF;

  /** Writes one cut as one object. */
  interface Shape {
    void write(JsonGenerator out, Cut cut) throws IOException;
  }

  private JsonLines() {}

  /** Under a temporary name until it is complete; packs where the name ends in .gz. */
  static long write(Path file, Iterator<Cut> cuts, Shape shape) {
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
          JsonGenerator out = Json.factory().createGenerator(stream)) {
        out.setPrettyPrinter(new MinimalPrettyPrinter("\n"));
        while (cuts.hasNext()) {
          if ((++written & INTERRUPT_MASK) == 0 && Thread.currentThread().isInterrupted()) {
            throw new CancellationException("writing " + file + " was interrupted");
          }
          shape.write(out, cuts.next());
        }
        if (written > 0) {
          out.writeRaw('\n');
        }
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      return written;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    } finally {
      delete(temporary);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file, e);
    }
  }

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
