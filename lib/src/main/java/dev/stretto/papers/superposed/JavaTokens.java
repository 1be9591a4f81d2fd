package dev.stretto.papers.superposed;

import dev.stretto.data.text.JavaLexer;
import dev.stretto.data.text.JavaSources;
import dev.stretto.data.text.TextFiles;
import dev.stretto.data.text.Windows;
import dev.stretto.experiments.Recipe;
import dev.stretto.models.language.CausalLm;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.TrainingConfig;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The JDK's sources in lexical tokens, the most frequent types numbered by frequency, all others 0;
 * and the model that learns from them.
 *
 * @param types texts by id
 * @param train ids to learn from
 * @param heldOut ids of other files
 */
public record JavaTokens(List<String> types, int[] train, int[] heldOut) {
  /**
   * Which tokens.
   *
   * @param types how many, the unknown one included
   * @param characters of source code to learn from
   */
  public record Text(int types, int characters) {}

  /**
   * A model of them.
   *
   * @param layers of the network
   * @param width of the network
   * @param context positions
   */
  public record Config(int layers, int width, int context) {}

  /** 1,500 types. */
  public static final Recipe<Text, JavaTokens, Void> TOKENS =
      Recipe.of("java-tokens", new Text(1500, 3_000_000), (text, in, seed) -> of(text));

  /** A model of 6 layers of 64. */
  public static final Recipe<Config, CausalLm, int[][]> MODEL =
      Recipe.of(
              "java-tokens-6x64",
              new Config(6, 64, 128),
              (config, in, seed) ->
                  CausalLm.gpt(
                      config.layers(),
                      config.width(),
                      in.get(TOKENS).types().size(),
                      config.context(),
                      seed))
          .needs(TOKENS)
          .training(TrainingConfig.of(Budget.steps(500), 3e-3).withWarmup(50))
          .source(
              (config, in, seed) ->
                  LanguageTraining.source(
                      new Windows(in.get(TOKENS).train()), 16, config.context() - 1, seed))
          .loss((config, in, model) -> new LanguageTraining(model, 0));

  private static JavaTokens of(Text text) {
    TextFiles files = JavaSources.installed("java.base/java/");
    List<String> train = JavaLexer.split(files.train().text(text.characters()));
    List<String> heldOut = JavaLexer.split(files.heldOut().text(text.characters() / 10));
    Map<String, Long> counts =
        train.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    Stream<String> known =
        counts.entrySet().stream()
            .sorted(
                Comparator.comparingLong((Map.Entry<String, Long> entry) -> -entry.getValue())
                    .thenComparing(Map.Entry::getKey))
            .map(Map.Entry::getKey)
            .filter(type -> !type.equals("?"));
    List<String> types = Stream.concat(Stream.of("?"), known).limit(text.types()).toList();
    Map<String, Integer> ids =
        IntStream.range(0, types.size()).boxed().collect(Collectors.toMap(types::get, id -> id));
    return new JavaTokens(types, ids(train, ids), ids(heldOut, ids));
  }

  private static int[] ids(List<String> tokens, Map<String, Integer> ids) {
    return tokens.stream().mapToInt(token -> ids.getOrDefault(token, 0)).toArray();
  }

  /**
   * The texts of some tokens with spaces between.
   *
   * @param ids below the number of types
   * @return one line
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
