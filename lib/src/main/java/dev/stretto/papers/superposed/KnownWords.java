package dev.stretto.papers.superposed;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Words of a text, to tell whether what a model wrote consists of words at all: maximal runs of
 * letters.
 *
 * @param words those known
 */
public record KnownWords(Set<String> words) {
  /**
   * The words of a text.
   *
   * @param text any characters
   * @return its words, the last one too where the text ends in it
   */
  public static KnownWords of(String text) {
    Set<String> words = new HashSet<>();
    split(text + " ", 0, words::add);
    return new KnownWords(words);
  }

  /**
   * How many words are known.
   *
   * @param known those that are
   * @param all complete words
   */
  public record Count(long known, long all) {
    /**
     * Two counts together.
     *
     * @param other more words
     * @return the sums
     */
    public Count plus(Count other) {
      return new Count(known + other.known, all + other.all);
    }

    /** {@return known / all, NaN without words} */
    public double share() {
      return (double) known / all;
    }
  }

  /**
   * Counts the words that end within a continuation, the one that it only completes too. A word
   * that the continuation breaks off in is no word yet.
   *
   * @param before what stands before
   * @param written the continuation
   * @return the counts
   */
  public Count count(String before, String written) {
    long[] counts = new long[2];
    split(
        before + written,
        before.length(),
        word -> {
          counts[0] += words.contains(word) ? 1 : 0;
          counts[1]++;
        });
    return new Count(counts[0], counts[1]);
  }

  /** Words that have a letter and their end, no letter, at or behind a place. */
  private static void split(String text, int from, Consumer<String> word) {
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      if (!Character.isLetter(text.charAt(i))) {
        if (i > start && i > from) {
          word.accept(text.substring(start, i));
        }
        start = i + 1;
      }
    }
  }
}
