package dev.stretto.experiments;

import dev.stretto.data.text.StyledSums;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;

/** Target and draft of Judge Decoding's small experiment: running sums, each in its own style. */
public final class JudgeModels {
  /** Room for prompt, answer and the drafts behind them. */
  private static final int CONTEXT = 48;

  private JudgeModels() {}

  /**
   * How a model of styled sums is made.
   *
   * @param version raised when the same words come to mean something else
   * @param layers of the network
   * @param width of the network
   * @param favourite its style
   * @param other probability of each other style
   * @param rows examples a step
   * @param seed of weights and examples
   * @param training how it learns
   */
  public record Recipe(
      int version,
      int layers,
      int width,
      int favourite,
      double other,
      int rows,
      long seed,
      TrainingConfig training) {}

  /**
   * The target, 3 layers of 64: style 0 as a rule, every other one sometimes.
   *
   * @param artefacts where it is stored
   * @param other probability of each other style in its training, .02 in the first setting
   * @return the model, to be closed by the caller
   */
  public static CausalLm target(Artefacts artefacts, double other) {
    return obtain(
        artefacts,
        "sums-3x64",
        new Recipe(
            1,
            3,
            64,
            0,
            other,
            64,
            1,
            TrainingConfig.of(Budget.steps(900), 5e-3).withWarmup(50).withDecay(0)));
  }

  /**
   * The draft, one layer of 24: style 1 as a rule.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm draft(Artefacts artefacts) {
    return obtain(
        artefacts,
        "sums-1x24",
        new Recipe(
            1,
            1,
            24,
            1,
            .02,
            64,
            2,
            TrainingConfig.of(Budget.steps(1000), 1e-2).withWarmup(50).withDecay(0)));
  }

  private static CausalLm obtain(Artefacts artefacts, String name, Recipe recipe) {
    return artefacts.obtain(
        name,
        recipe,
        "F16",
        () ->
            new CausalLm(
                TransformerConfig.gpt(
                        recipe.layers(), recipe.width(), StyledSums.VOCABULARY, CONTEXT)
                    .withHeads(2, 2)
                    // every sentence has its fixed place
                    .with(new TransformerConfig.PositionKind.Learned(1)),
                true,
                SeedTree.of(recipe.seed())),
        model -> {
          StyledSums task = StyledSums.mostly(recipe.favourite(), recipe.other());
          LanguageTraining learning = new LanguageTraining(model, 0);
          BatchSource<int[][]> source =
              BatchSource.drawn(
                  SeedTree.of(recipe.seed()).child("examples"),
                  rng -> {
                    int[][] rows = new int[recipe.rows()][];
                    for (int b = 0; b < rows.length; b++) {
                      rows[b] = task.draw(rng);
                    }
                    return rows;
                  });
          return new Training<>(recipe.training(), model, source, learning, learning::work)
              .run()
              .measures();
        });
  }
}
