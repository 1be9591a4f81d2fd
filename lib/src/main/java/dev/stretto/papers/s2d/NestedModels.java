package dev.stretto.papers.s2d;

import dev.stretto.experiments.Recipe;
import dev.stretto.models.language.CausalLm;
import dev.stretto.training.Budget;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SpeculationModels;
import dev.stretto.zoo.SpeculationModels.Config;

/** Nested drafts, and a target that is its own draft. */
public final class NestedModels {
  private NestedModels() {}

  /**
   * A target that is its own draft: {@link SpeculationModels#MIDDLE} with exits taught behind
   * layers 3, 6, 12.
   */
  public static final Recipe<Config, CausalLm, int[][]> SELF =
      SpeculationModels.language("speculation-self", 12, 96, 600, 2e-3)
          .loss((config, in, model) -> SortedTraining.all(selfExits(model)));

  /** A nested draft, three layers of 96 with an exit behind each; all exits are taught. */
  public static final Recipe<Config, NestedDraft, int[][]> NESTED =
      nested("speculation-nested").loss((config, in, model) -> SortedTraining.all(model));

  /** The same, with the last exit taught alone. */
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

  /**
   * The exits of a target that drafts for itself.
   *
   * @param model {@link #SELF} or {@link SpeculationModels#MIDDLE}, which stays the caller's
   * @return exits behind its layers 3, 6 and 12
   */
  public static NestedDraft selfExits(CausalLm model) {
    return NestedDraft.of(model, 3, 6, 12);
  }
}
