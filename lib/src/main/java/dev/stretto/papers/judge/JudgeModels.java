package dev.stretto.papers.judge;

import dev.stretto.experiments.Artefacts;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import java.util.Map;
import java.util.stream.IntStream;

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
   * How the target is made: the draft's weights go on to learn another style. From scratch a deeper
   * network finds sums modulo 10 only after minutes.
   *
   * @param version raised when the same words come to mean something else
   * @param draft where it starts
   * @param favourite its style
   * @param other probability of each other style
   * @param training how it learns
   */
  public record Continuation(
      int version, Recipe draft, int favourite, double other, TrainingConfig training) {}

  private static final Recipe DRAFT =
      new Recipe(
          1,
          1,
          24,
          1,
          .02,
          64,
          2,
          TrainingConfig.of(Budget.steps(1000), 1e-2).withWarmup(50).withDecay(0));

  /**
   * The target, of the draft's shape: style 0 as a rule, every other one sometimes.
   *
   * @param artefacts where it is stored
   * @param other probability of each other style in its training, .02 in the first setting
   * @return the model, to be closed by the caller
   */
  public static CausalLm target(Artefacts artefacts, double other) {
    Continuation recipe =
        new Continuation(
            1,
            DRAFT,
            0,
            other,
            TrainingConfig.of(Budget.steps(400), 5e-3).withWarmup(20).withDecay(0));
    return artefacts.obtain(
        "sums-target",
        recipe,
        "F16",
        () -> untrained(DRAFT),
        model -> {
          try (CausalLm draft = draft(artefacts)) {
            draft.parameters().values().forEach(model.parameters()::load);
          }
          return train(model, StyledSums.mostly(0, other), DRAFT.rows(), 1, recipe.training());
        });
  }

  /**
   * The draft, one layer of 24: style 1 as a rule.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm draft(Artefacts artefacts) {
    return artefacts.obtain(
        "sums-1x24",
        DRAFT,
        "F16",
        () -> untrained(DRAFT),
        model ->
            train(
                model,
                StyledSums.mostly(DRAFT.favourite(), DRAFT.other()),
                DRAFT.rows(),
                DRAFT.seed(),
                DRAFT.training()));
  }

  private static CausalLm untrained(Recipe recipe) {
    return new CausalLm(
        TransformerConfig.gpt(recipe.layers(), recipe.width(), StyledSums.VOCABULARY, CONTEXT)
            .withHeads(2, 2)
            // every sentence has its fixed place
            .with(new TransformerConfig.PositionKind.Learned(1)),
        true,
        SeedTree.of(recipe.seed()));
  }

  private static Map<String, Double> train(
      CausalLm model, StyledSums task, int rows, long seed, TrainingConfig training) {
    LanguageTraining learning = new LanguageTraining(model, 0);
    BatchSource<int[][]> source =
        BatchSource.drawn(
            SeedTree.of(seed).child("examples"),
            rng -> IntStream.range(0, rows).mapToObj(_ -> task.draw(rng)).toArray(int[][]::new));
    return new Training<>(training, model, source, learning, learning::work).run().measures();
  }
}
