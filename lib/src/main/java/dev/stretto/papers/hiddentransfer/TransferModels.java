package dev.stretto.papers.hiddentransfer;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.data.text.Windows;
import dev.stretto.experiments.Artefacts;
import dev.stretto.models.language.CausalLm;
import dev.stretto.training.Budget;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SpeculationModels;

/** The maps to pseudo states of the family's target, for Hidden Transfer. */
public final class TransferModels {
  private TransferModels() {}

  /**
   * How maps are made.
   *
   * @param version raised when the same words come to mean something else
   * @param target checksum of the model that looks ahead
   * @param layer t
   * @param offsets k
   * @param tokens of the text it learns from
   * @param rows windows a step
   * @param length of a window
   * @param share of the positions that look ahead
   * @param seed of the windows
   * @param training how they learn
   */
  public record Recipe(
      int version,
      long target,
      int layer,
      int offsets,
      int tokens,
      int rows,
      int length,
      double share,
      long seed,
      TrainingConfig training) {}

  /**
   * Maps behind a layer.
   *
   * @param artefacts where they are stored
   * @param target the family's target, of {@link SpeculationModels#target}
   * @param layer t, 0 to the target's layers; at all of them it is a linear Medusa
   * @param seed of the windows; 4 is the stored one
   * @return the model with three offsets, to be closed by the caller before the target
   */
  public static HiddenTransfer transfer(
      Artefacts artefacts, CausalLm target, int layer, long seed) {
    Recipe recipe =
        new Recipe(
            1,
            target.parameters().checksum(),
            layer,
            3,
            1_500_000,
            6,
            128,
            .25,
            seed,
            TrainingConfig.of(Budget.steps(160), 5e-3).withWarmup(20).withDecay(0));
    return artefacts.obtain(
        "transfer-%d".formatted(layer),
        recipe,
        "F16",
        () -> new HiddenTransfer(target, recipe.layer(), recipe.offsets()),
        model -> {
          TransferTraining learning = new TransferTraining(model);
          Windows text = new Windows(CategorySuite.standard().trainingText(recipe.tokens()));
          return new Training<>(
                  recipe.training(),
                  model,
                  TransferTraining.source(
                      text,
                      recipe.rows(),
                      recipe.length(),
                      recipe.share(),
                      recipe.offsets(),
                      recipe.seed()),
                  learning,
                  learning::work)
              .run()
              .measures();
        });
  }
}
