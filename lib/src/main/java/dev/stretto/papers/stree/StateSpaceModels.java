package dev.stretto.papers.stree;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.experiments.Recipe;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.statespace.HybridConfig;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SpeculationModels.Batches;
import java.util.List;

/** State-space models of the text of {@link CategorySuite}: hybrid targets and their draft. */
public final class StateSpaceModels {
  private StateSpaceModels() {}

  /**
   * A model of the text.
   *
   * @param shape of the network
   * @param tokens of the text it learns from
   * @param batches what it reads a step
   */
  public record Config(HybridConfig shape, int tokens, Batches batches) {}

  /** The target: four state-space layers and four of attention in turn, of width 96. */
  public static final Recipe<Config, CausalLm, int[][]> TARGET =
      model("hybrid-target", shape(8, 2, 96), 3e-3);

  /** The draft: two state-space layers of width 64. */
  public static final Recipe<Config, CausalLm, int[][]> DRAFT =
      model("state-space-draft", shape(2, 0, 64), 4e-3);

  /** Targets of the same depth and width by share of attention: none, a quarter, a half. */
  static final List<Recipe<Config, CausalLm, int[][]>> BY_SHARE =
      List.of(
          model("hybrid-target", shape(8, 0, 96), 3e-3),
          model("hybrid-target", shape(8, 4, 96), 3e-3),
          TARGET);

  /** A network of state-space layers, each n-th of attention (0 for none). */
  static HybridConfig shape(int layers, int attentionEvery, int width) {
    return HybridConfig.small(
        layers, attentionEvery, width, CharTokenizer.printable().vocabulary(), 512);
  }

  private static Recipe<Config, CausalLm, int[][]> model(
      String name, HybridConfig shape, double rate) {
    return Recipe.of(
            name,
            new Config(shape, 1_500_000, new Batches(1024, 191, 415, .2)),
            (config, in, seed) -> CausalLm.hybrid(config.shape(), seed))
        .seed(5)
        .training(TrainingConfig.of(Budget.steps(500), rate).withWarmup(50))
        .source(
            (config, in, seed) -> {
              CategorySuite suite = CategorySuite.standard();
              return config.batches().of(suite.trainingText(config.tokens()), suite.end(), seed);
            })
        .loss((config, in, model) -> new LanguageTraining(model, 0));
  }
}
