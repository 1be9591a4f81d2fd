package dev.stretto.papers.superposed;

import dev.stretto.data.text.JavaLexer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.data.text.TextFiles;
import dev.stretto.data.text.Windows;
import dev.stretto.experiments.Artefacts;
import dev.stretto.models.language.CausalLm;
import dev.stretto.training.BatchSource;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The token-level model of Java code that Superposed Decoding is tried on. */
public final class SuperposedModels {
  private SuperposedModels() {}

  /**
   * How it is made.
   *
   * @param version raised when the same words come to mean something else
   * @param layers of the network
   * @param width of the network
   * @param context positions
   * @param types of tokens, the unknown one included
   * @param characters of source code
   * @param seed of weights and windows
   * @param training how it learns
   */
  public record Recipe(
      int version,
      int layers,
      int width,
      int context,
      int types,
      int characters,
      long seed,
      TrainingConfig training) {
    static final Recipe STANDARD =
        new Recipe(
            1,
            6,
            64,
            128,
            1500,
            3_000_000,
            1,
            TrainingConfig.of(Budget.steps(500), 3e-3).withWarmup(50));
  }

  /**
   * The JDK's sources in lexical tokens, the most frequent types numbered by frequency, all others
   * 0.
   *
   * @param types texts by id
   * @param train ids to learn from
   * @param heldOut ids of other files
   */
  public record JavaTokens(List<String> types, int[] train, int[] heldOut) {
    /**
     * Ids in words.
     *
     * @param ids tokens
     * @return their texts with spaces between
     */
    public String text(int... ids) {
      return Arrays.stream(ids).mapToObj(types::get).collect(Collectors.joining(" "));
    }

    /**
     * Held-out prompts, evenly spread.
     *
     * @param count how many
     * @param length tokens of each
     * @return ids
     */
    public int[][] prompts(int count, int length) {
      int[][] prompts = new int[count][];
      for (int i = 0; i < count; i++) {
        int from = (int) ((long) i * (heldOut.length - length) / count);
        prompts[i] = Arrays.copyOfRange(heldOut, from, from + length);
      }
      return prompts;
    }
  }

  /** {@return the tokens that the model learns from, and others} */
  public static JavaTokens tokens() {
    Recipe recipe = Recipe.STANDARD;
    TextFiles files = JavaSources.installed("java.base/java/");
    List<String> train = JavaLexer.split(files.train().text(recipe.characters()));
    List<String> heldOut = JavaLexer.split(files.heldOut().text(recipe.characters() / 10));
    Map<String, Long> counts =
        train.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    Map<String, Integer> ids = new HashMap<>();
    ids.put("?", 0);
    counts.entrySet().stream()
        .sorted(
            Comparator.comparingLong((Map.Entry<String, Long> entry) -> -entry.getValue())
                .thenComparing(Map.Entry::getKey))
        .filter(entry -> !entry.getKey().equals("?"))
        .limit(recipe.types() - 1L)
        .forEach(entry -> ids.put(entry.getKey(), ids.size()));
    String[] types = new String[ids.size()];
    ids.forEach((type, id) -> types[id] = type);
    return new JavaTokens(List.of(types), ids(train, ids), ids(heldOut, ids));
  }

  private static int[] ids(List<String> tokens, Map<String, Integer> ids) {
    return tokens.stream().mapToInt(token -> ids.getOrDefault(token, 0)).toArray();
  }

  /**
   * The model, 6 layers of 64.
   *
   * @param artefacts where it is stored
   * @return the model, to be closed by the caller
   */
  public static CausalLm javaTokens(Artefacts artefacts) {
    Recipe recipe = Recipe.STANDARD;
    return artefacts.obtain(
        "java-tokens-6x64",
        recipe,
        "F16",
        () ->
            CausalLm.gpt(
                recipe.layers(), recipe.width(), recipe.types(), recipe.context(), recipe.seed()),
        model -> {
          LanguageTraining learning = new LanguageTraining(model, 0);
          BatchSource<int[][]> source =
              LanguageTraining.source(
                  new Windows(tokens().train()), 16, recipe.context() - 1, recipe.seed());
          return new Training<>(recipe.training(), model, source, learning, learning::work)
              .run()
              .measures();
        });
  }
}
