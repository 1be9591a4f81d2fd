package dev.stretto.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.FileHandler;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/**
 * Sends all logging (java.util.logging, and SLF4J over it) to a file: a log line on standard error
 * would be part of a cell's output.
 */
final class Logs {
  private Logs() {}

  /**
   * Replaces the console by a file in the user's cache folder, or in the folder for temporary files
   * where that cannot be written.
   */
  static void toFile() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    System.setProperty(
        "java.util.logging.SimpleFormatter.format", "%1$tF %1$tT %4$s %3$s %5$s%6$s%n");
    try {
      open(root, cache());
    } catch (IOException e) {
      try {
        open(root, Path.of(System.getProperty("java.io.tmpdir"), "stretto"));
      } catch (IOException unwritable) {
        root.setLevel(Level.OFF);
      }
    }
  }

  private static void open(Logger root, Path folder) throws IOException {
    Files.createDirectories(folder);
    var file = new FileHandler(folder + "/kernel-%u.log", 4 << 20, 1, true);
    file.setFormatter(new SimpleFormatter());
    root.addHandler(file);
  }

  private static Path cache() {
    String cache = System.getenv("XDG_CACHE_HOME");
    return cache == null || cache.isBlank()
        ? Path.of(System.getProperty("user.home"), ".cache", "stretto")
        : Path.of(cache, "stretto");
  }
}
