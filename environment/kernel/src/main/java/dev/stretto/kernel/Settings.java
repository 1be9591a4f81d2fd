package dev.stretto.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.dflib.jjava.jupyter.kernel.util.PathsHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What IJava's environment variables say. */
record Settings(
    List<Path> classpath,
    List<String> compilerOptions,
    long limitMillis,
    List<Path> scripts,
    String script) {
  private static final Logger LOG = LoggerFactory.getLogger(Settings.class);

  /** IJava's imports, and those without which no notebook gets by. */
  private static final List<String> IMPORTS =
      List.of(
          "java.io.*",
          "java.math.*",
          "java.net.*",
          "java.nio.file.*",
          "java.util.*",
          "java.util.concurrent.*",
          "java.util.function.*",
          "java.util.regex.*",
          "java.util.stream.*",
          "static " + Notebook.class.getName() + ".*");

  static Settings of(Map<String, String> environment) {
    return new Settings(
        paths(environment.getOrDefault("IJAVA_CLASSPATH", "")),
        words(environment.getOrDefault("IJAVA_COMPILER_OPTS", "")),
        millis(environment.getOrDefault("IJAVA_TIMEOUT", "-1")),
        paths(environment.getOrDefault("IJAVA_STARTUP_SCRIPTS_PATH", "")),
        environment.getOrDefault("IJAVA_STARTUP_SCRIPT", ""));
  }

  /** Starts an engine that obeys; what fails in a start-up script is logged and printed. */
  Cells start() {
    var cells = new Cells(compilerOptions, limitMillis);
    classpath.forEach(cells::addToClasspath);
    var text = new StringBuilder();
    IMPORTS.forEach(name -> text.append("import ").append(name).append(";\n"));
    run(cells, text.toString(), "imports");
    for (Path file : scripts) {
      try {
        run(cells, Files.readString(file), file.toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    run(cells, script, "IJAVA_STARTUP_SCRIPT");
    return cells;
  }

  private static void run(Cells cells, String text, String label) {
    try {
      cells.run(text, label);
    } catch (CellFailure e) {
      LOG.warn("{}: {}", label, String.join("\n", e.traceback()));
      System.err.println(label + " failed: " + e.getMessage());
    }
  }

  /** A duration such as {@code 500} or {@code 30 seconds}; 0 where there is none. */
  static long millis(String text) {
    String[] parts = text.strip().split("\\s+", -1);
    try {
      long number = Long.parseLong(parts[0]);
      TimeUnit unit =
          parts.length == 1
              ? TimeUnit.MILLISECONDS
              : TimeUnit.valueOf(parts[1].toUpperCase(Locale.ROOT));
      return number < 1 ? 0 : unit.toMillis(number);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "IJAVA_TIMEOUT=" + text + " is not a duration such as 500 or '30 seconds'", e);
    }
  }

  private static List<String> words(String text) {
    return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
  }

  private static List<Path> paths(String text) {
    List<Path> paths = new ArrayList<>();
    for (Path path : PathsHandler.splitAndResolveGlobs(text)) {
      paths.add(path.toAbsolutePath());
    }
    return paths;
  }
}
