package dev.stretto.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stretto.tensor.Rng;
import java.util.List;
import org.junit.jupiter.api.Test;

class ErrorRatesTest {

  /** All edits: {edits, -substitutions} of the least in lexicographic order. */
  private static int[] brute(int[] a, int i, int[] b, int j) {
    if (i == a.length || j == b.length) {
      return new int[] {a.length - i + b.length - j, 0};
    }
    int[] best = brute(a, i + 1, b, j + 1);
    if (a[i] != b[j]) {
      best = new int[] {best[0] + 1, best[1] - 1};
    }
    for (int[] other : List.of(brute(a, i + 1, b, j), brute(a, i, b, j + 1))) {
      other[0]++;
      if (other[0] < best[0] || (other[0] == best[0] && other[1] < best[1])) {
        best = other;
      }
    }
    return best;
  }

  @Test
  void countsEqualAllEditsByBruteForce() {
    Rng rng = new Rng(11);
    for (int trial = 0; trial < 3000; trial++) {
      long seed = rng.state();
      int[] a = rng.ints(rng.nextInt(7), 0, 3).toArray();
      int[] b = rng.ints(rng.nextInt(7), 0, 3).toArray();
      int[] best = brute(a, 0, b, 0);
      ErrorRates rates = ErrorRates.of(a, b);
      assertEquals(best[0], rates.errors(), "seed " + seed);
      assertEquals(-best[1], rates.substitutions(), "seed " + seed);
      assertEquals(b.length - a.length, rates.insertions() - rates.deletions(), "seed " + seed);
      ErrorRates back = ErrorRates.of(b, a);
      assertEquals(rates.insertions(), back.deletions(), "seed " + seed);
      assertEquals(rates.substitutions(), back.substitutions(), "seed " + seed);
    }
  }

  @Test
  void wordsAndCharactersAreCountedInTheirUnit() {
    assertEquals(new ErrorRates(6, 1, 1, 0), ErrorRates.characters("kitten", "sittens"));
    assertEquals(new ErrorRates(2, 0, 0, 1), ErrorRates.characters("\uD834\uDD1Ex", "x"));
    assertEquals(new ErrorRates(3, 1, 0, 1), ErrorRates.words(" the cat\n sat ", "the hat"));
    assertEquals(new ErrorRates(0, 0, 2, 0), ErrorRates.words("", "a a"));
  }

  @Test
  void theRateIsARatioOfSums() {
    ErrorRates sum =
        ErrorRates.sum(List.of(ErrorRates.words("a", "b"), ErrorRates.words("a b c", "a b c")));
    assertEquals(.25, sum.rate());
    assertEquals(0, ErrorRates.words("", "").rate());
    assertEquals(Double.POSITIVE_INFINITY, ErrorRates.words("", "a").rate());
  }
}
