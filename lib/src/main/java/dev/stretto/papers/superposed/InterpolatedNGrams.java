package dev.stretto.papers.superposed;

import dev.stretto.models.language.NGramModel;
import java.util.Arrays;

/**
 * A weighted sum of plain n-gram shares, as Superposed Decoding's filter has it (Shen et al. 2024,
 * section 3.3): q(x) = sum_n w_n count(x after the last n tokens) / count(the last n tokens). An
 * unseen context adds 0 and nothing is renormalised, so that q is no distribution: it is 0 for what
 * never came.
 *
 * @param counts what followed each context
 * @param weights one a length of context, from one token on
 */
public record InterpolatedNGrams(NGramModel counts, double... weights) {
  private static final double[] PUBLISHED = {.01, .04, .15, .18, .12};

  /** Checks the weights. */
  public InterpolatedNGrams {
    if (weights.length == 0
        || weights.length > counts.reach()
        || Arrays.stream(weights).anyMatch(w -> !(w >= 0))) {
      throw new IllegalArgumentException(
          "weights %s for contexts of up to %d tokens, expected 1 to %d numbers of 0 or more"
              .formatted(Arrays.toString(weights), counts.reach(), counts.reach()));
    }
  }

  /**
   * The paper's weights of contexts of one to five tokens, which sum to one half.
   *
   * @param counts counts
   * @return the paper's weights of contexts of one to five tokens, which sum to one half
   */
  public static InterpolatedNGrams published(NGramModel counts) {
    return new InterpolatedNGrams(counts, PUBLISHED);
  }

  /**
   * q of some tokens.
   *
   * @param text what stands before them, oldest first
   * @param tokens ids
   * @return one share a token
   */
  public double[] shares(int[] text, int[] tokens) {
    double[] shares = new double[tokens.length];
    for (int n = 1; n <= Math.min(weights.length, text.length); n++) {
      NGramModel.Successors next =
          counts.successors(Arrays.copyOfRange(text, text.length - n, text.length));
      if (next.total() == 0) {
        break; // a longer context has not come either
      }
      for (int i = 0; i < tokens.length; i++) {
        for (int j = 0; j < next.tokens().length; j++) {
          if (next.tokens()[j] == tokens[i]) {
            shares[i] += weights[n - 1] * next.counts()[j] / next.total();
          }
        }
      }
    }
    return shares;
  }
}
