package dev.stretto.zoo;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.experiments.Experiment;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NGramModel;
import dev.stretto.profilers.CostCurve;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What every section of the notebook on speculative decoding stands on: the target, its drafts,
 * prompts of six categories, and plain decoding's texts.
 *
 * @param target 24 layers of 64: deep and narrow, so that further positions of a pass are cheap
 * @param draft1 a draft of one layer of 64
 * @param draft2 a draft of two layers of 96
 * @param ngram n-grams of order 6, counted from the training text
 * @param suite the six categories of tasks
 * @param tokenizer characters to ids
 * @param prompts by category
 * @param greedy greedy decoding up to the end token
 * @param plain what the target alone writes behind {@link #mixed}
 * @param costs time of a pass of the target over n positions over that of one
 */
public record SpeculationFamily(
    CausalLm target,
    CausalLm draft1,
    CausalLm draft2,
    NGramModel ngram,
    CategorySuite suite,
    CharTokenizer tokenizer,
    Map<String, int[][]> prompts,
    Decoder.Options greedy,
    SpeculativeDecoder.Run plain,
    CostCurve costs) {
  /**
   * Loads the models and decodes all prompts once with the target alone.
   *
   * @param lab whose models they are
   * @param perCategory prompts of each category, 1 or more
   * @param tokens the most new tokens of a text
   * @return the family
   */
  public static SpeculationFamily of(Experiment<?> lab, int perCategory, int tokens) {
    CausalLm target = SpeculationModels.TARGET.get(lab);
    CategorySuite suite = CategorySuite.standard();
    Map<String, int[][]> prompts = suite.prompts(perCategory);
    var greedy = new Decoder.Options(tokens, suite.end(), Sampling.greedy());
    return new SpeculationFamily(
        target,
        SpeculationModels.DRAFT1.get(lab),
        SpeculationModels.DRAFT2.get(lab),
        SpeculationModels.ngram(6),
        suite,
        CharTokenizer.printable(),
        prompts,
        greedy,
        Decoder.decode(target, mixed(prompts), greedy),
        CostCurve.positions(target, 128, 1, 3, 5, 9, 13, 17, 33));
  }

  private static int[][] mixed(Map<String, int[][]> prompts) {
    return prompts.values().stream().flatMap(Arrays::stream).toArray(int[][]::new);
  }

  /** {@return all prompts, category by category} */
  public int[][] mixed() {
    return mixed(prompts);
  }

  /** {@return the first prompt of each category} */
  public int[][] firsts() {
    return prompts.values().stream().map(rows -> rows[0]).toArray(int[][]::new);
  }

  /**
   * Sampling up to the end token.
   *
   * @param temperature above 0
   * @param seed of the draws
   * @return the options
   */
  public Decoder.Options sampled(double temperature, long seed) {
    return new Decoder.Options(greedy.maxNewTokens(), suite.end(), Sampling.of(temperature, seed));
  }

  /** {@return what the target alone writes behind {@link #firsts}} */
  public int[][] plainFirsts() {
    return IntStream.range(0, prompts.size())
        .mapToObj(i -> plain.tokens()[i * (plain.tokens().length / prompts.size())])
        .toArray(int[][]::new);
  }

  /**
   * The cost of a pass, taken as never falling: where the clock says otherwise it is noise.
   *
   * @param positions n, 1 or more
   * @return c(n), 1 or more
   */
  public double cost(double positions) {
    return IntStream.rangeClosed(1, (int) Math.round(positions))
        .mapToDouble(costs::c)
        .max()
        .orElse(1);
  }

  /**
   * Ids as text.
   *
   * @param ids of the tokenizer
   * @return characters
   */
  public String text(int... ids) {
    return tokenizer.decode(ids);
  }

  /**
   * The end of a category's first prompt and what the target alone writes behind it, on one line.
   *
   * @param category of {@link #prompts}
   * @param most characters of the prompt
   * @return both
   */
  public String[] example(String category, int most) {
    int row = List.copyOf(prompts.keySet()).indexOf(category);
    String prompt = text(prompts.get(category)[0]);
    return new String[] {
      prompt.substring(Math.max(0, prompt.length() - most)).replace("\n", "\\n"),
      text(plainFirsts()[row]).replace("\n", "\\n")
    };
  }
}
