package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The lines of a file as slices of one buffer: gzip or plain by the first two bytes, LF or CRLF, a
 * byte order mark and blank lines are skipped.
 */
final class Lines implements AutoCloseable {
  private static final int BUFFER = 1 << 16;
  private static final int LONGEST = 1 << 28;

  private final InputStream in;
  private final SourceLocation place;
  private byte[] buffer;
  private int filled;
  private int next;
  private boolean ended;
  private long number;
  private int from;
  private int to;

  Lines(Path file) {
    SourceLocation start = new SourceLocation(file.toString());
    this(open(file, start), start, BUFFER);
  }

  Lines(InputStream in, SourceLocation place, int bufferSize) {
    this.in = in;
    this.place = place;
    this.buffer = new byte[bufferSize];
  }

  /** Opens a file, unpacking it where it starts with gzip's two bytes. The caller closes it. */
  static InputStream open(Path file, SourceLocation place) {
    try {
      PushbackInputStream in = new PushbackInputStream(Files.newInputStream(file), 2);
      try {
        byte[] magic = in.readNBytes(2);
        in.unread(magic);
        boolean packed = magic.length == 2 && magic[0] == 0x1f && magic[1] == (byte) 0x8b;
        return packed ? new GZIPInputStream(in, 1 << 16) : in;
      } catch (IOException e) {
        in.close();
        throw e;
      }
    } catch (IOException e) {
      place.line(1);
      throw unreadable(e, place);
    }
  }

  /** The sentence for a file that cannot be read on. */
  static ManifestException unreadable(IOException e, SourceLocation place) {
    String why = e.getMessage();
    return switch (e) {
      case EOFException _ ->
          place.fatal(
              Reason.BAD_GZIP,
              "the gzip stream ends too early, expected a complete file: copy it again");
      case ZipException _ ->
          place.fatal(Reason.BAD_GZIP, "damaged gzip (" + why + "), expected an intact file");
      default ->
          place.fatal(
              Reason.UNREADABLE,
              "cannot be read (" + e.getClass().getSimpleName() + " " + why + ")");
    };
  }

  /** Moves to the next line that is not blank; false at the end. */
  boolean next() {
    while (advance()) {
      int end = to;
      while (end > from && buffer[end - 1] <= ' ' && buffer[end - 1] >= 0) {
        end--;
      }
      if (end > from) {
        if (buffer[to - 1] == '\r') {
          to--;
        }
        return true;
      }
    }
    return false;
  }

  private boolean advance() {
    int scanned = next;
    while (true) {
      int newline = indexOfNewline(scanned, filled);
      if (newline >= 0 || ended) {
        if (newline < 0 && next == filled) {
          return false;
        }
        from = next;
        to = newline < 0 ? filled : newline;
        next = newline < 0 ? filled : newline + 1;
        place.line(++number);
        if (number == 1 && to - from >= 3 && isByteOrderMark()) {
          from += 3;
        }
        return true;
      }
      scanned = filled - next;
      fill();
    }
  }

  private boolean isByteOrderMark() {
    return buffer[from] == (byte) 0xEF
        && buffer[from + 1] == (byte) 0xBB
        && buffer[from + 2] == (byte) 0xBF;
  }

  /** Moves the unfinished line to the front and reads behind it. */
  private void fill() {
    System.arraycopy(buffer, next, buffer, 0, filled - next);
    filled -= next;
    next = 0;
    if (filled == buffer.length) {
      if (filled >= LONGEST) {
        place.line(number + 1);
        throw place.fatal(
            Reason.BAD_LINE,
            "the line is longer than " + LONGEST + " bytes, expected a manifest line");
      }
      buffer = Arrays.copyOf(buffer, 2 * filled);
    }
    try {
      int read = in.read(buffer, filled, buffer.length - filled);
      ended = read < 0;
      filled += Math.max(read, 0);
    } catch (IOException e) {
      place.line(number + 1);
      throw unreadable(e, place);
    }
  }

  private int indexOfNewline(int start, int end) {
    for (int i = start; i < end; i++) {
      if (buffer[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  /** The buffer that holds the current line; valid until the next call of {@link #next}. */
  byte[] buffer() {
    return buffer;
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  /** File and number of the current line. */
  SourceLocation place() {
    return place;
  }

  /** Lines seen so far, blank ones included. */
  long number() {
    return number;
  }

  /** The current line as text. */
  String text() {
    String text = new String(buffer, from, to - from, StandardCharsets.UTF_8);
    if (text.indexOf('\uFFFD') >= 0) {
      checkUtf8();
    }
    return text;
  }

  /** Throws where the current line is not UTF-8. */
  void checkUtf8() {
    ByteBuffer bytes = ByteBuffer.wrap(buffer, from, to - from);
    try {
      StandardCharsets.UTF_8.newDecoder().decode(bytes);
    } catch (CharacterCodingException e) {
      throw place.bad(
          Reason.NOT_UTF8,
          String.format(
              "byte %d of the line is 0x%02X, which is not UTF-8: convert the file to UTF-8",
              bytes.position() - from + 1, bytes.get(bytes.position())));
    }
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      throw unreadable(e, place);
    }
  }
}
