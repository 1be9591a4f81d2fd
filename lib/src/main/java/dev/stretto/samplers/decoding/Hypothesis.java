package dev.stretto.samplers.decoding;

import java.util.Arrays;

/**
 * A continuation in the making, as beam search and superposed decoding keep several of.
 *
 * @param tokens new ones, behind the prompt
 * @param score sum of its tokens' scores; log-likelihood in nats where a model scores them
 */
public record Hypothesis(int[] tokens, double score) {
  /** The empty continuation. */
  public static final Hypothesis EMPTY = new Hypothesis(new int[0], 0);

  /**
   * One token longer.
   *
   * @param token its id
   * @param more its score
   * @return a new hypothesis
   */
  public Hypothesis append(int token, double more) {
    int[] longer = Arrays.copyOf(tokens, tokens.length + 1);
    longer[tokens.length] = token;
    return new Hypothesis(longer, score + more);
  }
}
