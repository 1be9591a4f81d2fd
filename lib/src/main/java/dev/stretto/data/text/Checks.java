package dev.stretto.data.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;

/** Checks that several classes of this package share. */
final class Checks {
  /** Special tokens, the last ids of the tokenizers. */
  static final List<String> SPECIAL = List.of("<pad>", "<bos>", "<eos>");

  private Checks() {}

  static void range(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          name + " is " + value + ", expected " + least + " to " + most);
    }
  }

  static void prompt(boolean made, String prompt, String right) {
    if (!made) {
      throw new IllegalArgumentException("the prompt is '" + prompt + "', expected " + right);
    }
  }

  static void running(String what) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException(what + " was interrupted");
    }
  }

  /** A text as UTF-8, which half a surrogate pair is not. */
  static byte[] bytes(String text) {
    ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(text.length(), 3));
    CharBuffer in = CharBuffer.wrap(text);
    if (UTF_8.newEncoder().encode(in, out, true).isError()) {
      throw new IllegalArgumentException(
          "character " + in.position() + " is half a surrogate pair, expected Unicode text");
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  /** The text of bytes that were read from a place. */
  static String text(byte[] bytes, Object place) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    if (UTF_8.newDecoder().decode(in, out, true).isError()) {
      throw new IllegalArgumentException(
          "%s: byte %d (0x%02X) is not UTF-8, expected a text file in UTF-8"
              .formatted(place, in.position(), bytes[in.position()]));
    }
    return out.flip().toString();
  }
}
