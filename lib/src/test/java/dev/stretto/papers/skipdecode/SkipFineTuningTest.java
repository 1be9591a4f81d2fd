package dev.stretto.papers.skipdecode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.data.text.Windows;
import dev.stretto.models.Slopes;
import dev.stretto.models.language.CausalLm;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.LossStep;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SkipFineTuningTest {
  private static final LayerSchedule SCHEDULE = LayerSchedule.linear(4, 3, 1, 1, 4, 16);

  @Test
  void slopesAreThoseOfTheMaskedPass() {
    try (CausalLm base = CausalLm.gpt(4, 16, 11, 32, 3);
        NDManager scope = Tensors.manager()) {
      SkipFineTuning training = new SkipFineTuning(new SkipModel(base, SCHEDULE));
      int[][] texts = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5, 6, 7}};
      Slopes.check(
          "skip",
          manager -> training.loss(manager, texts),
          base.parameters().all().values().toArray(NDArray[]::new));
      double[] byPosition = training.evaluate(scope, texts);
      assertEquals(13, byPosition.length);
      assertEquals(
          training.loss(scope, texts).getFloat(),
          Arrays.stream(byPosition).average().orElseThrow(),
          1e-5);
      assertEquals(13, training.work(texts).tokens());
    }
  }

  @Test
  void theSkippedModelLearnsWhatTheFullOneKnew() {
    int[] text = new int[600];
    Arrays.setAll(text, i -> i % 5 + i / 5 % 2);
    Windows windows = new Windows(text);
    try (CausalLm base = CausalLm.gpt(4, 16, 11, 32, 3);
        NDManager scope = Tensors.manager()) {
      LanguageTraining language = new LanguageTraining(base, 0);
      train(base, language, windows, 60);
      SkipFineTuning skipping = new SkipFineTuning(new SkipModel(base, SCHEDULE));
      int[][] held = {Arrays.copyOfRange(text, 7, 24)};
      double untuned = skipping.loss(scope, held).getFloat();
      train(base, skipping, windows, 60);
      double tuned = skipping.loss(scope, held).getFloat();
      assertTrue(tuned < .5 * untuned, untuned + " to " + tuned);
    }
  }

  private static void train(CausalLm base, LossStep<int[][]> loss, Windows windows, int steps) {
    new Training<>(
            TrainingConfig.of(Budget.steps(steps), 1e-2),
            base,
            LanguageTraining.source(windows, 4, 16, 1),
            loss)
        .progress((status, last) -> {})
        .run();
  }
}
