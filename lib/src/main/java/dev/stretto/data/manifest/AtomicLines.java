package dev.stretto.data.manifest;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPOutputStream;

/** Writes a file under a temporary name and moves it when it is complete. */
final class AtomicLines {
  /** What fills the file. */
  interface Body {
    void write(OutputStream out) throws IOException;
  }

  private AtomicLines() {}

  /** Packs where the name ends in .gz. */
  static void write(Path file, Body body) {
    Path target = file.toAbsolutePath();
    Path temporary = null;
    try {
      Path folder = target.getParent();
      Files.createDirectories(folder);
      // not createTempFile, whose files only their owner can read
      temporary =
          folder.resolve(
              "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
      try (OutputStream plain =
              new BufferedOutputStream(Files.newOutputStream(temporary), 1 << 16);
          OutputStream out =
              target.getFileName().toString().endsWith(".gz")
                  ? new GZIPOutputStream(plain, 1 << 16)
                  : plain) {
        body.write(out);
      }
      move(temporary, target);
      temporary = null;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    } finally {
      if (temporary != null) {
        delete(temporary);
      }
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file, e);
    }
  }
}
