package dev.stretto.data.text;

/**
 * Text to ids and back. Ids are 0 to {@link #vocabulary()} - 1; a model that needs more (a mask, a
 * backspace) counts on from there. Pad, bos and eos are the last three unless a tokenizer says
 * otherwise; where one lacks them, asking is an IllegalStateException.
 */
public interface Tokenizer {

  /** {@return the number of ids, those of special tokens included} */
  int vocabulary();

  /**
   * The ids of a text, without special tokens.
   *
   * @param text any Unicode text; half a surrogate pair is an IllegalArgumentException
   * @return its ids, none for the empty text
   */
  int[] encode(String text);

  /**
   * The text of ids, whatever a model made of them: special tokens are skipped, bytes that are not
   * UTF-8 become U+FFFD.
   *
   * @param ids each below {@link #vocabulary()}, else an IllegalArgumentException
   * @return the text; that of {@code encode(text)} is text
   */
  String decode(int... ids);

  /**
   * How one token is shown.
   *
   * @param id below {@link #vocabulary()}, else an IllegalArgumentException
   * @return its text, its name if it is special, its bytes ({@code \xe2}) if they are no text
   */
  String token(int id);

  /** {@return the id that fills rows} */
  default int pad() {
    return vocabulary() - 3;
  }

  /** {@return the id that begins a text} */
  default int bos() {
    return vocabulary() - 2;
  }

  /** {@return the id that ends a text} */
  default int eos() {
    return vocabulary() - 1;
  }
}
