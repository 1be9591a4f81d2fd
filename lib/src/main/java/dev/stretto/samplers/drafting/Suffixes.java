package dev.stretto.samplers.drafting;

/** Where a text's end occurs in another text: what drafters that copy look up. */
public final class Suffixes {
  private Suffixes() {}

  /** A row's last token, the one before it, and so on. */
  public interface Ending {
    /**
     * A token from the end.
     *
     * @param back 0 for the last token
     * @return its id
     */
    int last(int back);
  }

  /**
   * The next occurrence.
   *
   * @param text searched
   * @param from the first place behind an occurrence that counts
   * @param to the last place behind an occurrence that counts
   * @param ending the text whose last {@code n} tokens are sought
   * @param n tokens
   * @return the place behind the first occurrence, -1 for none
   */
  public static int find(int[] text, int from, int to, Ending ending, int n) {
    for (int end = Math.max(n, from); end <= to; end++) {
      if (endsAt(text, end, ending, n)) {
        return end;
      }
    }
    return -1;
  }

  /**
   * The last occurrence.
   *
   * @param text searched
   * @param to the last place behind an occurrence that counts
   * @param ending the text whose last {@code n} tokens are sought
   * @param n tokens
   * @return the place behind it, -1 for none
   */
  public static int findLast(int[] text, int to, Ending ending, int n) {
    for (int end = to; end >= n; end--) {
      if (endsAt(text, end, ending, n)) {
        return end;
      }
    }
    return -1;
  }

  private static boolean endsAt(int[] text, int end, Ending ending, int n) {
    for (int back = 0; back < n; back++) {
      if (text[end - 1 - back] != ending.last(back)) {
        return false;
      }
    }
    return true;
  }
}
