package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;

/**
 * A cap on padded tokens: the number of cuts times the largest token count stays within maxTokens.
 * With {@code secondsPerToken} the audio counts too, as the tokens it becomes in a decoder-only
 * model (NeMo's multimodal constraint): size = u + d / secondsPerToken. A cut without tokens counts
 * as one token, because its padded row is never empty.
 *
 * @param maxTokens padded tokens in a batch, finite and above 0
 * @param maxExamples the most cuts of a batch, at least 1
 * @param quadratic the size that counts double (size + size^2/quadratic), above 0; infinite: no
 *     penalty
 * @param secondsPerToken seconds of audio that make one token, above 0 (0.08 for 12.5 frames/s);
 *     infinite: audio does not count
 */
public record TokenConstraint(
    double maxTokens, int maxExamples, double quadratic, double secondsPerToken)
    implements SamplingConstraint {

  /** Checks ranges; throws IllegalArgumentException naming the field and its value. */
  public TokenConstraint {
    Checks.positive("maxTokens", maxTokens, "tokens");
    Checks.atLeastOne("maxExamples", maxExamples);
    if (!(quadratic > 0)) {
      throw new IllegalArgumentException(
          "quadratic is " + quadratic + ", expected tokens above 0 (infinite: no penalty)");
    }
    if (!(secondsPerToken > 0)) {
      throw new IllegalArgumentException(
          "secondsPerToken is "
              + secondsPerToken
              + ", expected seconds above 0 (infinite: audio does not count)");
    }
  }

  /**
   * {@return a cap on text tokens alone}
   *
   * @param maxTokens padded tokens in a batch, finite and above 0
   */
  public static TokenConstraint tokens(double maxTokens) {
    double none = Double.POSITIVE_INFINITY;
    return new TokenConstraint(maxTokens, Integer.MAX_VALUE, none, none);
  }

  /**
   * {@return the same cap with at most so many cuts}
   *
   * @param maxExamples at least 1
   */
  public TokenConstraint withMaxExamples(int maxExamples) {
    return new TokenConstraint(maxTokens, maxExamples, quadratic, secondsPerToken);
  }

  /**
   * {@return the same cap, audio counted as tokens}
   *
   * @param secondsPerToken seconds of audio that make one token, above 0
   */
  public TokenConstraint withSecondsPerToken(double secondsPerToken) {
    return new TokenConstraint(maxTokens, maxExamples, quadratic, secondsPerToken);
  }

  @Override
  public double size(Cut cut) {
    double u = Math.max(1, cut.tokens() + cut.duration() / secondsPerToken);
    return u + u * u / quadratic;
  }

  @Override
  public double cap() {
    return maxTokens;
  }

  @Override
  public int maxCuts(int bin) {
    return maxExamples;
  }
}
