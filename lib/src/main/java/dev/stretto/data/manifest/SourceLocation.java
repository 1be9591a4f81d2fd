package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.util.regex.Pattern;

/** Where a reader is: makes the sentences that name file and line. */
final class SourceLocation {
  private static final int SHOWN = 80;
  private static final Pattern BREAKS = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]");

  private final String file;
  private long line;
  private long element;

  SourceLocation(String file) {
    this.file = file;
  }

  void line(long line) {
    this.line = line;
  }

  /** Counts elements of a JSON array, whose lines mean little. */
  void element(long element, long line) {
    this.element = element;
    this.line = line;
  }

  ManifestException bad(Reason reason, String what) {
    return new ManifestException(reason, false, this + ": " + what);
  }

  /** As {@link #bad}, and nothing after this place can be read. */
  ManifestException fatal(Reason reason, String what) {
    return new ManifestException(reason, true, this + ": " + what);
  }

  ManifestException missing(String field, String expected) {
    return bad(Reason.MISSING_FIELD, field + " is missing, expected " + expected);
  }

  ManifestException value(Reason reason, String field, Object value, String expected) {
    return bad(reason, field + " is " + show(value) + ", expected " + expected);
  }

  static String show(Object value) {
    return brief(value instanceof String ? "'" + value + "'" : String.valueOf(value));
  }

  static String brief(String shown) {
    return shown.length() > SHOWN ? shown.substring(0, SHOWN) + "..." : shown;
  }

  /** A message is one line whatever the manifest's bytes are. */
  static String oneLine(String text) {
    return BREAKS.matcher(text).replaceAll(" ");
  }

  @Override
  public String toString() {
    return element > 0
        ? file + ", element " + element + " (line " + line + ")"
        : file + ", line " + line;
  }
}
