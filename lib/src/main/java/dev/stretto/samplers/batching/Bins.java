package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;

/** Classes of similar length; a batch takes its cuts from one of them. */
public sealed interface Bins permits DurationBins, DurationBins2d {

  /** {@link #choose} of a cut that is longer than the last bin. */
  int TOO_LONG = -1;

  /** {@link #choose} of a cut with more tokens than any bin it may go to. */
  int TOO_MANY_TOKENS = -2;

  /** {@link #choose} of a cut whose tokens per second exceed its duration bin's limit. */
  int TOO_DENSE = -3;

  /** {@return how many bins, at least 1} */
  int count();

  /**
   * The bin of a cut, by binary search; lenient choice walks on from there.
   *
   * @param duration seconds, above 0
   * @param tokens 0 or more
   * @return the index, or {@link #TOO_LONG}, {@link #TOO_MANY_TOKENS} or {@link #TOO_DENSE}
   */
  int choose(double duration, int tokens);

  /**
   * The bin of a cut.
   *
   * @param cut the cut
   * @return as {@link #choose(double, int)}
   */
  default int choose(Cut cut) {
    return choose(cut.duration(), cut.tokens());
  }

  /**
   * {@return the largest shape of a bin}
   *
   * @param bin the index
   * @param tokensPerSecond from which 1-D bins, which know no tokens, derive them:
   *     ceil(tokensPerSecond * seconds); 2-D bins ignore it
   */
  BinShape shape(int bin, double tokensPerSecond);

  /**
   * {@return a rejection in words, the key under which {@link SamplerReport} counts it}
   *
   * @param code a negative answer of {@link #choose}
   */
  static String reason(int code) {
    return switch (code) {
      case TOO_LONG -> "longer than the last bin";
      case TOO_MANY_TOKENS -> "more tokens than its bins hold";
      case TOO_DENSE -> "tokens per second above its bin's limit";
      default -> throw new IllegalArgumentException("code is " + code + ", expected -3 to -1");
    };
  }
}
