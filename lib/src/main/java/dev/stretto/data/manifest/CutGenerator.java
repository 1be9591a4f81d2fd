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

  /**
   * A lognormal component.
   *
   * @param weight share of the draws; the weights of a mixture add up to 1
   * @param median above 0
   * @param logSigma standard deviation of the logarithm, above 0
   */
  public record Lognormal(double weight, double median, double logSigma) {

    /** Inverse transform, the same bits on every machine. */
    private double quantile(double u) {
      return StrictMath.exp(StrictMath.log(median) - logSigma * SQRT2 * Erf.erfcInv(2 * u));
    }
  }

  /**
   * What a manifest is drawn from.
   *
   * @param durations mixture of durations in seconds
   * @param minDuration shorter draws become this, seconds
   * @param maxDuration longer draws become this, seconds
   * @param languages codes
   * @param rates for each language its share and the median and log-sigma of tokens a second
   * @param minRate lower draws of the rate become this
   * @param maxRate higher draws of the rate become this
   * @param brokenShare share of cuts with a broken transcript, in any language
   * @param brokenMinRate their rates are uniform from this
   * @param brokenMaxRate to this
   */
  public record Settings(
      List<Lognormal> durations,
      double minDuration,
      double maxDuration,
      List<String> languages,
      List<Lognormal> rates,
      double minRate,
      double maxRate,
      double brokenShare,
      double brokenMinRate,
      double brokenMaxRate) {

    /** Copies the lists; throws IllegalArgumentException where they do not fit together. */
    public Settings {
      durations = List.copyOf(durations);
      languages = List.copyOf(languages);
      rates = List.copyOf(rates);
      if (languages.size() != rates.size()) {
        throw new IllegalArgumentException(
            languages.size() + " languages and " + rates.size() + " rates, expected as many");
      }
      if (!(minDuration > 0 && minDuration < maxDuration && maxDuration < 1e6)) {
        throw new IllegalArgumentException(
            "durations are clipped to %s to %s, expected 0 < min < max"
                .formatted(minDuration, maxDuration));
      }
      checkWeights("durations", durations);
      checkWeights("rates", rates);
    }

    private static void checkWeights(String what, List<Lognormal> mixture) {
      double sum = mixture.stream().mapToDouble(Lognormal::weight).sum();
      if (!(Math.abs(sum - 1) < 1e-9)) {
        throw new IllegalArgumentException(
            "weights of " + what + " add up to " + sum + ", expected 1");
      }
    }

    /**
     * {@return the manifest of the specification: mean 8.1 s, two languages, 0.3 % broken
     * transcripts}
     */
    public static Settings canary() {
      List<Lognormal> seconds =
          List.of(
              new Lognormal(.35, 2.5, .45),
              new Lognormal(.45, 8, .50),
              new Lognormal(.20, 15, .25));
      List<Lognormal> rates = List.of(new Lognormal(.6, 4.5, .30), new Lognormal(.4, 7.5, .30));
      return new Settings(seconds, .5, 40, List.of("en", "de"), rates, .5, 14, .003, 18, 30);
    }

    /**
     * {@return the benchmark's settings: durations of one lognormal between 0.5 and 40 s, mean 7.9
     * s, as lhotse's sampler was measured on; token rates as {@link #canary()}, nothing broken}
     */
    public static Settings benchmark() {
      Settings of = canary();
      List<Lognormal> seconds = List.of(new Lognormal(1, 6.61, .60));
      return new Settings(
          seconds, .5, 40, of.languages, of.rates, of.minRate, of.maxRate, 0, 18, 30);
    }
  }

  private final Settings settings;
  private final SeedTree seed;
  private final boolean withText;

  /**
   * A generator without text.
   *
   * @param settings the distributions
   * @param seed the seed
   */
  public CutGenerator(Settings settings, long seed) {
    this(settings, SeedTree.of(seed).child("cuts"), false);
  }

  private CutGenerator(Settings settings, SeedTree seed, boolean withText) {
    this.settings = settings;
    this.seed = seed;
    this.withText = withText;
  }

  /**
   * {@return the manifest of the specification}
   *
   * @param seed the seed
   */
  public static CutGenerator canary(long seed) {
    return new CutGenerator(Settings.canary(), seed);
  }

  /**
   * {@return the benchmark's manifest}
   *
   * @param seed the seed
   */
  public static CutGenerator benchmark(long seed) {
    return new CutGenerator(Settings.benchmark(), seed);
  }

  /** {@return a copy with transcripts of pseudo-words, one syllable a token; all else stays} */
  public CutGenerator withText() {
    return new CutGenerator(settings, seed, true);
  }

  /** {@return the distributions} */
  public Settings settings() {
    return settings;
  }

  /**
   * One cut.
   *
   * @param index its number, 0 or more
   * @return the cut, the same in every call; its id is {@code cut-} and the number
   */
  public Cut cut(long index) {
    Rng rng = seed.child(index).rng();
    Lognormal component = pick(settings.durations, rng);
    double seconds =
        clip(component.quantile(open(rng)), settings.minDuration, settings.maxDuration);
    double duration = Math.rint(seconds * 1000) / 1000;
    int language = settings.rates.indexOf(pick(settings.rates, rng));
    double rate =
        clip(settings.rates.get(language).quantile(open(rng)), settings.minRate, settings.maxRate);
    if (rng.nextDouble() < settings.brokenShare) {
      rate =
          settings.brokenMinRate
              + (settings.brokenMaxRate - settings.brokenMinRate) * rng.nextDouble();
    }
    int tokens = (int) Math.max(1, Math.rint(rate * duration));
    String text = withText ? words(tokens, rng) : "";
    return new Cut(
        "cut-" + index, duration, tokens, text, settings.languages.get(language), Map.of());
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
