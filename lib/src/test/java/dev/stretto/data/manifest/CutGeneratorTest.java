package dev.stretto.data.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Iterator;
import java.util.List;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The generator against its closed forms. Each statistical check has a false-alarm rate below 1e-8
 * (seeds are fixed, so a pass stays a pass).
 */
class CutGeneratorTest {
  private static final int N = 200_000;

  /** Dvoretzky, Kiefer and Wolfowitz: P(sup |F_n - F| > eps) <= 2 exp(-2 n eps^2) = 1e-8. */
  private static final double EPSILON = Math.sqrt(Math.log(2 / 1e-8) / (2.0 * N));

  private static final NormalDistribution NORMAL = new NormalDistribution();

  /** Six standard deviations: two-sided 2e-9. */
  private static void assertShare(double expected, double measured, int n) {
    double sigma = Math.sqrt(expected * (1 - expected) / n);
    assertEquals(expected, measured, 6 * sigma);
  }

  /** Share of cuts at or below so many seconds: the mixture's closed form, clipped. */
  private static double cdf(CutGenerator generator, double seconds) {
    if (seconds < CutGenerator.MIN_DURATION || seconds >= CutGenerator.MAX_DURATION) {
      return seconds < CutGenerator.MIN_DURATION ? 0 : 1;
    }
    return generator.durations().stream()
        .mapToDouble(
            d ->
                d.weight()
                    * NORMAL.cumulativeProbability(Math.log(seconds / d.median()) / d.logSigma()))
        .sum();
  }

  @ParameterizedTest
  @ValueSource(longs = 1)
  void durationsFollowTheMixtureToTheDkwBound(long seed) {
    for (CutGenerator generator :
        List.of(CutGenerator.canary(seed), CutGenerator.benchmark(seed))) {
      double[] sorted = generator.list(N).stream().mapToDouble(Cut::duration).sorted().toArray();
      assertEquals(.5, sorted[0], 1e-9);
      assertEquals(40, sorted[N - 1], 1e-9);
      double worst = 0;
      for (int i = 0; i < N; i++) {
        // rounding to the millisecond moves a step by half of one
        double below = cdf(generator, sorted[i] - .0006);
        double above = cdf(generator, sorted[i] + .0006);
        worst = Math.max(worst, Math.max((double) i / N - above, below - (i + 1.0) / N));
      }
      assertTrue(worst < EPSILON, "seed " + seed + ": sup |F_n - F| = " + worst + " > " + EPSILON);
    }
  }

  /** The specification's numbers once more: shares of cuts up to 1, 2.5, 8, 15 and 25 s. */
  @Test
  void theClosedFormIsThatOfTheSpecification() {
    double[] weights = {.35, .45, .20};
    double[] medians = {2.5, 8, 15};
    double[] sigmas = {.45, .50, .25};
    for (double seconds : new double[] {1, 2.5, 8, 15, 25}) {
      double expected = 0;
      for (int i = 0; i < 3; i++) {
        double z = Math.log(seconds / medians[i]) / sigmas[i];
        expected += weights[i] * NORMAL.cumulativeProbability(z);
      }
      assertEquals(expected, cdf(CutGenerator.canary(1), seconds), 1e-12);
    }
  }

  @Test
  void languagesBrokenTranscriptsAndRatesHaveTheirShares() {
    List<Cut> cuts = CutGenerator.canary(3).list(N);
    List<Cut> english = cuts.stream().filter(cut -> cut.language().equals("en")).toList();
    assertShare(.6, (double) english.size() / N, N);
    // durations above 5 s keep the rounding of tokens away from the edges of the rates
    List<Cut> longer = cuts.stream().filter(cut -> cut.duration() > 5).toList();
    long broken = longer.stream().filter(cut -> cut.tokensPerSecond() > 16).count();
    assertShare(.003, (double) broken / longer.size(), longer.size());
    assertTrue(
        longer.stream()
            .allMatch(cut -> cut.tokensPerSecond() < 14.2 || cut.tokensPerSecond() > 17.8));
    long above =
        english.stream()
            .filter(c -> c.duration() > 5 && c.tokensPerSecond() > 4.5 + .5 / c.duration())
            .count();
    long at =
        english.stream()
            .filter(c -> c.duration() > 5 && c.tokensPerSecond() >= 4.5 - .5 / c.duration())
            .count();
    double n = english.stream().filter(c -> c.duration() > 5).count();
    double median = .5 * .997 + .003;
    double slack = 6 * Math.sqrt(.25 / n);
    assertTrue(above / n < median + slack && at / n > median - slack, above / n + " to " + at / n);
  }

  @Test
  void theBenchmarkHasTheMeanThatLhotseWasMeasuredOn() {
    double mean =
        CutGenerator.benchmark(4).list(N).stream()
            .mapToDouble(Cut::duration)
            .average()
            .orElseThrow();
    // closed form 7.903; standard deviation 4.9, so six standard errors are .066
    assertEquals(7.903, mean, .066);
  }

  @Test
  void cutsDependOnSeedAndNumberOnly() {
    CutGenerator generator = CutGenerator.canary(5);
    List<Cut> list = generator.list(100);
    assertEquals(list.get(77), generator.cut(77));
    Iterator<Cut> stream = generator.stream(100);
    list.forEach(cut -> assertEquals(cut, stream.next()));
    assertTrue(!stream.hasNext());
    for (int i = 0; i < 100; i++) {
      Cut silent = list.get(i);
      Cut spoken = generator.withText().cut(i);
      assertEquals(
          silent,
          new Cut(
              spoken.id(),
              spoken.duration(),
              spoken.tokens(),
              "",
              spoken.language(),
              spoken.extra()));
      assertEquals(
          spoken.tokens(), spoken.text().replace(" ", "").length() / 2, "a syllable a token");
    }
  }
}
