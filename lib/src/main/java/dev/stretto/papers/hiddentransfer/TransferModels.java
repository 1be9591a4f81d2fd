package dev.stretto.papers.hiddentransfer;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.data.text.Windows;
import dev.stretto.experiments.Recipe;
import dev.stretto.papers.hiddentransfer.TransferTraining.Batch;
import dev.stretto.training.Budget;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SpeculationModels;
import java.util.Map;
import java.util.TreeMap;

/** The maps to pseudo states of {@link SpeculationModels#TARGET}, by the layer they start from. */
public final class TransferModels {
  /** t of a linear Medusa: all layers of the target. */
  public static final int TOP = 24;

  /** By t: from the middle of the target, from three quarters, and at its top. */
  public static final Map<Integer, Recipe<Config, HiddenTransfer, Batch>> BY_LAYER =
      new TreeMap<>(Map.of(12, recipe(12), 18, recipe(18), TOP, recipe(TOP)));

  private TransferModels() {}

  /**
   * How maps are made.
   *
   * @param layer t
   * @param offsets k
   * @param tokens of the text it learns from
   * @param rows windows per step
   * @param length of a window
   * @param share of the positions that look ahead
   */
  public record Config(int layer, int offsets, int tokens, int rows, int length, double share) {}

  private static Recipe<Config, HiddenTransfer, Batch> recipe(int layer) {
    return Recipe.of(
            "transfer-" + layer,
            new Config(layer, 3, 1_500_000, 6, 128, .25),
            (c, in, seed) ->
                new HiddenTransfer(in.get(SpeculationModels.TARGET), c.layer(), c.offsets()))
        .needs(SpeculationModels.TARGET)
        .seed(4)
        .training(TrainingConfig.of(Budget.steps(160), 5e-3).withWarmup(20).withDecay(0))
        .source(
            (c, in, seed) ->
                TransferTraining.source(
                    new Windows(CategorySuite.standard().trainingText(c.tokens())),
                    c.rows(),
                    c.length(),
                    c.share(),
                    c.offsets(),
                    seed))
        .loss((c, in, model) -> new TransferTraining(model));
  }
}
