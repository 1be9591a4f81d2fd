package dev.stretto.kernel;

import java.util.List;
import java.util.stream.Collectors;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.SourceCodeAnalysis.Documentation;
import jdk.jshell.SourceCodeAnalysis.Suggestion;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;

/**
 * Completion, documentation and the question whether a text is complete. Positions are in chars.
 */
record Assist(SourceCodeAnalysis analysis) {

  ReplacementOptions complete(String text, int at) {
    int start = startOfStatement(text, at);
    ReplacementOptions options = complete(text.substring(start, at), start, at);
    if (start == 0 || !options.getReplacements().isEmpty()) {
      return options;
    }
    // names that the cell itself declares further up are known inside one block only
    return complete("{" + text.substring(0, at), -1, at);
  }

  private ReplacementOptions complete(String code, int offset, int at) {
    var anchor = new int[] {code.length()};
    List<Suggestion> suggestions = analysis.completionSuggestions(code, code.length(), anchor);
    List<String> found =
        suggestions.stream().map(Suggestion::continuation).distinct().sorted().toList();
    return new ReplacementOptions(found, Math.max(0, Math.min(at, offset + anchor[0])), at);
  }

  /** Signatures and documentation of what stands at the position; empty if there are none. */
  String inspect(String text, int at) {
    int start = startOfStatement(text, at);
    String statement = text.substring(start);
    int end = at - start;
    while (end < statement.length() && Character.isJavaIdentifierPart(statement.charAt(end))) {
      end++;
    }
    List<Documentation> found = analysis.documentation(statement, end, true);
    if (found.isEmpty()) {
      // inside the name of a method: JShell answers behind its parenthesis only
      String call = statement.substring(0, end) + "(";
      found = analysis.documentation(call, call.length(), true);
    }
    return found.stream()
        .map(
            each ->
                each.javadoc() == null
                    ? each.signature()
                    : each.signature() + "\n" + each.javadoc())
        .collect(Collectors.joining("\n\n"));
  }

  /** {@code complete}, {@code incomplete} or {@code invalid}. */
  String isComplete(String text) {
    String rest = text;
    while (!rest.isBlank()) {
      CompletionInfo info = analysis.analyzeCompletion(rest);
      switch (info.completeness()) {
        case DEFINITELY_INCOMPLETE -> {
          return "incomplete";
        }
        case CONSIDERED_INCOMPLETE -> {
          return info.remaining().isBlank() ? "incomplete" : "complete";
        }
        case UNKNOWN -> {
          return "invalid";
        }
        default -> {
          if (info.remaining().length() == rest.length()) {
            return "complete";
          }
          rest = info.remaining();
        }
      }
    }
    return "complete";
  }

  /** Where the statement that contains the position begins. */
  private int startOfStatement(String text, int at) {
    int start = 0;
    while (true) {
      CompletionInfo info = analysis.analyzeCompletion(text.substring(start));
      int next = text.length() - info.remaining().length();
      if (!info.completeness().isComplete() || next >= at || next <= start) {
        return start;
      }
      start = next;
    }
  }
}
