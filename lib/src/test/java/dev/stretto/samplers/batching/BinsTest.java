package dev.stretto.samplers.batching;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.Rng;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BinsTest {
  static IntStream seeds() {
    return IntStream.range(0, 80);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void binsHoldEqualDurationsUpToOneLongestCut(int seed) {
    Rng rng = new Rng(seed);
    double[] durations = rng.doubles(1 + rng.nextInt(500), .5, 40).toArray();
    int k = 1 + rng.nextInt(durations.length);
    double[] edges = DurationBins.estimate(durations, k).edges();
    assertTrue(edges.length <= k);
    assertEquals(Arrays.stream(durations).max().orElseThrow(), edges[edges.length - 1]);
    double share = Arrays.stream(durations).sum() / k;
    for (int i = 0; i + 1 < edges.length; i++) {
      double low = i == 0 ? 0 : edges[i - 1];
      double high = edges[i];
      double sum = Arrays.stream(durations).filter(d -> low < d && d <= high).sum();
      assertTrue(sum > share - 1e-9 && sum <= share + high + 1e-9, sum + " of " + share);
      assertTrue(low < high);
    }
  }

  @Test
  void halfTheDataAtOneDurationGivesNoEmptyBin() {
    double[] durations = new Rng(1).doubles(2000, .5, 40).map(d -> d > 20 ? 30 : d).toArray();
    DurationBins bins = DurationBins.estimate(durations, 30);
    long[] counts = new long[bins.count()];
    Arrays.stream(durations).forEach(d -> counts[bins.choose(d, 0)]++);
    assertTrue(Arrays.stream(counts).allMatch(n -> n > 0));
    assertEquals(30, bins.edges()[bins.count() - 1]);
    assertTrue(bins.count() < 12);
  }

  @Test
  void aCutAtAnEdgeGoesToTheLowerBin() {
    DurationBins bins = DurationBins.of(2, 4);
    assertEquals(0, bins.choose(2, 0));
    assertEquals(1, bins.choose(Math.nextUp(2.0), 0));
    assertEquals(1, bins.choose(4, 0));
    assertEquals(Bins.TOO_LONG, bins.choose(Math.nextUp(4.0), 0));
    assertEquals(new BinShape(1, 4, 48), bins.shape(1, 12));
    assertEquals("[2.0, 4.0]", bins.toString());
  }

  @Test
  void theExampleOfTheDocumentation() {
    DurationBins2d bins =
        DurationBins2d.of(
            new double[] {10, 5},
            new double[] {10, 10},
            new double[] {20, 12},
            new double[] {20, 18});
    assertEquals(Bins.TOO_MANY_TOKENS, bins.choose(8, 11));
    assertEquals(2, bins.lenient().choose(8, 11));
    assertEquals(1, bins.choose(8, 10));
    assertEquals(
        Bins.TOO_DENSE, DurationBins2d.of(bins.pairs(), new double[] {1, 1, 1, 1}).choose(8, 9));
    assertEquals(new BinShape(3, 20, 18), bins.shape(3, 99));
    assertTrue(
        bins.toString().startsWith("[[10.0, 5.0], [10.0, 10.0], [20.0, 12.0], [20.0, 18.0]]"));
  }

  /** Strict: the first pair of the cut's duration edge with enough tokens; lenient: of any. */
  private static int naive(double[][] pairs, double[] maxTps, boolean lenient, double d, int u) {
    double edge = Arrays.stream(pairs).mapToDouble(p -> p[0]).filter(e -> d <= e).min().orElse(-1);
    if (edge < 0) {
      return Bins.TOO_LONG;
    }
    for (int bin = 0; bin < pairs.length; bin++) {
      if (d <= pairs[bin][0] && u <= pairs[bin][1] && (lenient || pairs[bin][0] == edge)) {
        return lenient || u / d <= maxTps[bin] ? bin : Bins.TOO_DENSE;
      }
    }
    return Bins.TOO_MANY_TOKENS;
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void choiceAgreesWithASearchOverAllBins(int seed) {
    Rng rng = new Rng(seed);
    double[][] pairs =
        IntStream.range(0, 1 + rng.nextInt(60))
            .mapToObj(i -> new double[] {1 + rng.nextInt(12), rng.nextInt(40)})
            .sorted(Arrays::compare)
            .filter(distinct())
            .toArray(double[][]::new);
    double[] maxTps = rng.doubles(pairs.length, 0, 12).toArray();
    DurationBins2d strict = DurationBins2d.of(pairs, maxTps);
    for (int i = 0; i < 500; i++) {
      double d = rng.nextBoolean() ? 1 + rng.nextInt(13) : 13 * (1 - rng.nextDouble());
      int u = rng.nextInt(42);
      assertEquals(naive(pairs, maxTps, false, d, u), strict.choose(d, u));
      assertEquals(naive(pairs, maxTps, true, d, u), strict.lenient().choose(d, u));
    }
  }

  private static java.util.function.Predicate<double[]> distinct() {
    List<String> seen = new ArrayList<>();
    return pair -> !seen.contains(Arrays.toString(pair)) && seen.add(Arrays.toString(pair));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void binsOfPairsFollowTheirDefinition(int seed) {
    Rng rng = new Rng(seed);
    List<Cut> cuts = Cases.cuts(rng, 5 + rng.nextInt(400));
    int k = 1 + rng.nextInt(5);
    int subBins = 1 + rng.nextInt(5);
    double threshold = .5 + 4 * rng.nextDouble();
    DurationBins2d bins = DurationBins2d.estimate(cuts, k, subBins, threshold);
    double[][] pairs = bins.pairs();
    double[] oneD = DurationBins.estimate(cuts, k).edges();
    assertArrayEquals(oneD, Arrays.stream(pairs).mapToDouble(p -> p[0]).distinct().toArray());
    double total = cuts.stream().mapToDouble(Cut::duration).sum();
    for (int i = 0; i < oneD.length; i++) {
      double low = i == 0 ? 0 : oneD[i - 1];
      double high = oneD[i];
      List<Cut> all =
          cuts.stream().filter(c -> low < c.duration() && c.duration() <= high).toList();
      double mean = all.stream().mapToDouble(Cut::tokensPerSecond).average().orElseThrow();
      double sigma =
          Math.sqrt(
              all.stream()
                  .mapToDouble(c -> Math.pow(c.tokensPerSecond() - mean, 2))
                  .average()
                  .orElseThrow());
      List<Cut> kept =
          all.stream().filter(c -> c.tokensPerSecond() <= mean + threshold * sigma).toList();
      List<double[]> own = Arrays.stream(pairs).filter(p -> p[0] == high).toList();
      assertEquals(kept.stream().mapToInt(Cut::tokens).max().orElseThrow(), own.getLast()[1]);
      kept.forEach(c -> assertTrue(bins.choose(c) >= 0, c::toString));
      all.stream()
          .filter(c -> c.tokensPerSecond() > mean + threshold * sigma + 1e-6)
          .forEach(c -> assertTrue(bins.choose(c) < 0, c::toString));
      // merged bins have more sub-bins, one for each share of the total they hold
      double hours = all.stream().mapToDouble(Cut::duration).sum();
      assertTrue(own.size() <= subBins * Math.ceil(hours * k / total + 1e-9));
      double share = kept.stream().mapToLong(Cut::tokens).sum() / (double) subBins;
      for (int j = 0; j + 1 < own.size() && hours < 1.5 * total / k; j++) {
        double from = j == 0 ? -1 : own.get(j - 1)[1];
        double to = own.get(j)[1];
        double sum = kept.stream().mapToInt(Cut::tokens).filter(u -> from < u && u <= to).sum();
        assertTrue(sum > share - 1e-6, "sub-bin " + j + " holds " + sum + " of " + share);
      }
    }
  }

  @Test
  void repeatedDurationEdgesBecomeOneBinWithMoreSubBins() {
    List<Cut> cuts =
        IntStream.range(0, 1000)
            .mapToObj(i -> Cut.of("c" + i, i < 500 ? 1 + i % 10 : 30, 50 + i % 100))
            .toList();
    double[][] pairs = DurationBins2d.estimate(cuts, 10, 2).pairs();
    long atThirty = Arrays.stream(pairs).filter(pair -> pair[0] == 30).count();
    assertTrue(atThirty > 10, "30 s holds 85 % of the hours, it has " + atThirty + " sub-bins");
  }

  @Test
  void equalRatesAreNoOutliers() {
    List<Cut> cuts = IntStream.range(1, 100).mapToObj(i -> Cut.of("c" + i, i * .1, i)).toList();
    DurationBins2d bins = DurationBins2d.estimate(cuts, 5, 2, 1e-12);
    assertTrue(cuts.stream().allMatch(cut -> bins.choose(cut) >= 0));
  }

  static Stream<Executable> mistakes() {
    double[] three = {1, 2, 3};
    double[] pair = {10, 5};
    List<Cut> two = List.of(Cut.of("a", 1, 1), Cut.of("b", 2, 2));
    return Stream.of(
        () -> DurationBins.of(),
        () -> DurationBins.of(2, 1),
        () -> DurationBins.of(1, 1),
        () -> DurationBins.of(0),
        () -> DurationBins.of(Double.NaN),
        () -> DurationBins.estimate(three, 4),
        () -> DurationBins.estimate(three, 0),
        () -> DurationBins.estimate(new double[] {1, Double.NaN}, 1),
        () -> DurationBins.estimate(new double[] {1, -1}, 1),
        () -> DurationBins2d.of(),
        () -> DurationBins2d.of(pair, pair),
        () -> DurationBins2d.of(pair, new double[] {5, 9}),
        () -> DurationBins2d.of(new double[] {1}),
        () -> DurationBins2d.of(new double[] {1, 1.5}),
        () -> DurationBins2d.estimate(two, 3, 1),
        () -> DurationBins2d.estimate(two, 1, 0),
        () -> DurationBins2d.estimate(two, 1, 1, 0),
        () -> TimeConstraint.seconds(Double.NaN),
        () -> TimeConstraint.seconds(0),
        () -> TimeConstraint.seconds(1).withQuadratic(0),
        () -> FixedBatchSizes.of(),
        () -> FixedBatchSizes.of(3, 0),
        () -> StaticRandom.of(0),
        () -> StaticRandom.of(1).buffer(0),
        () -> StaticRandom.of(1).syncBuckets(2, 2),
        () -> StaticRandom.of(1).maxTps(0));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void aMistakeGivesOneSentenceWithFieldAndValue(Executable mistake) {
    String message = assertThrows(IllegalArgumentException.class, mistake).getMessage();
    assertTrue(message.matches("[\\w\\[\\] ]+ (is|has) .*, expected .*"), message);
  }
}
