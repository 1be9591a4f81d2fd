package dev.stretto.papers.judge;

import dev.stretto.experiments.Recipe;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.TrainingConfig;
import java.util.stream.IntStream;

/** Target and draft of Judge Decoding's small experiment: running sums, each in its own style. */
public final class JudgeModels {
  private JudgeModels() {}

  /**
   * A model of styled sums.
   *
   * @param layers of the network
   * @param width of the network
   * @param favourite its style
   * @param other probability of each other style
   * @param rows examples per step
   */
  public record Config(int layers, int width, int favourite, double other, int rows) {
    /** With room for prompt, answer and the drafts after them. */
    private CausalLm untrained(SeedTree seed) {
      return new CausalLm(
          TransformerConfig.gpt(layers, width, StyledSums.VOCABULARY, 48)
              .withHeads(2, 2)
              // every sentence has its fixed place
              .with(new TransformerConfig.PositionKind.Learned(1)),
          true,
          seed);
    }

    private int[][] batch(Rng rng) {
      StyledSums task = StyledSums.mostly(favourite, other);
      return IntStream.range(0, rows).mapToObj(_ -> task.draw(rng)).toArray(int[][]::new);
    }
  }

  /** The draft: style 1 as a rule. */
  public static final Recipe<Config, CausalLm, int[][]> DRAFT =
      sums("sums-1x24", 1, .02, 1000, 1e-2, 50).seed(2);

  /**
   * The target, of the draft's shape: style 0 as a rule. It starts from the draft's weights; from
   * scratch a deeper network finds sums modulo 10 only after minutes.
   */
  public static final Recipe<Config, CausalLm, int[][]> TARGET =
      sums("sums-target", 0, .02, 400, 5e-3, 20).from(DRAFT);

  /** A target that saw each other style with probability .001 only. */
  public static final Recipe<Config, CausalLm, int[][]> NARROW =
      sums("sums-target", 0, .001, 400, 5e-3, 20).from(DRAFT);

  private static Recipe<Config, CausalLm, int[][]> sums(
      String name, int favourite, double other, int steps, double rate, int warmup) {
    return Recipe.of(name, new Config(1, 24, favourite, other, 64), Config::untrained)
        .training(TrainingConfig.of(Budget.steps(steps), rate).withWarmup(warmup).withDecay(0))
        .source(
            (config, in, seed) ->
                BatchSource.drawn(SeedTree.of(seed).child("examples"), config::batch))
        .loss((config, in, model) -> new LanguageTraining(model, 0));
  }
}
