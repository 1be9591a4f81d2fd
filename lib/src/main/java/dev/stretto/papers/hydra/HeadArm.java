package dev.stretto.papers.hydra;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.experiments.Recipe;
import dev.stretto.models.language.CausalLm;
import dev.stretto.profilers.LatencyModel;
import dev.stretto.training.Budget;
import dev.stretto.training.TeacherStates;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SpeculationModels;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Draft heads to compare, all trained on the same positions of {@link SpeculationModels#TARGET}.
 *
 * @param label its name in tables and figures
 * @param recipe of the heads
 * @param calls what each draft call reads beside a 7B target; one where all heads are one call
 */
public record HeadArm(
    String label,
    Recipe<Config, DraftHeads, TeacherStates> recipe,
    List<LatencyModel.Shape> calls) {
  /** Heads of every arm. */
  public static final int HEADS = 4;

  /** Weights of a square matrix at the width of Vicuna-7B. */
  public static final double SQUARE = 4096.0 * 4096;

  /** Weights of Vicuna-7B's output matrix. */
  public static final double OUT = 4096.0 * 32000;

  /** Windows of the suite's text, the same for all heads, with the target's states. */
  private static final Recipe<Text, TeacherStates, Void> STATES =
      Recipe.of("head-states", new Text(600_000, 160, 420), (text, in, seed) -> states(text, in))
          .needs(SpeculationModels.TARGET);

  /**
   * How heads are trained.
   *
   * @param arm which
   * @param heads how many
   * @param rows windows per step
   * @param bases positions of each that drafts start after
   * @param options what the heads learn from
   */
  public record Config(String arm, int heads, int rows, int bases, HeadTraining.Options options) {}

  private record Text(int characters, int windows, int length) {}

  /**
   * An arm.
   *
   * @param label its name in tables and figures
   * @param name its name in the recipe, in capitals
   * @param options what the heads learn from
   * @param build untrained heads of a target and a seed
   * @param weights7b weights that call i, from 1, reads at the width of Vicuna-7B; 0 where the
   *     calls before have read all
   * @return the arm
   */
  public static HeadArm of(
      String label,
      String name,
      HeadTraining.Options options,
      BiFunction<CausalLm, Long, DraftHeads> build,
      IntToDoubleFunction weights7b) {
    Recipe<Config, DraftHeads, TeacherStates> recipe =
        Recipe.of(
                "heads-" + name.toLowerCase(Locale.ROOT).replace('_', '-'),
                new Config(name, HEADS, 16, 64, options),
                (c, in, seed) -> build.apply(in.get(SpeculationModels.TARGET), seed))
            .needs(SpeculationModels.TARGET, STATES)
            .training(TrainingConfig.of(Budget.steps(300), 3e-3).withWarmup(20))
            .source(
                (c, in, seed) -> in.get(STATES).source(c.rows(), c.bases() + c.heads() + 1, seed))
            .loss((c, in, heads) -> new HeadTraining(heads, c.options()));
    return new HeadArm(
        label,
        recipe,
        IntStream.rangeClosed(1, HEADS)
            .mapToDouble(weights7b)
            .filter(weights -> weights > 0)
            .mapToObj(weights -> LatencyModel.Shape.half(label, weights, 0, 0))
            .toList());
  }

  private static TeacherStates states(Text text, Recipe.Inputs in) {
    CategorySuite suite = CategorySuite.standard();
    int before = text.length() - 1;
    int[][] windows =
        new SpeculationModels.Batches(text.windows() * before, before, before, 0)
            .of(suite.trainingText(text.characters()), suite.end(), in.seed())
            .next();
    return TeacherStates.of(in.get(SpeculationModels.TARGET), windows);
  }
}
