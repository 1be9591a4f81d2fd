package dev.stretto.zoo;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.experiments.Recipe;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NGramModel;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
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

  /** Seed of the stored models. */
  public static final long SEED = 3;

  private SpeculationModels() {}

  /**
   * A model of the text.
   *
   * @param layers of the network
   * @param width of the network
   * @param tokens of the text it learns from
   * @param batches what it reads a step
   */
  public record Config(int layers, int width, int tokens, Batches batches) {
    /** {@return the shape of the network} */
    public TransformerConfig shape() {
      return TransformerConfig.gpt(layers, width, CharTokenizer.printable().vocabulary(), CONTEXT);
    }

    /**
     * What it learns from.
     *
     * @param seed of the windows
     * @return windows of the training text
     */
    public BatchSource<int[][]> source(long seed) {
      CategorySuite suite = CategorySuite.standard();
      return batches.of(suite.trainingText(tokens), suite.end(), seed);
    }
  }

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

  /** The family's target, 24 layers of 64. */
  public static final Recipe<Config, CausalLm, int[][]> TARGET =
      language("speculation-target", 24, 64, 900, 2e-3);

  /** A draft model of one layer of 64. */
  public static final Recipe<Config, CausalLm, int[][]> DRAFT1 =
      language("speculation-draft1", 1, 64, 600, 3e-3);

  /** A draft model of two layers of 96. */
  public static final Recipe<Config, CausalLm, int[][]> DRAFT2 =
      language("speculation-draft2", 2, 96, 600, 3e-3);

  /** A wide and shallow target, 4 layers of 128. */
  public static final Recipe<Config, CausalLm, int[][]> WIDE =
      language("speculation-wide", 4, 128, 600, 3e-3);

  /** A target between the two, 12 layers of 96; used in extended runs alone. */
  public static final Recipe<Config, CausalLm, int[][]> MIDDLE =
      language("speculation-middle", 12, 96, 600, 2e-3);

  /**
   * A configuration of this family.
   *
   * @param layers of the network
   * @param width of the network
   * @return 1.5 million tokens, mostly short windows
   */
  public static Config config(int layers, int width) {
    return new Config(layers, width, 1_500_000, new Batches(2048, 191, 415, .2));
  }

  /**
   * A language model of this family.
   *
   * @param name of its stored file
   * @param layers of the network
   * @param width of the network
   * @param steps of training
   * @param rate of learning
   * @return the recipe
   */
  public static Recipe<Config, CausalLm, int[][]> language(
      String name, int layers, int width, int steps, double rate) {
    return Recipe.of(
            name, config(layers, width), (config, seed) -> new CausalLm(config.shape(), true, seed))
        .seed(SEED)
        .training(TrainingConfig.of(Budget.steps(steps), rate).withWarmup(50))
        .source((config, in, seed) -> config.source(seed))
        .loss((config, in, model) -> new LanguageTraining(model, 0));
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
