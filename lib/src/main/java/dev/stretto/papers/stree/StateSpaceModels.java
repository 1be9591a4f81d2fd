package dev.stretto.papers.stree;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.experiments.Artefacts;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.statespace.HybridConfig;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SpeculationModels.Batches;

/** State-space models of the text of {@link CategorySuite}: a hybrid target and its draft. */
public final class StateSpaceModels {
  private static final int CONTEXT = 512;

  private StateSpaceModels() {}

  /**
   * How such a model is made.
   *
   * @param version raised when the same words come to mean something else
   * @param shape of the network
   * @param tokens of the text it learns from
   * @param batches what it reads a step
   * @param seed of weights and windows
   * @param training how it learns
   */
  public record Recipe(
      int version,
      HybridConfig shape,
      int tokens,
      Batches batches,
      long seed,
      TrainingConfig training) {}

  private static Recipe recipe(int layers, int attentionEvery, int width, double rate) {
    return new Recipe(
        1,
        HybridConfig.small(
            layers, attentionEvery, width, CharTokenizer.printable().vocabulary(), CONTEXT),
        1_500_000,
        new Batches(1024, 191, 415, .2),
        5,
        TrainingConfig.of(Budget.steps(500), rate).withWarmup(50));
  }

  /**
   * The target: four state-space layers and four of attention in turn, of width 96.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm target(Artefacts artefacts) {
    return target(artefacts, 2);
  }

  /**
   * A target with another share of attention, of the same depth and width.
   *
   * @param artefacts where it is stored
   * @param attentionEvery every so-manieth of the 8 layers is attention: 2, 4, 8, or 0 for none
   * @return the model, to be closed by the caller
   */
  public static CausalLm target(Artefacts artefacts, int attentionEvery) {
    return model(artefacts, "hybrid-target", recipe(8, attentionEvery, 96, 3e-3));
  }

  /**
   * The draft: two state-space layers of width 64.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm draft(Artefacts artefacts) {
    return model(artefacts, "state-space-draft", recipe(2, 0, 64, 4e-3));
  }

  private static CausalLm model(Artefacts artefacts, String name, Recipe recipe) {
    return artefacts.obtain(
        name,
        recipe,
        "F16",
        () -> CausalLm.hybrid(recipe.shape(), recipe.seed()),
        model -> {
          CategorySuite suite = CategorySuite.standard();
          LanguageTraining learning = new LanguageTraining(model, 0);
          BatchSource<int[][]> source =
              recipe.batches().of(suite.trainingText(recipe.tokens()), suite.end(), recipe.seed());
          return new Training<>(recipe.training(), model, source, learning, learning::work)
              .run()
              .measures();
        });
  }
}
