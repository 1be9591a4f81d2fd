package dev.stretto.papers.judge;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Running sums in one of six styles, a task in which many different answers are right:
 *
 * <pre>Q 3 9 4 1 ?   so sum is 2 .  so sum is 6 .  so sum is 7 .  &lt;eos&gt;</pre>
 *
 * An answer is three sentences, each four tokens and a full stop, that state the sum so far modulo
 * 10. The style of a sentence is free, its digit is not. Tokens are ids: digits 0 to 9, then {@code
 * Q ? . <eos>}, then three words a style.
 *
 * @param prior probability of each style, sentence by sentence
 */
public record StyledSums(double... prior) {
  /** Styles there are. */
  public static final int STYLES = 6;

  /** Tokens there are. */
  public static final int VOCABULARY = 32;

  /** The token that ends an answer. */
  public static final int EOS = 13;

  /** Tokens of a prompt. */
  public static final int PROMPT = 6;

  /** Tokens of an answer, its end included. */
  public static final int ANSWER = 16;

  private static final int ASK = 10;
  private static final int MARK = 11;
  private static final int STOP = 12;
  private static final List<String> WORDS =
      List.of(
          "Q", "?", ".", "<eos>", "so", "sum", "is", "now", "we", "have", "this", "gives", "us",
          "adding", "up", "to", "total", "stands", "at", "then", "comes", "out");

  /** Checks that it is a distribution over the styles. */
  public StyledSums {
    double sum = Arrays.stream(prior).sum();
    if (prior.length != STYLES
        || !(Math.abs(sum - 1) < 1e-9)
        || Arrays.stream(prior).anyMatch(p -> p < 0)) {
      throw new IllegalArgumentException(
          "the styles' probabilities are %s, expected %d, summing to 1"
              .formatted(Arrays.toString(prior), STYLES));
    }
  }

  /**
   * Mostly one style.
   *
   * @param favourite 0 to 5
   * @param other probability of each other style
   * @return the task
   */
  public static StyledSums mostly(int favourite, double other) {
    if (favourite < 0 || favourite >= STYLES) {
      throw new IllegalArgumentException(
          "favourite is %d, expected 0 to %d".formatted(favourite, STYLES - 1));
    }
    double[] prior = new double[STYLES];
    Arrays.fill(prior, other);
    prior[favourite] = 1 - (STYLES - 1) * other;
    return new StyledSums(prior);
  }

  /**
   * Prompts, all different; number i depends on the seed and i alone, but for skipped repetitions.
   *
   * @param seed of the set
   * @param count at most 1,000 or so: there are 10,000
   * @return token ids
   */
  public static int[][] prompts(SeedTree seed, int count) {
    Rng rng = seed.rng();
    return rng.ints(0, 10_000)
        .distinct()
        .limit(count)
        .mapToObj(StyledSums::prompt)
        .toArray(int[][]::new);
  }

  /** The prompt of the four digits of a number. */
  static int[] prompt(int number) {
    return new int[] {ASK, number / 1000, number / 100 % 10, number / 10 % 10, number % 10, MARK};
  }

  /**
   * A right answer, its styles drawn.
   *
   * @param prompt as {@link #prompts} makes them
   * @param rng the source of chance
   * @return token ids
   */
  public int[] answer(int[] prompt, Rng rng) {
    return written(
        prompt, style(rng.nextDouble()), style(rng.nextDouble()), style(rng.nextDouble()));
  }

  private int style(double u) {
    int style = 0;
    for (double left = u; style < STYLES - 1 && left >= prior[style]; style++) {
      left -= prior[style];
    }
    return style;
  }

  /** The right answer whose sentences have these styles. */
  private static int[] written(int[] prompt, int... styles) {
    int[] answer = new int[ANSWER];
    for (int sentence = 0; sentence < styles.length; sentence++) {
      int at = 5 * sentence;
      for (int i = 0; i < 3; i++) {
        answer[at + i] = word(styles[sentence], i);
      }
      answer[at + 3] = sum(prompt, sentence);
      answer[at + 4] = STOP;
    }
    answer[ANSWER - 1] = EOS;
    return answer;
  }

  private static int word(int style, int i) {
    return EOS + 1 + 3 * style + i;
  }

  private static int sum(int[] prompt, int sentence) {
    return Arrays.stream(prompt, 1, sentence + 3).sum() % 10;
  }

  /**
   * Prompt and answer in one, for training. In half of the prompts the digits that are added stay
   * below a drawn limit: sums of uniform digits modulo 10 tell a network nothing about any single
   * digit, and it would not find a beginning.
   *
   * @param rng the source of chance
   * @return 22 token ids
   */
  public int[] draw(Rng rng) {
    int limit = rng.nextBoolean() ? 10 : 1 + rng.nextInt(10);
    int[] prompt = prompt(1000 * rng.nextInt(10));
    for (int i = 2; i < PROMPT - 1; i++) {
      prompt[i] = rng.nextInt(limit);
    }
    int[] both = Arrays.copyOf(prompt, PROMPT + ANSWER);
    System.arraycopy(answer(prompt, rng), 0, both, PROMPT, ANSWER);
    return both;
  }

  /**
   * The checker.
   *
   * @param prompt as {@link #prompts} makes them
   * @param answer any ids
   * @return index of the first token that no right answer has there, the answer's length where its
   *     end is missing, -1 for a right answer
   */
  public static int mistake(int[] prompt, int... answer) {
    if (prompt.length != PROMPT || prompt[0] != ASK || prompt[PROMPT - 1] != MARK) {
      throw new IllegalArgumentException(
          "prompt '%s', expected such as 'Q 3 9 4 1 ?'".formatted(text(prompt)));
    }
    // each sentence has the style of its first token
    int[] styles =
        IntStream.of(0, 5, 10)
            .map(at -> at < answer.length ? (answer[at] - EOS - 1) / 3 : 0)
            .map(style -> Math.clamp(style, 0, STYLES - 1))
            .toArray();
    return Arrays.mismatch(written(prompt, styles), answer);
  }

  /**
   * Ids in words.
   *
   * @param ids below {@link #VOCABULARY}
   * @return words with spaces between
   */
  public static String text(int... ids) {
    return String.join(
        " ", Arrays.stream(ids).mapToObj(id -> id < 10 ? "" + id : WORDS.get(id - 10)).toList());
  }
}
