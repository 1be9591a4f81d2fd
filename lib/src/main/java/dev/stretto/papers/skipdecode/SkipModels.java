package dev.stretto.papers.skipdecode;

import dev.stretto.data.text.CharTokenizer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.data.text.RecordSentences;
import dev.stretto.data.text.TaskCorpus;
import dev.stretto.data.text.TaskCorpus.Example;
import dev.stretto.data.text.Windows;
import dev.stretto.experiments.Recipe;
import dev.stretto.models.language.CausalLm;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.TrainingConfig;
import dev.stretto.zoo.SharedModels;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A character model of Java code and what it becomes when it is tuned to run fewer of its layers.
 * It is smaller than the family's target so that every rule has a tuned model in the checkout.
 */
public final class SkipModels {
  /** Characters of a prompt. */
  public static final int PROMPT = 32;

  /** Characters of prompt and output, where schedules end. */
  public static final int LENGTH = 128;

  /** All 12 layers everywhere: tuned so, the reference that only had the steps. */
  public static final LayerSchedule FULL = schedule(12, 12, 12);

  /** Half of the layers in the mean. */
  public static final LayerSchedule HALF = schedule(12, 8, 4);

  /** A third of the layers in the mean. */
  public static final LayerSchedule THIRD = schedule(12, 6, 2);

  /**
   * An untuned model.
   *
   * @param layers of the network
   * @param width of the network
   * @param characters of the text it learns from
   * @param rows windows a step
   */
  public record Code(int layers, int width, int characters, int rows) {
    private CausalLm network(long seed) {
      return CausalLm.gpt(layers, width, CharTokenizer.printable().vocabulary(), LENGTH, seed);
    }

    private BatchSource<int[][]> source(long seed) {
      return LanguageTraining.source(SharedModels.codeText(characters), rows, LENGTH, seed);
    }
  }

  /**
   * A tuned model.
   *
   * @param schedule that it is tuned to
   * @param base what it starts from
   */
  public record Tuned(LayerSchedule schedule, Code base) {}

  /** 12 layers of 32, not yet tuned. */
  static final Recipe<Code, CausalLm, int[][]> BASE =
      Recipe.of("skip-base", new Code(12, 32, 1_000_000, 8), (code, in, seed) -> code.network(seed))
          .seed(5)
          .training(TrainingConfig.of(Budget.steps(450), 4e-3).withWarmup(40))
          .source((code, in, seed) -> code.source(seed))
          .loss((code, in, model) -> new LanguageTraining(model, 0));

  /** The stored ones. */
  static final List<Recipe<Tuned, CausalLm, int[][]>> STORED =
      Stream.concat(
              Stream.of(FULL), Stream.of(HALF, THIRD).flatMap(s -> s.rivals().values().stream()))
          .map(SkipModels::tuned)
          .toList();

  private SkipModels() {}

  private static LayerSchedule schedule(int layers, int most, int least) {
    return LayerSchedule.linear(layers, most, least, 1, PROMPT, LENGTH);
  }

  /**
   * A model that has fewer layers from the start.
   *
   * @param layers of the dense model, 1 to 12
   * @return the schedule that runs them all, for {@link #tuned}
   */
  static LayerSchedule dense(int layers) {
    return schedule(layers, layers, layers);
  }

  /**
   * The base tuned to a schedule of code.
   *
   * @param schedule which layers run where; over fewer than the base's, the base has fewer too
   * @return its recipe
   */
  static Recipe<Tuned, CausalLm, int[][]> tuned(LayerSchedule schedule) {
    return tuning("skip-tuned", schedule)
        .training(TrainingConfig.of(Budget.steps(160), 1.5e-3).withWarmup(20))
        .source((tuned, in, seed) -> tuned.base().source(seed))
        .loss(SkipModels::loss);
  }

  /**
   * The base tuned to tell records under a schedule.
   *
   * @param schedule which layers run where
   * @return its recipe
   */
  static Recipe<Tuned, CausalLm, int[][]> telling(LayerSchedule schedule) {
    return tuning("skip-records", schedule)
        .training(TrainingConfig.of(Budget.steps(1000), 4e-3).withWarmup(20))
        .<int[][]>batches(
            (tuned, in, rng) ->
                Stream.generate(() -> new RecordSentences().draw(rng))
                    .filter(example -> !TaskCorpus.held(example.prompt()))
                    .limit(tuned.base().rows())
                    .map(SkipModels::window)
                    .toArray(int[][]::new))
        .loss(SkipModels::loss);
  }

  private static Recipe<Tuned, CausalLm, Void> tuning(String name, LayerSchedule schedule) {
    Code base = BASE.config();
    Code shape = new Code(schedule.layers(), base.width(), base.characters(), base.rows());
    return Recipe.of(
            name,
            new Tuned(schedule, shape),
            (Tuned tuned, Recipe.Inputs in, Long seed) -> tuned.base().network(seed))
        .seed(6)
        .from(BASE.with(shape));
  }

  private static SkipFineTuning loss(Tuned tuned, Recipe.Inputs in, CausalLm model) {
    return new SkipFineTuning(new SkipModel(model, tuned.schedule()));
  }

  /** A record and its sentences, filled up with end tokens. */
  private static int[] window(Example example) {
    CharTokenizer tokenizer = CharTokenizer.printable();
    int[] text = tokenizer.encode(example.text());
    int[] window = Arrays.copyOf(text, LENGTH + 1);
    Arrays.fill(window, text.length, window.length, tokenizer.vocabulary() - 1);
    return window;
  }

  /** {@return windows over code that none of these models was trained on} */
  static Windows unseen() {
    return new Windows(
        CharTokenizer.printable()
            .encode(JavaSources.installed("java.base/java/").heldOut().text(60_000)));
  }

  /**
   * Records that no model learned from.
   *
   * @param n how many, each once
   * @return the same ones each time; {@link RecordSentences#check} judges what is told of them
   */
  static List<Example> records(int n) {
    return new RecordSentences()
        .examples(SeedTree.of(5).child("held records"))
        .filter(example -> TaskCorpus.held(example.prompt()))
        .distinct()
        .limit(n)
        .toList();
  }
}
