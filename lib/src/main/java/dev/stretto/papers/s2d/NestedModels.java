package dev.stretto.papers.s2d;

import dev.stretto.experiments.Artefacts;
import dev.stretto.models.language.CausalLm;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.Training;
import dev.stretto.zoo.SpeculationModels;
import java.util.List;

/** Nested drafts and a target that is its own draft. */
public final class NestedModels {
  private NestedModels() {}

  /**
   * A target that is its own draft: {@link SpeculationModels#middle} with exits that are taught
   * behind layers 3, 6 and 12.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller; {@link #selfExits} are its exits
   */
  public static CausalLm self(Artefacts artefacts) {
    return artefacts.obtain(
        "speculation-self",
        new NestedRecipe(List.of(3, 6, 12), true, SpeculationModels.MIDDLE),
        "F16",
        () ->
            new CausalLm(
                SpeculationModels.shape(SpeculationModels.MIDDLE),
                true,
                SeedTree.of(SpeculationModels.MIDDLE.seed())),
        model -> {
          SortedTraining loss = SortedTraining.all(selfExits(model));
          return new Training<>(
                  SpeculationModels.MIDDLE.training(),
                  model,
                  SpeculationModels.source(SpeculationModels.MIDDLE),
                  loss,
                  loss::work)
              .run()
              .measures();
        });
  }

  /**
   * The exits of a target that drafts for itself.
   *
   * @param model {@link #self} or {@link SpeculationModels#middle}, which stays the caller's
   * @return exits behind its layers 3, 6 and 12
   */
  public static NestedDraft selfExits(CausalLm model) {
    return NestedDraft.of(model, 3, 6, 12);
  }

  /**
   * How a nested draft is made.
   *
   * @param exits layers passed at each exit
   * @param sorted whether all exits are taught, or the last one alone
   * @param base the rest
   */
  public record NestedRecipe(List<Integer> exits, boolean sorted, SpeculationModels.Recipe base) {}

  /**
   * A nested draft, three layers of 96 with an exit behind each.
   *
   * @param artefacts where it is stored
   * @param sorted whether all exits were taught, or the last one alone
   * @param seed of weights and windows; 3 is the stored one
   * @return the model, to be closed by the caller
   */
  public static NestedDraft nested(Artefacts artefacts, boolean sorted, long seed) {
    NestedRecipe recipe =
        new NestedRecipe(
            List.of(1, 2, 3), sorted, SpeculationModels.recipe(3, 96, 600, 3e-3, seed));
    return artefacts.obtain(
        sorted ? "speculation-nested" : "speculation-nested-plain",
        recipe,
        "F16",
        () ->
            new NestedDraft(
                SpeculationModels.shape(recipe.base()),
                SeedTree.of(recipe.base().seed()),
                recipe.exits().stream().mapToInt(Integer::intValue).toArray()),
        model -> {
          SortedTraining loss =
              sorted
                  ? SortedTraining.all(model)
                  : new SortedTraining(model, recipe.exits().size() - 1);
          return new Training<>(
                  recipe.base().training(),
                  model,
                  SpeculationModels.source(recipe.base()),
                  loss,
                  loss::work)
              .run()
              .measures();
        });
  }
}
