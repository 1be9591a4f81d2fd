package dev.stretto.samplers.decoding;

/**
 * Keeps one of the tokens that were drawn from the draft's distribution q, or replaces them, so
 * that the result has the target's distribution p. {@link SpeculativeSampling} is the rule to read
 * first.
 */
public interface AcceptanceRule {
  /**
   * Decides at one position.
   *
   * @param p the target's probabilities, summing to 1: the distribution the result must have
   * @param q the draft's, as many: all candidates were drawn from it, independently
   * @param candidates drawn tokens, one or more, repetitions meant
   * @param random of the row
   * @return what is kept
   */
  Outcome accept(double[] p, double[] q, int[] candidates, DecodingRandom random);

  /** What became of the candidates. */
  sealed interface Outcome {}

  /**
   * A candidate is kept.
   *
   * @param index of the candidate
   */
  record Accepted(int index) implements Outcome {}

  /**
   * All candidates are refused.
   *
   * @param token drawn from the residual distribution in their place
   */
  record Rejected(int token) implements Outcome {}

  /**
   * Refuses what is no pair of distributions, in one sentence.
   *
   * @param p the target's
   * @param q the draft's
   * @param candidates K, 1 or more
   */
  static void check(double[] p, double[] q, int candidates) {
    if (candidates < 1 || p.length != q.length) {
      throw new IllegalArgumentException(
          "%d candidates, distributions over %d and %d tokens: expected 1 or more and as many tokens"
              .formatted(candidates, p.length, q.length));
    }
    checkSum("target", p);
    checkSum("draft", q);
  }

  private static void checkSum(String name, double[] probabilities) {
    double sum = 0;
    for (int x = 0; x < probabilities.length; x++) {
      if (!(probabilities[x] >= 0)) {
        throw new IllegalArgumentException(
            "the %s's probability of token %d is %s, expected 0 or more"
                .formatted(name, x, probabilities[x]));
      }
      sum += probabilities[x];
    }
    if (Math.abs(sum - 1) > 1e-6) {
      throw new IllegalArgumentException(
          "the %s's probabilities sum to %s, expected 1".formatted(name, sum));
    }
  }
}
