package dev.stretto.papers.judge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StyledSumsTest {
  private static final int[] PROMPT = StyledSums.prompt(3941);
  private static final StyledSums PLAIN = StyledSums.mostly(0, 0);

  private static int[] answer() {
    return PLAIN.answer(PROMPT, SeedTree.of(1).rng());
  }

  @Test
  void writesTheWorkedExample() {
    assertEquals("Q 3 9 4 1 ?", StyledSums.text(PROMPT));
    assertEquals("so sum is 2 . so sum is 6 . so sum is 7 . <eos>", StyledSums.text(answer()));
    assertEquals(-1, StyledSums.mistake(PROMPT, answer()));
  }

  @Test
  void findsTheFirstMistakeOfAnswersWorkedByHand() {
    int[] wrongDigit = answer();
    wrongDigit[8] = 5;
    assertEquals(8, StyledSums.mistake(PROMPT, wrongDigit));
    int[] wrongWord = answer();
    wrongWord[6] = 30; // another style's second word
    assertEquals(6, StyledSums.mistake(PROMPT, wrongWord));
    assertEquals(15, StyledSums.mistake(PROMPT, Arrays.copyOf(answer(), 15)));
    int[] endless = answer();
    endless[15] = endless[0];
    assertEquals(15, StyledSums.mistake(PROMPT, endless));
    assertEquals(16, StyledSums.mistake(PROMPT, Arrays.copyOf(answer(), 17)));
    assertEquals(0, StyledSums.mistake(PROMPT, 7));
  }

  @Test
  void everyStyleIsRightAndComesAsOftenAsItsProbability() {
    StyledSums task = StyledSums.mostly(1, .02);
    int[] first = new int[StyledSums.STYLES];
    var rng = SeedTree.of(5).rng();
    for (int i = 0; i < 3000; i++) {
      int[] text = task.draw(rng);
      int[] prompt = Arrays.copyOf(text, 6);
      int[] answer = Arrays.copyOfRange(text, 6, 22);
      assertEquals(-1, StyledSums.mistake(prompt, answer));
      first[(answer[0] - StyledSums.EOS - 1) / 3]++;
    }
    assertEquals(.9, first[1] / 3000., .03, "seed 5, five standard errors");
    assertEquals(.02, first[4] / 3000., .013, "seed 5, five standard errors");
  }

  @Test
  void promptsDiffer() {
    Set<List<Integer>> seen = new HashSet<>();
    for (int[] prompt : StyledSums.prompts(SeedTree.of(3), 900)) {
      seen.add(Arrays.stream(prompt).boxed().toList());
    }
    assertEquals(900, seen.size());
  }

  @Test
  void refusesWhatIsNoLawAndNoPrompt() {
    assertThrows(IllegalArgumentException.class, () -> new StyledSums(.5, .5));
    assertThrows(IllegalArgumentException.class, () -> StyledSums.mostly(0, .3));
    assertThrows(IllegalArgumentException.class, () -> StyledSums.mistake(new int[3], 1));
  }
}
