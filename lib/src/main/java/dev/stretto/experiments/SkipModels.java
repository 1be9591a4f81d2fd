package dev.stretto.experiments;

import dev.stretto.data.text.CharTokenizer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.data.text.Windows;
import dev.stretto.experiments.SharedModels.CodeRecipe;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.LayerSchedule;
import dev.stretto.models.language.LayerSchedule.Rule;
import dev.stretto.models.language.SkipModel;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.SkipFineTuning;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;

/**
 * A character model of Java code, 12 layers of 32, and what it becomes when it is tuned to do with
 * fewer of them, for SkipDecode. It is smaller than the family's target so that every rule has its
 * own tuned model in the checkout.
 */
public final class SkipModels {
  /** Characters of a prompt. */
  public static final int PROMPT = 32;

  /** Characters of prompt and output, where schedules end. */
  public static final int LENGTH = 128;

  private static final CodeRecipe BASE =
      new CodeRecipe(
          1, 12, 32, 128, 1_000_000, 5, TrainingConfig.of(Budget.steps(450), 4e-3).withWarmup(40));

  private SkipModels() {}

  /**
   * How a tuned model is made.
   *
   * @param version raised when the same words come to mean something else
   * @param base the model it starts from
   * @param schedule that it is tuned to
   * @param rows windows a step
   * @param seed of the windows
   * @param training how it learns
   */
  public record TunedRecipe(
      int version,
      CodeRecipe base,
      LayerSchedule schedule,
      int rows,
      long seed,
      TrainingConfig training) {}

  /**
   * A schedule over the base's layers, with one warm-up layer.
   *
   * @param most layers at the first generated character
   * @param least layers at the last
   * @return skipping; {@link LayerSchedule#with} and {@link LayerSchedule#constant} give the rivals
   */
  public static LayerSchedule schedule(int most, int least) {
    return LayerSchedule.linear(BASE.layers(), most, least, 1, PROMPT, LENGTH);
  }

  /**
   * Without the warm-up layer.
   *
   * @param skipping a schedule
   * @return the rule that keeps the top layers alone
   */
  public static LayerSchedule topOnly(LayerSchedule skipping) {
    return skipping.with(Rule.SKIP, 0);
  }

  /**
   * Code that none of these models was trained on.
   *
   * @param characters how many
   * @return windows over it
   */
  public static Windows unseen(int characters) {
    return new Windows(
        CharTokenizer.printable()
            .encode(JavaSources.installed("java.base/java/").heldOut().text(characters)));
  }

  /**
   * The untuned model.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm base(Artefacts artefacts) {
    return artefacts.obtain(
        "skip-base",
        BASE,
        "F16",
        SkipModels::fresh,
        model -> {
          LanguageTraining learning = new LanguageTraining(model, 0);
          Windows text = SharedModels.codeText(BASE.characters());
          return new Training<>(
                  BASE.training(),
                  model,
                  LanguageTraining.source(text, 8, LENGTH, BASE.seed()),
                  learning,
                  learning::work)
              .run()
              .measures();
        });
  }

  private static CausalLm fresh() {
    return CausalLm.gpt(
        BASE.layers(),
        BASE.width(),
        CharTokenizer.printable().vocabulary(),
        BASE.context(),
        BASE.seed());
  }

  /**
   * The base tuned to a schedule; with all layers it is the reference that only had the steps.
   *
   * @param artefacts where it is stored
   * @param schedule which layers run where
   * @param seed of the windows; 6 is the stored one
   * @return the model, to be closed by the caller
   */
  public static CausalLm tuned(Artefacts artefacts, LayerSchedule schedule, long seed) {
    TunedRecipe recipe =
        new TunedRecipe(
            1,
            BASE,
            schedule,
            8,
            seed,
            TrainingConfig.of(Budget.steps(160), 1.5e-3).withWarmup(20));
    return artefacts.obtain(
        "skip-tuned",
        recipe,
        "F16",
        SkipModels::fresh,
        model -> {
          try (CausalLm base = base(artefacts)) {
            base.parameters().values().forEach(model.parameters()::load);
          }
          SkipFineTuning learning = new SkipFineTuning(new SkipModel(model, schedule));
          Windows text = SharedModels.codeText(BASE.characters());
          return new Training<>(
                  recipe.training(),
                  model,
                  LanguageTraining.source(text, recipe.rows(), LENGTH, recipe.seed()),
                  learning,
                  learning::work)
              .run()
              .measures();
        });
  }
}
