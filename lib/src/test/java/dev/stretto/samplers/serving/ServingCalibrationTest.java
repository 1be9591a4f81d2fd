package dev.stretto.samplers.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.profilers.VirtualClock;
import dev.stretto.samplers.serving.DecodeScheduler.Eviction;
import dev.stretto.samplers.serving.Workload.Lengths;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The numbers of the specification: 32 requests, 64 tokens, c(B) = 1 + .05 (B - 1). Its values for
 * random arrivals and lengths are single draws (31 exponential gaps alone vary by 18 %), so each
 * must be a plausible draw here: within 400 seeds, the lowest and the highest left out.
 */
class ServingCalibrationTest {
  private static final int N = 32;
  private static final int L = 64;
  private static final int SEEDS = 400;

  private static final DecodeScheduler SEQUENTIAL = DecodeScheduler.sequential();
  private static final DecodeScheduler REORDERING =
      DecodeScheduler.temporalFusion(N, Eviction.MIN_MOVES);
  private static final DecodeScheduler HOLES = DecodeScheduler.temporalFusion(N, Eviction.HOLES);

  private static ServingReport run(DecodeScheduler scheduler, Workload workload) {
    return scheduler.run(workload.draw(), new CountingEngine(N), VirtualClock.linear(.05));
  }

  private static ServingReport dynamic(Workload workload) {
    double timeout = .25 * workload.lengths().max();
    return run(DecodeScheduler.dynamicBatching(8, timeout), workload);
  }

  private static Workload poisson(double gap, int seed) {
    return Workload.of(N, Arrivals.poisson(gap * L, seed), Lengths.fixed(L), seed);
  }

  private static void assertPlausible(String what, double quoted, double rounding, double[] draws) {
    Arrays.sort(draws);
    double low = draws[1] - rounding;
    double high = draws[SEEDS - 2] + rounding;
    assertTrue(
        quoted >= low && quoted <= high,
        () -> "%s: %s quoted, %s to %s over seeds".formatted(what, quoted, low, high));
  }

  @Test
  void equalRequestsAtOnceTakeTheClosedForms() {
    Workload workload = poisson(0, 1);
    ServingReport sequential = run(SEQUENTIAL, workload);
    ServingReport fused = run(REORDERING, workload);
    ServingReport instances = run(DecodeScheduler.concurrentInstances(N), workload);
    ServingReport dynamic = dynamic(workload);
    assertEquals(2048, sequential.iterations());
    assertEquals(2048, sequential.makespan());
    assertEquals(64, fused.iterations());
    assertEquals(64 * 2.55, fused.makespan(), 1e-9);
    assertEquals(1, fused.usefulShare());
    assertEquals(2.55, fused.meanLatency(), 1e-9);
    assertEquals(32, fused.meanOverlap(), 1e-9);
    // four batches of eight
    assertEquals(4 * 64 * 1.35, dynamic.makespan(), 1e-9);
    assertEquals(1.35 * (1 + 2 + 3 + 4) / 4, dynamic.meanLatency(), 1e-9);
    // n instances: a round costs n
    assertEquals(2048, instances.iterations());
    assertEquals(2048, instances.makespan());
    assertEquals(32, instances.meanLatency());
    assertEquals(16.5, sequential.meanLatency());
  }

  @ParameterizedTest
  @CsvSource({
    // gap, iterations, speedup over sequential
    "0.01, 80, 11.5",
    "0.02, 89, 10.9",
    "0.05, 154, 8.2",
    "0.1, 186, 7.3",
    "0.2, 479, 3.7",
    "0.5, 1039, 1.7",
    "1.0, 1255, 1.2",
  })
  void theSpecificationsDrawsArePlausibleHere(double gap, double iterations, double speedup) {
    double[] iterationsHere = new double[SEEDS];
    double[] speedupHere = new double[SEEDS];
    for (int seed = 0; seed < SEEDS; seed++) {
      Workload workload = poisson(gap, seed);
      ServingReport fused = run(REORDERING, workload);
      iterationsHere[seed] = fused.iterations();
      speedupHere[seed] = run(SEQUENTIAL, workload).makespan() / fused.makespan();
    }
    assertPlausible("iterations", iterations, 0, iterationsHere);
    assertPlausible("speedup", speedup, .05, speedupHere);
  }

  @Test
  void theSpeedupFallsMonotonicallyWithTheGapTowardsOne() {
    double[] gaps = {0, .01, .02, .05, .1, .2, .5, 1};
    double[] speedup = new double[gaps.length];
    double[] overDynamic = new double[gaps.length];
    double[] latency = new double[gaps.length];
    double[] dynamicLatency = new double[gaps.length];
    int seeds = 100;
    for (int i = 0; i < gaps.length; i++) {
      for (int seed = 0; seed < seeds; seed++) {
        Workload workload = poisson(gaps[i], seed);
        ServingReport fused = run(REORDERING, workload);
        ServingReport dynamic = dynamic(workload);
        speedup[i] += run(SEQUENTIAL, workload).makespan() / fused.makespan() / seeds;
        overDynamic[i] += dynamic.makespan() / fused.makespan() / seeds;
        latency[i] += fused.meanLatency() / seeds;
        dynamicLatency[i] += dynamic.meanLatency() / seeds;
      }
    }
    for (int i = 1; i < gaps.length; i++) {
      assertTrue(speedup[i] < speedup[i - 1], Arrays.toString(speedup));
      assertTrue(overDynamic[i] < overDynamic[i - 1], Arrays.toString(overDynamic));
      assertTrue(latency[i] < latency[i - 1], Arrays.toString(latency));
    }
    int last = gaps.length - 1;
    assertEquals(12.6, speedup[0], .06);
    assertEquals(1.2, speedup[last], .1);
    assertEquals(2.1, overDynamic[0], .05);
    assertEquals(1.0, overDynamic[last], .05);
    assertEquals(2.6, latency[0], .06);
    assertEquals(1.06, latency[last], .03);
    assertEquals(3.4, dynamicLatency[0], .05);
    assertEquals(1.5, dynamicLatency[last], .05);
  }

  @ParameterizedTest
  @CsvSource({"64, .66, 1.18", "128, .63, 1.25", "256, .61, 1.28"})
  void randomLengthsWasteWhatTheSpecificationSays(int max, double useful, double gain) {
    // the specification does not say how they arrive: its values are those of a gap of about one
    // iteration; all at once gives .60 and 1.31 for every max (the test below)
    int seeds = 200;
    double usefulHere = 0;
    double dynamicHere = 0;
    double gainHere = 0;
    for (int seed = 0; seed < seeds; seed++) {
      Workload workload = Workload.of(N, Arrivals.poisson(1, seed), Lengths.uniform(max), seed);
      ServingReport holes = run(HOLES, workload);
      ServingReport reordering = run(REORDERING, workload);
      assertEquals(1, reordering.usefulShare());
      assertTrue(reordering.slotSteps() <= .9 * holes.slotSteps(), "seed " + seed);
      usefulHere += holes.usefulShare() / seeds;
      dynamicHere += dynamic(workload).usefulShare() / seeds;
      gainHere += holes.makespan() / reordering.makespan() / seeds;
    }
    assertEquals(useful, usefulHere, .03);
    assertEquals(.58, dynamicHere, .03);
    assertEquals(gain, gainHere, .03);
  }

  private static Workload uniform(int max, int seed) {
    return Workload.of(N, Arrivals.atOnce(), Lengths.uniform(max), seed);
  }

  @Test
  void meanUsefulShareWithoutReorderingIsThatOfOrderStatistics() {
    // a slot is computed while live or between two live ones; L large, time t in shares of L:
    // span of k live among n is (n+1)(k-1)/(k+1) on average, k ~ Binomial(n, 1-t)
    double tokens = N / 2.0;
    double steps = 0;
    int grid = 20000;
    for (int i = 0; i < grid; i++) {
      double p = (i + .5) / grid;
      double probability = Math.pow(1 - p, N);
      for (int k = 0; k <= N; k++) {
        double span = k == 0 ? 0 : 1 + (k - 1) * (N + 1.0) / (k + 1);
        steps += probability * span / grid;
        probability *= (N - k) / (k + 1.0) * p / (1 - p);
      }
    }
    double mean = 0;
    for (int seed = 0; seed < 300; seed++) {
      mean += run(HOLES, uniform(256, seed)).usefulShare() / 300;
    }
    // 300 runs with a standard deviation of about .03: .007 is four standard errors
    assertEquals(tokens / steps, mean, .007);
  }
}
