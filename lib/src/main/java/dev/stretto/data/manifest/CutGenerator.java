package dev.stretto.data.manifest;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.commons.math3.special.Erf;

/**
 * Draws speech-like manifests from closed-form distributions (family 01, canary-efficiency, small
 * experiment): durations from a mixture of lognormals, token rates from one lognormal a language,
 * and a few broken transcripts. Cut number i depends only on the seed and i, so a manifest of any
 * length needs no memory and can be read at any place.
 */
public final class CutGenerator {
  private static final double SQRT2 = Math.sqrt(2);
  private static final String ONSETS = "bdfgklmnrstv";
  private static final String VOWELS = "aeiou";

  static final double MIN_DURATION = .5;
  static final double MAX_DURATION = 40;
  private static final double MIN_RATE = .5;
  private static final double MAX_RATE = 14;

  /** Broken transcripts have a rate that is uniform between these. */
  private static final double BROKEN_MIN_RATE = 18;

  private static final double BROKEN_MAX_RATE = 30;
  private static final List<String> LANGUAGES = List.of("en", "de");

  /** Tokens a second, one component a language. */
  private static final List<Lognormal> RATES =
      List.of(new Lognormal(.6, 4.5, .30), new Lognormal(.4, 7.5, .30));

  /** A component of a mixture: its share of the draws, median and deviation of the logarithm. */
  record Lognormal(double weight, double median, double logSigma) {

    /** Inverse transform, the same bits on every machine. */
    private double quantile(double u) {
      return StrictMath.exp(StrictMath.log(median) - logSigma * SQRT2 * Erf.erfcInv(2 * u));
    }
  }

  private final List<Lognormal> durations;
  private final double brokenShare;
  private final SeedTree seed;
  private final boolean withText;

  private CutGenerator(
      List<Lognormal> durations, double brokenShare, SeedTree seed, boolean withText) {
    this.durations = durations;
    this.brokenShare = brokenShare;
    this.seed = seed;
    this.withText = withText;
  }

  /**
   * {@return the manifest of the specification: mean 8.1 s, two languages, 0.3 % broken
   * transcripts}
   *
   * @param seed the seed
   */
  public static CutGenerator canary(long seed) {
    List<Lognormal> seconds =
        List.of(
            new Lognormal(.35, 2.5, .45), new Lognormal(.45, 8, .50), new Lognormal(.20, 15, .25));
    return new CutGenerator(seconds, .003, SeedTree.of(seed).child("cuts"), false);
  }

  /**
   * {@return the benchmark's manifest: durations of one lognormal between 0.5 and 40 s, mean 7.9 s,
   * as lhotse's sampler was measured on; token rates as {@link #canary}, nothing broken}
   *
   * @param seed the seed
   */
  public static CutGenerator benchmark(long seed) {
    List<Lognormal> seconds = List.of(new Lognormal(1, 6.61, .60));
    return new CutGenerator(seconds, 0, SeedTree.of(seed).child("cuts"), false);
  }

  /** {@return a copy with transcripts of pseudo-words, one syllable a token; all else stays} */
  public CutGenerator withText() {
    return new CutGenerator(durations, brokenShare, seed, true);
  }

  List<Lognormal> durations() {
    return durations;
  }

  /**
   * One cut.
   *
   * @param index its number, 0 or more
   * @return the cut, the same in every call; its id is {@code cut-} and the number
   */
  public Cut cut(long index) {
    Rng rng = seed.child(index).rng();
    Lognormal component = pick(durations, rng);
    double seconds = clip(component.quantile(open(rng)), MIN_DURATION, MAX_DURATION);
    double duration = Math.rint(seconds * 1000) / 1000;
    int language = RATES.indexOf(pick(RATES, rng));
    double rate = clip(RATES.get(language).quantile(open(rng)), MIN_RATE, MAX_RATE);
    if (rng.nextDouble() < brokenShare) {
      rate = BROKEN_MIN_RATE + (BROKEN_MAX_RATE - BROKEN_MIN_RATE) * rng.nextDouble();
    }
    int tokens = (int) Math.max(1, Math.rint(rate * duration));
    String text = withText ? words(tokens, rng) : "";
    return new Cut("cut-" + index, duration, tokens, text, LANGUAGES.get(language), Map.of());
  }

  /**
   * A finite manifest.
   *
   * @param count how many cuts, 0 or more
   * @return cuts 0 to count - 1, in memory; unmodifiable
   */
  public List<Cut> list(int count) {
    return IntStream.range(0, count).mapToObj(this::cut).toList();
  }

  /**
   * A manifest of any length that is never in memory.
   *
   * @param count how many cuts, 0 or more
   * @return cuts 0 to count - 1
   */
  public Iterator<Cut> stream(long count) {
    return LongStream.range(0, count).mapToObj(this::cut).iterator();
  }

  private static Lognormal pick(List<Lognormal> mixture, Rng rng) {
    double u = rng.nextDouble();
    for (Lognormal component : mixture) {
      u -= component.weight;
      if (u < 0) {
        return component;
      }
    }
    return mixture.getLast();
  }

  /** Uniform in (0, 1): the quantile of 0 is not finite. */
  private static double open(Rng rng) {
    return ((rng.nextLong() >>> 12) + .5) * 0x1p-52;
  }

  private static double clip(double x, double min, double max) {
    return Math.min(Math.max(x, min), max);
  }

  private static String words(int syllables, Rng rng) {
    StringBuilder text = new StringBuilder();
    int left = 0;
    for (int i = 0; i < syllables; i++) {
      if (left == 0) {
        text.append(i == 0 ? "" : " ");
        left = 1 + rng.nextInt(3);
      }
      left--;
      text.append(letter(ONSETS, rng)).append(letter(VOWELS, rng));
    }
    return text.toString();
  }

  private static char letter(String of, Rng rng) {
    return of.charAt(rng.nextInt(of.length()));
  }
}
