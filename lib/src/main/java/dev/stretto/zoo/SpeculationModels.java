package dev.stretto.zoo;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.experiments.Artefacts;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NGramModel;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The models of the notebooks on speculative decoding, all of the text of {@link CategorySuite}:
 * targets that are deep and narrow, so that a pass over several positions costs little more than
 * one over a single position, and drafts.
 */
public final class SpeculationModels {
  private static final int CONTEXT = 512;
  private static final int COUNTED = 600_000;
  private static final long SEED = 3;

  private SpeculationModels() {}

  /**
   * How such a model is made.
   *
   * @param version raised when the same words come to mean something else
   * @param layers of the network
   * @param width of the network
   * @param tokens of the text it learns from
   * @param batches what it reads a step
   * @param seed of weights and windows
   * @param training how it learns
   */
  public record Recipe(
      int version,
      int layers,
      int width,
      int tokens,
      Batches batches,
      long seed,
      TrainingConfig training) {}

  /**
   * Windows that start where a text starts. Most are short, since a step's time grows with the
   * square of their length.
   *
   * @param tokens a step, about
   * @param length of most windows
   * @param longLength of the others
   * @param longShare share of steps with long windows
   */
  public record Batches(int tokens, int length, int longLength, double longShare) {
    /**
     * The windows.
     *
     * @param text of {@link CategorySuite#trainingText}
     * @param end the id that ends a text
     * @param seed of the choice
     * @return windows with one token more than is predicted
     */
    public BatchSource<int[][]> of(int[] text, int end, long seed) {
      int[] starts =
          IntStream.range(0, text.length - longLength)
              .filter(i -> i == 0 || text[i - 1] == end)
              .toArray();
      return BatchSource.drawn(SeedTree.of(seed).child("windows"), rng -> draw(text, starts, rng));
    }

    private int[][] draw(int[] text, int[] starts, Rng rng) {
      int n = rng.nextDouble() < longShare ? longLength : length;
      return rng.ints(Math.max(1, tokens / n), 0, starts.length)
          .map(i -> starts[i])
          .mapToObj(start -> Arrays.copyOfRange(text, start, start + n + 1))
          .toArray(int[][]::new);
    }
  }

  /**
   * A recipe of this family.
   *
   * @param layers of the network
   * @param width of the network
   * @param steps of training
   * @param rate of learning
   * @param seed of weights and windows
   * @return the recipe
   */
  public static Recipe recipe(int layers, int width, int steps, double rate, long seed) {
    return new Recipe(
        1,
        layers,
        width,
        1_500_000,
        new Batches(2048, 191, 415, .2),
        seed,
        TrainingConfig.of(Budget.steps(steps), rate).withWarmup(50));
  }

  /** Of {@link #middle}. */
  public static final Recipe MIDDLE = recipe(12, 96, 600, 2e-3, SEED);

  /**
   * The family's target, 24 layers of 64.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm target(Artefacts artefacts) {
    return model(artefacts, "speculation-target", recipe(24, 64, 900, 2e-3, SEED));
  }

  /**
   * A draft model of one layer of 64.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm draft1(Artefacts artefacts) {
    return model(artefacts, "speculation-draft1", recipe(1, 64, 600, 3e-3, SEED));
  }

  /**
   * A draft model of two layers of 96.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm draft2(Artefacts artefacts) {
    return model(artefacts, "speculation-draft2", recipe(2, 96, 600, 3e-3, SEED));
  }

  /**
   * A wide and shallow target, 4 layers of 128.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm wide(Artefacts artefacts) {
    return model(artefacts, "speculation-wide", recipe(4, 128, 600, 3e-3, SEED));
  }

  /**
   * A target between the two, 12 layers of 96; no notebook needs it outside an extended run.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm middle(Artefacts artefacts) {
    return model(artefacts, "speculation-middle", MIDDLE);
  }

  /**
   * The shape that a recipe asks for.
   *
   * @param recipe of this family
   * @return the configuration
   */
  public static TransformerConfig shape(Recipe recipe) {
    return TransformerConfig.gpt(
        recipe.layers(), recipe.width(), CharTokenizer.printable().vocabulary(), CONTEXT);
  }

  /**
   * What a recipe learns from.
   *
   * @param recipe of this family
   * @return windows
   */
  public static BatchSource<int[][]> source(Recipe recipe) {
    CategorySuite suite = CategorySuite.standard();
    return recipe.batches().of(suite.trainingText(recipe.tokens()), suite.end(), recipe.seed());
  }

  private static CausalLm model(Artefacts artefacts, String name, Recipe recipe) {
    return artefacts.obtain(
        name,
        recipe,
        "F16",
        () -> new CausalLm(shape(recipe), true, SeedTree.of(recipe.seed())),
        model -> {
          LanguageTraining learning = new LanguageTraining(model, 0);
          return new Training<>(recipe.training(), model, source(recipe), learning, learning::work)
              .run()
              .measures();
        });
  }

  /**
   * Counts of the same text.
   *
   * @param order n: the distribution looks back n - 1 tokens; 1 to 6
   * @return the model, counted in a second or two
   */
  public static NGramModel ngram(int order) {
    return NGramModel.count(
        CharTokenizer.printable().vocabulary(),
        order,
        CategorySuite.standard().trainingText(COUNTED));
  }
}
