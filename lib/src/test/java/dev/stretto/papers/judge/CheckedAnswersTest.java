package dev.stretto.papers.judge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.data.text.CategorySuite.Category;
import dev.stretto.data.text.CategorySuite.Split;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.data.text.TaskCorpus.Example;
import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.judge.CheckedAnswers.Outcome;
import dev.stretto.papers.judge.CheckedAnswers.Task;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.ProbabilityThreshold;
import dev.stretto.samplers.drafting.ModelDrafter;
import dev.stretto.samplers.drafting.TreeExpansion;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckedAnswersTest {
  private static final CategorySuite SUITE = CategorySuite.standard();
  private static final CharTokenizer TOKENIZER = CharTokenizer.printable();

  private static int[] with(int[] ids, int more) {
    int[] longer = Arrays.copyOf(ids, ids.length + 1);
    longer[ids.length] = more;
    return longer;
  }

  @Test
  void aMistakeIsTheFirstTokenThatTheCheckerRefuses() {
    for (Category category : List.of(Category.MATH, Category.TRANSLATION)) {
      Task task = Task.of(SUITE, category, 96);
      for (Example example : SUITE.examples(category, Split.TEST, 5)) {
        int[] prompt = TOKENIZER.encode(example.prompt());
        int[] answer = TOKENIZER.encode(example.answer());
        int[] right = with(answer, SUITE.end());
        assertEquals(-1, task.mistake().applyAsInt(prompt, right));
        assertEquals(
            answer.length, task.mistake().applyAsInt(prompt, answer), "the end is missing");
        for (int i = 0; i < answer.length; i++) {
          int[] wrong = right.clone();
          wrong[i] = TOKENIZER.encode(answer[i] == TOKENIZER.encode("?")[0] ? "!" : "?")[0];
          assertEquals(i, task.mistake().applyAsInt(prompt, wrong));
          int[] early = with(Arrays.copyOf(answer, i), SUITE.end());
          assertEquals(i, task.mistake().applyAsInt(prompt, early), "ended too early");
        }
      }
    }
  }

  @Test
  void rulesAreCountedOnAnyTask() {
    int[][] prompts = SUITE.prompts(Category.MATH, 3);
    try (CausalLm target = CausalLm.gpt(1, 16, TOKENIZER.vocabulary(), 128, 1);
        CausalLm draft = CausalLm.gpt(1, 16, TOKENIZER.vocabulary(), 128, 2)) {
      CheckedAnswers study = new CheckedAnswers(target, prompts, Task.of(SUITE, Category.MATH, 12));
      assertEquals(0, study.right(study.own()), "an untrained network cannot add");
      ModelDrafter chain = new ModelDrafter(draft, TreeExpansion.chain(4));
      Outcome match = study.run("match", Double.NaN, 4, chain, new ExactMatch());
      assertEquals(1, match.identical());
      assertTrue(match.lossless() && match.high() < 1);
      Outcome all = study.run("all", 0, 4, chain, new ProbabilityThreshold(0));
      assertFalse(all.lossless());
      assertTrue(all.tau() >= match.tau());
      for (LabelledAnswer answer : study.labelled(target)) {
        assertTrue(answer.firstWrong() >= 0 && answer.labelled() <= 12);
      }
      assertArrayEquals(study.own(), study.answers(target));
    }
  }

  private static Outcome outcome(double setting, double tau, double accuracy) {
    return new Outcome("rule", setting, 4, tau, accuracy, 0, 1, 0, false);
  }

  @Test
  void theFastestThatIsRightOftenEnoughIsChosen() {
    List<Outcome> sweep = List.of(outcome(1, 9, .7), outcome(2, 5, .95), outcome(3, 4, .99));
    assertEquals(2, CheckedAnswers.choose(sweep, .95).setting());
    assertEquals(3, CheckedAnswers.choose(sweep, .96).setting());
    assertEquals(1, CheckedAnswers.choose(sweep, .1).setting());
    assertEquals(3, CheckedAnswers.choose(sweep, .999).setting(), "the most accurate");
  }
}
