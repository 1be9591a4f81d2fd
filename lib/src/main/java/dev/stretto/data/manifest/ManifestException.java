package dev.stretto.data.manifest;

/**
 * A manifest that cannot be read as it stands. The message is one sentence: file, line (or element
 * of a JSON array), field, value, and what would be right.
 */
public final class ManifestException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What is wrong, for counting. */
  public enum Reason {
    /** The line or the array is not JSON, or not the JSON that the format asks for. */
    BAD_JSON,
    /** A line of a text format has too few fields, or a header lacks a column. */
    BAD_LINE,
    /** A field that the format requires is absent. */
    MISSING_FIELD,
    /** The duration is not a finite number of seconds above 0 and below the limit. */
    BAD_DURATION,
    /** The offset or start is negative or not finite. */
    BAD_OFFSET,
    /** Another field has the wrong type or range. */
    BAD_VALUE,
    /** There is no transcript although the reader was asked to require one. */
    MISSING_TEXT,
    /** An id that was read before. */
    DUPLICATE_ID,
    /** Bytes that are not UTF-8, or half a surrogate pair. */
    NOT_UTF8,
    /** A gzip stream that ends too early or is damaged. */
    BAD_GZIP,
    /** Nothing in it. */
    EMPTY,
    /** Not there, not readable, or of no known format. */
    UNREADABLE,
    /** Not an error: the entry asks to be skipped (NeMo's {@code _skipme}). */
    SKIPME
  }

  /** What is wrong. */
  private final Reason reason;

  /** Whether the rest of the file is lost too. */
  private final boolean fatal;

  ManifestException(Reason reason, boolean fatal, String sentence) {
    super(SourceLocation.oneLine(sentence));
    this.reason = reason;
    this.fatal = fatal;
  }

  /** {@return what is wrong, for counting} */
  public Reason reason() {
    return reason;
  }

  boolean fatal() {
    return fatal;
  }
}
