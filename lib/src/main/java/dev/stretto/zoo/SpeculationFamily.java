package dev.stretto.zoo;

import dev.stretto.data.text.CategorySuite;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.experiments.Experiment;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NGramModel;
import dev.stretto.profilers.CostCurve;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Sampling;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What every section of the notebook on speculative decoding stands on: the target, its drafts,
 * prompts of six categories, and plain decoding's texts.
 */
public final class SpeculationFamily {
  private final CausalLm target;
  private final CausalLm draft1;
  private final CausalLm draft2;
  private final NGramModel ngram = SpeculationModels.ngram(6);
  private final CategorySuite suite = CategorySuite.standard();
  private final CharTokenizer tokenizer = CharTokenizer.printable();
  private final Map<String, int[][]> prompts;
  private final int perCategory;
  private final Decoder.Options greedy;
  private final Decoder.Decoded plain;
  private final CostCurve costs;

  /**
   * Loads the models and decodes all prompts once with the target alone.
   *
   * @param lab whose models they are
   * @param perCategory prompts of each category, 1 or more
   * @param tokens the most new tokens of a text
   */
  public SpeculationFamily(Experiment<?> lab, int perCategory, int tokens) {
    this.perCategory = perCategory;
    target = SpeculationModels.TARGET.get(lab);
    draft1 = SpeculationModels.DRAFT1.get(lab);
    draft2 = SpeculationModels.DRAFT2.get(lab);
    prompts = suite.prompts(perCategory);
    greedy = new Decoder.Options(tokens, suite.end(), Sampling.greedy());
    plain = Decoder.decode(target, mixed(), greedy);
    costs = CostCurve.positions(target, 128, 1, 3, 5, 9, 13, 17, 33);
  }

  /** {@return 24 layers of 64: deep and narrow, so that further positions of a pass are cheap} */
  public CausalLm target() {
    return target;
  }

  /** {@return a draft of one layer of 64} */
  public CausalLm draft1() {
    return draft1;
  }

  /** {@return a draft of two layers of 96} */
  public CausalLm draft2() {
    return draft2;
  }

  /** {@return n-grams of order 6, counted from the training text} */
  public NGramModel ngram() {
    return ngram;
  }

  /** {@return the six categories of tasks} */
  public CategorySuite suite() {
    return suite;
  }

  /** {@return characters to ids} */
  public CharTokenizer tokenizer() {
    return tokenizer;
  }

  /** {@return prompts by category} */
  public Map<String, int[][]> prompts() {
    return prompts;
  }

  /** {@return all prompts, category by category} */
  public int[][] mixed() {
    return prompts.values().stream().flatMap(Arrays::stream).toArray(int[][]::new);
  }

  /** {@return the first prompt of each category} */
  public int[][] firsts() {
    return prompts.values().stream().map(rows -> rows[0]).toArray(int[][]::new);
  }

  /** {@return greedy decoding up to the end token} */
  public Decoder.Options greedy() {
    return greedy;
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

  /** {@return what the target alone writes behind {@link #mixed}} */
  public Decoder.Decoded plain() {
    return plain;
  }

  /** {@return what the target alone writes behind {@link #firsts}} */
  public int[][] plainFirsts() {
    return IntStream.range(0, prompts.size())
        .mapToObj(i -> plain.tokens()[i * perCategory])
        .toArray(int[][]::new);
  }

  /** {@return time of a pass of the target over n positions over that of one} */
  public CostCurve costs() {
    return costs;
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
