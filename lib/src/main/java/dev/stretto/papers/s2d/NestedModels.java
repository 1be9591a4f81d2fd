package dev.stretto.papers.s2d;

import dev.stretto.experiments.Recipe;
import dev.stretto.training.Budget;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SpeculationModels;
import dev.stretto.zoo.SpeculationModels.Config;

/** The nested drafts: three layers of 96 with an exit behind each. */
public final class NestedModels {
  private NestedModels() {}

  /** All exits are taught. */
  public static final Recipe<Config, NestedDraft, int[][]> NESTED =
      nested("speculation-nested").loss((config, in, model) -> SortedTraining.all(model));

  /** The last exit is taught alone. */
  public static final Recipe<Config, NestedDraft, int[][]> NESTED_PLAIN =
      nested("speculation-nested-plain").loss((config, in, model) -> new SortedTraining(model, 2));

  private static Recipe<Config, NestedDraft, int[][]> nested(String name) {
    return Recipe.of(
            name,
            SpeculationModels.config(3, 96),
            (config, seed) -> new NestedDraft(config.shape(), seed, 1, 2, 3))
        .seed(SpeculationModels.SEED)
        .training(TrainingConfig.of(Budget.steps(600), 3e-3).withWarmup(50))
        .source((config, in, seed) -> config.source(seed));
  }
}
