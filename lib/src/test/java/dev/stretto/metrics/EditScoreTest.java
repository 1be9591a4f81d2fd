package dev.stretto.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.metrics.EditScore.Edit;
import dev.stretto.tensor.Rng;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EditScoreTest {
  private static int[] ids(String text) {
    return text.chars().toArray();
  }

  private static EditScore score(String source, String hypothesis, String reference) {
    return EditScore.of(ids(source), ids(hypothesis), ids(reference));
  }

  private static int[] applied(int[] source, List<Edit> edits) {
    IntStream text = IntStream.empty();
    int at = 0;
    for (Edit edit : edits) {
      IntStream put = edit.tokens().stream().mapToInt(Integer::intValue);
      text = IntStream.concat(text, IntStream.of(source).skip(at).limit(edit.from() - at));
      text = IntStream.concat(text, put);
      at = edit.to();
    }
    return IntStream.concat(text, IntStream.of(source).skip(at)).toArray();
  }

  @Test
  void editsTurnOneTextIntoTheOtherAndAreTheShortest() {
    Rng rng = new Rng(5);
    for (int trial = 0; trial < 3000; trial++) {
      long seed = rng.state();
      int[] a = rng.ints(rng.nextInt(9), 0, 3).toArray();
      int[] b = rng.ints(rng.nextInt(9), 0, 3).toArray();
      List<Edit> edits = EditScore.edits(a, b);
      assertArrayEquals(b, applied(a, edits), "seed " + seed);
      int changed = 0;
      int last = -1;
      for (Edit edit : edits) {
        assertTrue(edit.from() > last, "a kept token between edits, seed " + seed);
        last = edit.to();
        changed += Math.max(edit.to() - edit.from(), edit.tokens().size());
      }
      assertEquals(ErrorRates.of(a, b).errors(), changed, "seed " + seed);
    }
  }

  @Test
  void countsEqualThoseOfEveryPairOfEdits() {
    Rng rng = new Rng(6);
    for (int trial = 0; trial < 1000; trial++) {
      long seed = rng.state();
      int[][] texts = new int[3][];
      for (int i = 0; i < 3; i++) {
        texts[i] = rng.ints(rng.nextInt(9), 0, 3).toArray();
      }
      long both = 0;
      List<Edit> made = EditScore.edits(texts[0], texts[1]);
      List<Edit> due = EditScore.edits(texts[0], texts[2]);
      for (Edit one : made) {
        for (Edit other : due) {
          both += one.equals(other) ? 1 : 0;
        }
      }
      EditScore score = EditScore.of(texts[0], texts[1], texts[2]);
      assertEquals(new EditScore(both, made.size() - both, due.size() - both), score, "" + seed);
      EditScore swapped = EditScore.of(texts[0], texts[2], texts[1]);
      assertEquals(score.missed(), swapped.needless(), "seed " + seed);
      assertEquals(score.needless(), swapped.missed(), "seed " + seed);
      assertEquals(score.precision(), swapped.recall(), "seed " + seed);
      assertEquals(1, EditScore.of(texts[0], texts[2], texts[2]).f(.5), "seed " + seed);
    }
  }

  @Test
  void handWorkedCases() {
    assertEquals(
        List.of(new Edit(1, 2, List.of((int) 'u')), new Edit(3, 3, List.of((int) 't'))),
        EditScore.edits(ids("cap"), ids("cupt")));
    assertEquals(
        List.of(new Edit(0, 1, List.of())), EditScore.edits(ids("aab"), ids("ab")), "earliest");
    assertEquals(new EditScore(1, 0, 1), score("teh caat", "the caat", "the cat"));
    assertEquals(new EditScore(1, 1, 1), score("teh caat", "the coat", "the cat"));
    assertEquals(new EditScore(0, 0, 0), score("same", "same", "same"));
    assertEquals(new EditScore(0, 1, 0), score("", "a", ""));
  }

  @Test
  void precisionWeighsMoreThanRecallBelowOne() {
    EditScore all =
        EditScore.sum(List.of(new EditScore(2, 0, 1), new EditScore(1, 1, 5), score("", "", "")));
    assertEquals(new EditScore(3, 1, 6), all);
    assertEquals(.75, all.precision());
    assertEquals(1 / 3., all.recall(), 1e-15);
    assertEquals(1.25 * .75 / 3 / (.25 * .75 + 1 / 3.), all.f(.5), 1e-15);
    assertEquals(2 * .75 / 3 / (.75 + 1 / 3.), all.f(1), 1e-15);
    assertTrue(all.f(.1) > all.f(.5) && all.f(.5) > all.f(2));
    EditScore idle = new EditScore(0, 0, 4);
    assertEquals(1, idle.precision());
    assertEquals(0, idle.f(.5));
    assertEquals(0, new EditScore(0, 2, 3).f(.5));
    assertThrows(IllegalArgumentException.class, () -> all.f(0));
    assertThrows(IllegalArgumentException.class, () -> all.f(Double.NaN));
  }
}
