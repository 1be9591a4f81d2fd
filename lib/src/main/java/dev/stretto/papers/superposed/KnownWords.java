package dev.stretto.papers.superposed;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Words of a text, to tell whether what a model wrote consists of words at all: maximal runs of
 * letters.
 *
 * @param words those known
 */
record KnownWords(Set<String> words) {
  private static final Pattern WORD = Pattern.compile("\\p{L}+");

  /** {@return the words of a text} */
  static KnownWords of(String text) {
    return new KnownWords(
        WORD.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet()));
  }

  /**
   * How many words are known.
   *
   * @param known those that are
   * @param all complete words
   */
  record Count(long known, long all) {
    Count plus(Count other) {
      return new Count(known + other.known, all + other.all);
    }

    /** {@return known / all, NaN without words} */
    double share() {
      return (double) known / all;
    }
  }

  /**
   * {@return the words that end within a continuation, the one that it only completes too; a word
   * that the continuation breaks off in is not complete}
   */
  Count count(String before, String written) {
    String text = before + written;
    Predicate<MatchResult> ends = w -> w.end() > before.length() && w.end() < text.length();
    List<String> ended = WORD.matcher(text).results().filter(ends).map(MatchResult::group).toList();
    return new Count(ended.stream().filter(words::contains).count(), ended.size());
  }
}
