package dev.stretto.kernel;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the text of cells, statement by statement, in one JShell. Used by one thread at a time; only
 * the {@linkplain CellRunner#stop request to stop} may come from another.
 */
final class Cells implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Cells.class);

  /** A literal, which is kept, or a comment. */
  private static final Pattern COMMENT =
      Pattern.compile(
          "(\"\"\"(?:[^\\\\]|\\\\.)*?\"\"\"|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\""
              + "|'[^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+')|//[^\n]*|/\\*.*?\\*/",
          Pattern.DOTALL);

  private final CellRunner runner;
  private final CellControl control;
  private final JShell shell;
  private final SourceCodeAnalysis analysis;
  private final CellErrors errors = new CellErrors();
  private final Magics magics = new Magics(this);

  /**
   * Starts a JShell in this JVM.
   *
   * @param compilerOptions options for the compiler of the cells
   * @param limitMillis how long a statement may take; 0 for ever
   */
  Cells(List<String> compilerOptions, long limitMillis) {
    var classes = new CellClasses(Cells.class.getClassLoader());
    runner = new CellRunner(classes, limitMillis);
    control = new CellControl(classes, runner);
    shell =
        JShell.builder()
            .executionEngine(new Provider(control), Map.of())
            .compilerOptions(compilerOptions.toArray(String[]::new))
            .build();
    analysis = shell.sourceCodeAnalysis();
  }

  /**
   * What a cell came to.
   *
   * @param value the value of the last expression; {@code null} if it has none, or a semicolon
   *     follows
   * @param notes sentences for the user
   */
  record Result(Object value, List<String> notes) {}

  /**
   * Runs a text.
   *
   * @param label what errors call it
   * @throws CellFailure at the first statement that cannot be compiled, throws or is stopped
   */
  Result run(String text, String label) throws CellFailure {
    Object value = null;
    List<Snippet> snippets = new ArrayList<>();
    int at = 0;
    while (true) {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
      String rest = text.substring(at);
      if (rest.startsWith("%")) {
        String line = rest.lines().findFirst().orElse("");
        value = magics.run(line);
        at += line.length();
        continue;
      }
      CompletionInfo info = analysis.analyzeCompletion(rest);
      if (rest.isEmpty() || info.completeness() == Completeness.EMPTY) {
        return new Result(value, notes(snippets));
      }
      boolean complete = info.completeness().isComplete() && info.source() != null;
      String source = complete ? info.source() : rest;
      int next = complete ? text.length() - info.remaining().length() : text.length();
      var place = new CellErrors.Place(label, text, at);
      List<SnippetEvent> events = shell.eval(source);
      value = null;
      for (SnippetEvent event : events) {
        if (event.causeSnippet() == null) {
          snippets.add(event.snippet());
          value = check(event, place);
        }
      }
      if (COMMENT
          .matcher(text.substring(at, next))
          .replaceAll("$1")
          .stripTrailing()
          .endsWith(";")) {
        value = null;
      }
      at = next;
    }
  }

  private Object check(SnippetEvent event, CellErrors.Place place) throws CellFailure {
    Snippet snippet = event.snippet();
    errors.remember(snippet, place);
    Throwable thrown = control.takeThrown();
    Object value = control.takeValue();
    JShellException exception = event.exception();
    if (event.status() == Snippet.Status.REJECTED) {
      throw CellErrors.compilation(shell.diagnostics(snippet).toList(), place);
    }
    if (runner.isStopping() && (thrown != null || exception != null)) {
      throw new CellFailure(
          "Interrupted",
          runner.stopReason(),
          exception == null ? List.of() : errors.frames(exception));
    }
    if (thrown != null) {
      LOG.info("{} ended with", place.label(), thrown);
    }
    if (exception != null) {
      throw errors.thrown(exception);
    }
    if (thrown != null) {
      throw failure(thrown);
    }
    boolean expression =
        snippet.kind() == Snippet.Kind.EXPRESSION
            || snippet.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND;
    return expression ? value : null;
  }

  private List<String> notes(List<Snippet> snippets) {
    List<String> notes = new ArrayList<>();
    for (Snippet snippet : snippets) {
      if (snippet instanceof DeclarationSnippet declared
          && (shell.status(snippet) == Snippet.Status.RECOVERABLE_DEFINED
              || shell.status(snippet) == Snippet.Status.RECOVERABLE_NOT_DEFINED)) {
        String missing = String.join(", ", shell.unresolvedDependencies(declared).toList());
        String what = missing.isEmpty() ? "something that does not compile" : missing;
        notes.add(declared.name() + " cannot be used until this is defined: " + what);
      }
    }
    return notes;
  }

  /** Runs something of the kernel's on the cell thread, where it can be stopped. */
  Object call(Callable<?> task) throws CellFailure {
    try {
      return runner.call(task);
    } catch (CellFailure e) {
      throw e;
    } catch (Throwable e) {
      if (runner.isStopping()) {
        throw new CellFailure("Interrupted", runner.stopReason(), List.of());
      }
      LOG.info("the result could not be shown", e);
      throw failure(e);
    }
  }

  private static CellFailure failure(Throwable e) {
    String name = CellErrors.name(e.getClass().getName());
    return new CellFailure(name, CellErrors.plain(e.getMessage()), List.of());
  }

  void addToClasspath(Path path) {
    shell.addToClasspath(path.toString());
  }

  CellRunner runner() {
    return runner;
  }

  SourceCodeAnalysis analysis() {
    return analysis;
  }

  @Override
  public void close() {
    shell.close();
  }

  private record Provider(CellControl control) implements ExecutionControlProvider {
    @Override
    public String name() {
      return "stretto";
    }

    @Override
    public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
      return control;
    }
  }
}
