package dev.stretto.data.manifest;

import java.util.function.ToIntFunction;

/**
 * Token counts for manifests that state none: what a transcript's length is measured in. Any other
 * {@code ToIntFunction<String>} (a tokenizer's count) does as well; these two are counted from the
 * parser's buffer without making a string.
 */
public enum TextUnit implements ToIntFunction<String> {
  /** Unicode code points, blanks included. */
  CHARACTERS {
    @Override
    int count(char[] buffer, int from, int to) {
      return Character.codePointCount(buffer, from, to - from);
    }
  },
  /** Runs of characters that are not white space. */
  WORDS {
    @Override
    int count(char[] buffer, int from, int to) {
      int words = 0;
      boolean inside = false;
      for (int i = from; i < to; i++) {
        boolean blank = Character.isWhitespace(buffer[i]);
        if (!blank && !inside) {
          words++;
        }
        inside = !blank;
      }
      return words;
    }
  };

  abstract int count(char[] buffer, int from, int to);

  /**
   * The length of a transcript.
   *
   * @param text the transcript
   * @return its length in this unit, 0 for an empty one
   */
  @Override
  public int applyAsInt(String text) {
    char[] buffer = text.toCharArray();
    return count(buffer, 0, buffer.length);
  }
}
