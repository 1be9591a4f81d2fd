package dev.stretto.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.UnresolvedReferenceException;

/** Says where in a cell something went wrong: the line with a caret, or the user's own frames. */
final class CellErrors {
  private static final int MOST_DIAGNOSTICS = 5;
  private static final int MOST_FRAMES = 30;
  private static final Pattern WRAPPER = Pattern.compile("(class )?REPL[./]\\$JShell\\$\\w+?[$.]");

  private final Map<String, Place> places = new HashMap<>();

  /**
   * Where a statement stands.
   *
   * @param label what the user calls the text: {@code cell 3}, or a file
   * @param text the whole text
   * @param start the offset of the statement in it
   */
  record Place(String label, String text, int start) {
    int line(int offset) {
      return 1
          + (int)
              text.substring(0, Math.min(offset, text.length()))
                  .chars()
                  .filter(c -> c == '\n')
                  .count();
    }

    String source(int line) {
      return text.lines().skip(line - 1).findFirst().orElse("");
    }
  }

  void remember(Snippet snippet, Place place) {
    places.put(snippet.id(), place);
  }

  /** The name of an exception as the user knows it. */
  static String name(String className) {
    return className.startsWith(CellHooks.class.getName()) ? "SystemExit" : plain(className);
  }

  /** Removes from a text what JShell wraps the user's classes in. */
  static String plain(String text) {
    return text == null ? "" : WRAPPER.matcher(text).replaceAll("");
  }

  /** The compiler's errors, each with its line and a caret. */
  static CellFailure compilation(List<Diag> diagnostics, Place place) {
    List<Diag> errors = diagnostics.stream().filter(Diag::isError).toList();
    List<String> lines = new ArrayList<>();
    for (Diag each : errors.subList(0, Math.min(errors.size(), MOST_DIAGNOSTICS))) {
      int offset = place.start() + (int) Math.max(0, each.getPosition());
      int end = place.start() + (int) Math.max(each.getPosition(), each.getEndPosition());
      int line = place.line(offset);
      String source = place.source(line);
      int column = offset - (place.text().lastIndexOf('\n', Math.max(0, offset - 1)) + 1);
      int width = Math.max(1, Math.min(end - offset, source.length() - column));
      lines.add(place.label() + ", line " + line + ": " + message(each).getFirst());
      lines.add("    " + source);
      lines.add("    " + blank(source, column) + "^".repeat(width));
      message(each).stream().skip(1).map(more -> "  " + more).forEach(lines::add);
    }
    if (errors.size() > MOST_DIAGNOSTICS) {
      lines.add("and " + (errors.size() - MOST_DIAGNOSTICS) + " more errors");
    }
    String first =
        errors.isEmpty() ? "the statement is not complete" : message(errors.getFirst()).getFirst();
    return new CellFailure("CompilationException", first, lines);
  }

  private static List<String> message(Diag diagnostic) {
    return diagnostic
        .getMessage(Locale.ENGLISH)
        .lines()
        .filter(line -> !line.strip().startsWith("location:"))
        .map(CellErrors::plain)
        .toList();
  }

  private static String blank(String source, int column) {
    return source.substring(0, Math.min(column, source.length())).replaceAll("[^\t]", " ");
  }

  /** What a statement threw, with the frames that lie in cells. */
  CellFailure thrown(JShellException exception) {
    List<String> lines = new ArrayList<>(frames(exception));
    for (Throwable cause = exception.getCause();
        cause instanceof JShellException nested && lines.size() < MOST_FRAMES;
        cause = cause.getCause()) {
      lines.add("Caused by: " + name(nested) + ": " + message(nested));
      lines.addAll(frames(nested));
    }
    return new CellFailure(name(exception), message(exception), lines);
  }

  List<String> frames(JShellException exception) {
    List<String> lines = new ArrayList<>();
    for (StackTraceElement frame : exception.getStackTrace()) {
      String file = frame.getFileName();
      Place place = file == null ? null : places.get(file.replaceFirst("^#", ""));
      if (place == null) {
        continue;
      }
      int line = place.line(place.start()) + frame.getLineNumber() - 1;
      String method = frame.getMethodName().replaceFirst("^lambda\\$.*", "a lambda");
      String owner = frame.getClassName();
      String where = place.label() + ", line " + line;
      lines.add(
          method.isEmpty()
              ? "    at " + where + ":  " + place.source(line).strip()
              : "    at " + (owner.isEmpty() ? "" : owner + ".") + method + " (" + where + ")");
    }
    return folded(lines);
  }

  /** Writes a line that follows itself, in a recursion, once. */
  private static List<String> folded(List<String> lines) {
    List<String> folded = new ArrayList<>();
    for (int i = 0; i < lines.size() && folded.size() < MOST_FRAMES; i++) {
      int same = i;
      while (same + 1 < lines.size() && lines.get(same + 1).equals(lines.get(i))) {
        same++;
      }
      folded.add(lines.get(i) + (same == i ? "" : ", " + (same - i + 1) + " times"));
      i = same;
    }
    return folded;
  }

  private static String name(JShellException exception) {
    return switch (exception) {
      case EvalException e -> name(e.getExceptionClassName());
      default -> "UnresolvedReferenceException";
    };
  }

  private static String message(JShellException exception) {
    return switch (exception) {
      case UnresolvedReferenceException e ->
          "the body of "
              + e.getSnippet().source().lines().findFirst().orElse("").strip()
              + " refers to something that is not defined";
      default -> plain(exception.getMessage());
    };
  }
}
