package dev.stretto.papers.judge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.judge.CheckedAnswers.Outcome;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.ProbabilityThreshold;
import dev.stretto.tensor.SeedTree;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckedAnswersTest {
  @Test
  void rulesAreCounted() {
    int[][] prompts = StyledSums.prompts(SeedTree.of(1), 3);
    try (CausalLm target = CausalLm.gpt(1, 16, StyledSums.VOCABULARY, 48, 1);
        CausalLm draft = CausalLm.gpt(1, 16, StyledSums.VOCABULARY, 48, 2)) {
      CheckedAnswers study = new CheckedAnswers(target, draft, prompts);
      assertEquals(0, study.right(study.own()), "an untrained network cannot add");
      Outcome match = study.run("match", Double.NaN, 4, new ExactMatch());
      assertEquals(1, match.identical());
      assertTrue(match.lossless() && match.high() < 1);
      Outcome all = study.run("all", 0, 4, new ProbabilityThreshold(0));
      assertFalse(all.lossless());
      assertTrue(all.tau() >= match.tau());
      for (LabelledAnswer answer : study.labelled(target)) {
        assertTrue(answer.firstWrong() >= 0 && answer.labelled() <= StyledSums.ANSWER + 4);
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
