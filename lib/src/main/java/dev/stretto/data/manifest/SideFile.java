package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A second file keyed by the first one's ids. It is read along while the orders agree, as they do
 * in sorted Kaldi directories; lines that come too early wait in memory.
 */
final class SideFile implements AutoCloseable {
  private final Lines lines;
  private final boolean shared;
  private final Map<String, String> early = new HashMap<>();

  /** With {@code shared}, keys are asked for more than once, so that all lines stay in memory. */
  SideFile(Path file, boolean shared) {
    this.shared = shared;
    this.lines = new Lines(file);
  }

  /** The text after the key, null where the file does not have it. */
  String find(String key) {
    String waiting = shared ? early.get(key) : early.remove(key);
    if (waiting != null) {
      return waiting;
    }
    while (lines.next()) {
      String[] pair = split(lines.text());
      if (shared || !pair[0].equals(key)) {
        early.put(pair[0], pair[1]);
      }
      if (pair[0].equals(key)) {
        return pair[1];
      }
    }
    return null;
  }

  /** Skips one line. */
  SideFile header() {
    lines.next();
    return this;
  }

  /** As Double.parseDouble, with this file's name in the sentence. */
  double number(String field, String value) {
    return number(field, value, lines.place());
  }

  static double number(String field, String value, SourceLocation place) {
    try {
      return Double.parseDouble(value.strip());
    } catch (NumberFormatException e) {
      throw place.value(Reason.BAD_VALUE, field, value, "a number");
    }
  }

  /** The key, and the rest without the blanks around it; the rest may be empty. */
  static String[] split(String line) {
    String text = line.strip();
    int end = 0;
    while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
      end++;
    }
    return new String[] {text.substring(0, end), text.substring(end).strip()};
  }

  @Override
  public void close() {
    lines.close();
  }
}
