package dev.stretto.kernel;

import java.util.ArrayList;
import java.util.List;

/** Why a cell ended early, as the front-end shows it. */
final class CellFailure extends Exception {
  private static final long serialVersionUID = 1L;
  private static final String RED = "\u001b[1;31m";
  private static final String PLAIN = "\u001b[0m";

  private final String name;
  private final transient List<String> details;

  /**
   * A failure.
   *
   * @param name the kind, as a rule the name of an exception
   * @param message one sentence
   * @param details the lines that follow it: source and caret, or frames
   */
  CellFailure(String name, String message, List<String> details) {
    super(message);
    this.name = name;
    this.details = List.copyOf(details);
  }

  String name() {
    return name;
  }

  /** The lines that are shown; the first says it all. */
  List<String> traceback() {
    var lines = new ArrayList<String>();
    lines.add(RED + name + PLAIN + ": " + getMessage());
    lines.addAll(details);
    return lines;
  }
}
