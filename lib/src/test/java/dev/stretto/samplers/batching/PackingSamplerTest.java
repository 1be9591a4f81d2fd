package dev.stretto.samplers.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The streaming packer: exactly once, never over budget, full bins, balance, continuation. */
class PackingSamplerTest {

  @ParameterizedTest
  @EnumSource(Packing.class)
  void eachCutComesOutOnceAndNoBatchIsOverBudget(Packing packing) {
    for (long seed = 0; seed < 60; seed++) {
      Rng rng = SeedTree.of(seed).child("settings").rng();
      List<Cut> cuts = cuts(rng.nextInt(700), seed);
      PackBudget budget = centiseconds(4_000 + rng.nextInt(20_000));
      var sampler =
          new PackingSampler(packing, budget, 1 + rng.nextInt(200), seed)
              .balanced(1 + rng.nextInt(9), PackingSamplerTest::squared);
      Set<String> seen = new HashSet<>();
      for (Batch batch : drain(sampler, cuts)) {
        long total = batch.cuts().stream().mapToLong(budget.size()).sum();
        assertTrue(total <= budget.limit(), "seed " + seed + ": " + total);
        for (Cut cut : batch.cuts()) {
          assertTrue(seen.add(cut.id()), "twice, seed " + seed);
        }
      }
      assertEquals(cuts.size(), seen.size(), "seed " + seed);
      assertEquals(cuts.size(), sampler.report().cuts(), "seed " + seed);
    }
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void binsAreWithinOnePercentOfTheLowerBound(Packing packing) {
    List<Cut> cuts = cuts(100_000, 1);
    var sampler = new PackingSampler(packing, centiseconds(60_000), 20_000, 1);
    int bins = drain(sampler, cuts).size();
    PackingReport report = sampler.report();
    assertEquals(bins, report.bins());
    assertEquals(cuts.stream().mapToLong(centiseconds(60_000).size()).sum(), report.total());
    assertTrue(report.overLowerBound() <= 1.01, packing + ": " + report.overLowerBound());
  }

  @Test
  void noPartialBinComesOutBeforeTheEnd() {
    // some 13 bins a buffer: a partial one of each would cost 4 %
    var sampler = new PackingSampler(Packing.BEST_FIT_DECREASING, centiseconds(60_000), 1_000, 1);
    drain(sampler, cuts(50_000, 2));
    double over = sampler.report().overLowerBound();
    assertTrue(over <= 1.005, "bins over the lower bound: " + over);
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void squaredLengthsAreBalancedOverFourRanks(Packing packing) {
    var sampler =
        new PackingSampler(packing, centiseconds(60_000), 20_000, 3)
            .balanced(8, PackingSamplerTest::squared);
    List<Batch> batches = drain(sampler, cuts(100_000, 3));
    double mean = 0;
    double max = 0;
    for (int step = 0; step + 4 <= batches.size(); step += 4) {
      double[] loads =
          batches.subList(step, step + 4).stream()
              .mapToDouble(b -> b.cuts().stream().mapToDouble(PackingSamplerTest::squared).sum())
              .toArray();
      max += Arrays.stream(loads).max().orElseThrow();
      mean += Arrays.stream(loads).average().orElseThrow();
    }
    assertTrue(max / mean <= 1.05, packing + ": " + max / mean);
  }

  @Test
  void theSeedDecidesTheOrder() {
    List<Cut> cuts = cuts(3_000, 5);
    assertTrue(drain(sampler(7), cuts).equals(drain(sampler(7), cuts)), "same seed");
    assertFalse(drain(sampler(7), cuts).equals(drain(sampler(8), cuts)), "other seed");
  }

  @Test
  void anEpochLeavesThePackerEmpty() {
    PackingSampler sampler = sampler(7);
    drain(sampler, cuts(700, 1));
    assertEquals(List.of(), drain(sampler, List.of()));
  }

  @Test
  void anOversizeCutIsRefusedWithASentenceOrGetsABinOfItsOwn() {
    Cut large = Cut.of("talk-3", 90.5, 10);
    PackingSampler strict = sampler(1);
    var refusal =
        assertThrows(IllegalArgumentException.class, () -> strict.offer(large, batch -> {}));
    assertEquals("cut 'talk-3' has 9050 centiseconds, expected 1 to 9000", refusal.getMessage());
    PackingSampler lenient = sampler(1).oversize(PackingSampler.Oversize.OWN_BIN);
    List<Batch> batches = drain(lenient, List.of(Cut.of("a", 1, 1), large, Cut.of("b", 1, 1)));
    assertEquals(2, batches.size());
    assertEquals(List.of(large), batches.getFirst().cuts());
    assertEquals(1, lenient.report().oversize());
    assertEquals(2, lenient.report().cuts());
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new PackingSampler(Packing.BEST_FIT, new PackBudget("tokens", 9, Cut::tokens), 5, 1)
                .offer(Cut.of("empty", 1, 0), batch -> {}));
  }

  private static PackingSampler sampler(long seed) {
    return new PackingSampler(Packing.BEST_FIT_DECREASING, centiseconds(9_000), 500, seed)
        .balanced(4, PackingSamplerTest::squared);
  }

  private static PackBudget centiseconds(long limit) {
    return new PackBudget("centiseconds", limit, cut -> Math.round(cut.duration() * 100));
  }

  private static long squared(Cut cut) {
    return Math.round(cut.duration() * cut.duration() * 10_000);
  }

  private static List<Batch> drain(PackingSampler sampler, List<Cut> cuts) {
    List<Batch> batches = new ArrayList<>();
    sampler.over(cuts.iterator()).forEachRemaining(batches::add);
    return batches;
  }

  /** Log-normal durations, 0.5 to 40 s, mean about 7.9 s. */
  private static List<Cut> cuts(int count, long seed) {
    Rng rng = SeedTree.of(seed).child("cuts").rng();
    List<Cut> cuts = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      double seconds = Math.exp(1.8 + .75 * rng.nextGaussian());
      cuts.add(Cut.of("cut-" + i, Math.clamp(seconds, .5, 40), 1 + rng.nextInt(200)));
    }
    return cuts;
  }
}
