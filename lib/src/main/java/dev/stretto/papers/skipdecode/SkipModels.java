package dev.stretto.papers.skipdecode;

import dev.stretto.data.text.CharTokenizer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.data.text.RecordSentences;
import dev.stretto.data.text.TaskCorpus;
import dev.stretto.data.text.TaskCorpus.Example;
import dev.stretto.data.text.Windows;
import dev.stretto.experiments.Artefacts;
import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.skipdecode.LayerSchedule.Rule;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SharedModels;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

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

  private static final RecordSentences RECORDS = new RecordSentences();

  private SkipModels() {}

  /**
   * How the untuned model is made.
   *
   * @param version raised when the same words come to mean something else
   * @param layers of the network
   * @param width of the network
   * @param context positions
   * @param characters of the text it learns from
   * @param seed of weights and windows
   * @param training how it learns
   */
  public record CodeRecipe(
      int version,
      int layers,
      int width,
      int context,
      int characters,
      long seed,
      TrainingConfig training) {}

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
   * All layers of a model that has fewer from the start, for {@link #tuned}.
   *
   * @param layers of the dense model
   * @return the schedule that skips none of them
   */
  public static LayerSchedule dense(int layers) {
    return LayerSchedule.linear(layers, layers, layers, 1, PROMPT, LENGTH);
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
   * @param layers 12, or fewer for a model that is dense from the start
   * @return the model, to be closed by the caller
   */
  public static CausalLm base(Artefacts artefacts, int layers) {
    CodeRecipe recipe = recipe(layers);
    return artefacts.obtain(
        "skip-base",
        recipe,
        "F16",
        () -> fresh(recipe),
        model -> {
          LanguageTraining learning = new LanguageTraining(model, 0);
          return new Training<>(
                  recipe.training(), model, code(8, recipe.seed()), learning, learning::work)
              .run()
              .measures();
        });
  }

  private static CodeRecipe recipe(int layers) {
    return new CodeRecipe(
        BASE.version(),
        layers,
        BASE.width(),
        BASE.context(),
        BASE.characters(),
        BASE.seed(),
        BASE.training());
  }

  private static CausalLm fresh(CodeRecipe recipe) {
    return CausalLm.gpt(
        recipe.layers(),
        recipe.width(),
        CharTokenizer.printable().vocabulary(),
        recipe.context(),
        recipe.seed());
  }

  private static BatchSource<int[][]> code(int rows, long seed) {
    return LanguageTraining.source(SharedModels.codeText(BASE.characters()), rows, LENGTH, seed);
  }

  /**
   * The base tuned to a schedule; with all layers it is the reference that only had the steps.
   *
   * @param artefacts where it is stored
   * @param schedule which layers run where; over fewer than the base's, the base has fewer too
   * @param seed of the windows; 6 is the stored one
   * @return the model, to be closed by the caller
   */
  public static CausalLm tuned(Artefacts artefacts, LayerSchedule schedule, long seed) {
    TunedRecipe recipe =
        new TunedRecipe(
            1,
            recipe(schedule.layers()),
            schedule,
            8,
            seed,
            TrainingConfig.of(Budget.steps(160), 1.5e-3).withWarmup(20));
    return tuned(artefacts, "skip-tuned", recipe, () -> code(recipe.rows(), seed));
  }

  /**
   * The base tuned to tell records under a schedule.
   *
   * @param artefacts where it is stored
   * @param schedule which layers run where
   * @param seed of the records
   * @return the model, to be closed by the caller
   */
  public static CausalLm telling(Artefacts artefacts, LayerSchedule schedule, long seed) {
    TunedRecipe recipe =
        new TunedRecipe(
            1,
            recipe(schedule.layers()),
            schedule,
            8,
            seed,
            TrainingConfig.of(Budget.steps(1000), 4e-3).withWarmup(20));
    SeedTree node = SeedTree.of(seed).child("records");
    return tuned(
        artefacts,
        "skip-records",
        recipe,
        () ->
            BatchSource.drawn(
                node,
                rng ->
                    Stream.generate(() -> RECORDS.draw(rng))
                        .filter(example -> !TaskCorpus.held(example.prompt()))
                        .limit(recipe.rows())
                        .map(SkipModels::window)
                        .toArray(int[][]::new)));
  }

  /** A record and its sentences, filled up with end marks. */
  private static int[] window(Example example) {
    CharTokenizer tokenizer = CharTokenizer.printable();
    int[] text = tokenizer.encode(example.text());
    int[] window = Arrays.copyOf(text, LENGTH + 1);
    Arrays.fill(window, text.length, window.length, tokenizer.vocabulary() - 1);
    return window;
  }

  /**
   * Records that no model learned from.
   *
   * @param n how many, each once
   * @return the same ones each time; {@link RecordSentences#check} judges what is told of them
   */
  public static List<Example> records(int n) {
    return RECORDS
        .examples(SeedTree.of(BASE.seed()).child("held records"))
        .filter(example -> TaskCorpus.held(example.prompt()))
        .distinct()
        .limit(n)
        .toList();
  }

  private static CausalLm tuned(
      Artefacts artefacts, String name, TunedRecipe recipe, Supplier<BatchSource<int[][]>> source) {
    return artefacts.obtain(
        name,
        recipe,
        "F16",
        () -> fresh(recipe.base()),
        model -> {
          try (CausalLm base = base(artefacts, recipe.base().layers())) {
            base.parameters().values().forEach(model.parameters()::load);
          }
          SkipFineTuning learning = new SkipFineTuning(new SkipModel(model, recipe.schedule()));
          return new Training<>(recipe.training(), model, source.get(), learning, learning::work)
              .run()
              .measures();
        });
  }
}
