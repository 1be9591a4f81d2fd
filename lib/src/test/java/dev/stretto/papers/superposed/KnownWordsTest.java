package dev.stretto.papers.superposed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.papers.superposed.KnownWords.Count;
import dev.stretto.tensor.Rng;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class KnownWordsTest {

  @Test
  void onlyWordsThatEndInWhatWasWrittenCount() {
    KnownWords known = KnownWords.of("int size = a.size(); return");
    assertEquals(Set.of("int", "size", "a", "return"), known.words());
    assertEquals(new Count(2, 2), known.count("int si", "ze = int;"));
    assertEquals(new Count(1, 2), known.count("int si", "zes int si"), "broken off");
    assertEquals(new Count(0, 0), known.count("int", " = 3"), "ended before");
    assertEquals(new Count(0, 0), known.count("", "size"), "not ended");
    assertTrue(Double.isNaN(new Count(0, 0).share()));
    assertEquals(.75, new Count(1, 2).plus(new Count(2, 2)).share());
  }

  @Test
  void countsEqualThoseOfTheSplitText() {
    Rng rng = new Rng(3);
    for (int trial = 0; trial < 500; trial++) {
      long seed = rng.state();
      String text =
          rng.ints(1 + rng.nextInt(20), 0, 3)
              .mapToObj(i -> "ab ".substring(i, i + 1))
              .collect(Collectors.joining());
      int cut = rng.nextInt(text.length() + 1);
      KnownWords known = new KnownWords(Set.of("a", "ab"));
      // what was written in capitals: a word counts where it has one
      String marked = text.substring(0, cut) + text.substring(cut).toUpperCase(Locale.ROOT);
      List<String> fresh =
          words(marked).stream()
              .filter(word -> !word.equals(word.toLowerCase(Locale.ROOT)))
              .map(word -> word.toLowerCase(Locale.ROOT))
              .toList();
      Count count = known.count(text.substring(0, cut), text.substring(cut));
      assertEquals(fresh.size(), count.all(), "seed " + seed);
      long right = fresh.stream().filter(known.words()::contains).count();
      assertEquals(right, count.known(), "seed " + seed);
    }
  }

  /** Words with something behind them. */
  private static List<String> words(String text) {
    String ended = text.substring(0, text.lastIndexOf(' ') + 1);
    return Arrays.stream(ended.split(" ")).filter(word -> !word.isEmpty()).toList();
  }
}
