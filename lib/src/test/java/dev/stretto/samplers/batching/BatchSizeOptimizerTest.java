package dev.stretto.samplers.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.tensor.Rng;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchSizeOptimizerTest {
  static IntStream seeds() {
    return IntStream.range(0, 120);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theAnswerSurvivesAndAFailureIsNear(int seed) {
    Rng rng = new Rng(seed);
    int limit = 1 + (int) Math.exp(rng.nextDouble() * Math.log(60_000));
    int start = 1 + rng.nextInt(3000);
    double gap = rng.nextInt(3) == 0 ? 0 : .05;
    List<Integer> tried = new ArrayList<>();
    BatchSizeOptimizer.Probe probe = (shape, b) -> tried.add(b) && b <= limit;
    int size =
        new BatchSizeOptimizer(probe, start, gap, 12)
            .search(DurationBins.of(10))
            .sizes()
            .getFirst();
    int least = tried.stream().filter(b -> b > limit).min(Integer::compare).orElse(-1);
    assertTrue(size <= limit && tried.contains(size));
    assertTrue(least - size <= Math.max(1, gap * least), size + " survives, " + least + " fails");
    assertTrue(tried.stream().allMatch(b -> b >= 1));
    double range = Math.max(limit, start) / (double) Math.min(limit, start);
    double bound = 2 * Math.log(Math.max(range, limit)) / Math.log(2) + 3;
    assertTrue(tried.size() <= bound, tried + " is more than " + bound);
    assertEquals(tried.size(), tried.stream().distinct().count());
  }

  private static BatchSizeOptimizer exact(BatchSizeOptimizer.Probe probe) {
    return new BatchSizeOptimizer(probe, 32, 0, 12);
  }

  @Test
  void binsGoFromTheLargestEachFromTwiceTheAnswerBefore() {
    List<String> tried = new ArrayList<>();
    BatchSizeOptimizer.Probe probe =
        (shape, b) -> {
          tried.add(shape.bin() + ":" + b);
          return b * shape.seconds() <= 100;
        };
    BucketProfile profile = exact(probe).search(DurationBins.of(5, 10, 20));
    assertEquals(List.of(20, 10, 5), profile.sizes());
    List<String> expected = List.of("2:32", "2:16", "2:8", "2:4", "2:6", "2:5", "1:10");
    assertEquals(expected, tried.subList(0, 7));
    assertEquals("0:20", tried.stream().filter(t -> t.startsWith("0:")).findFirst().orElse(""));
    assertEquals(tried.size(), profile.totalProbes());
    assertEquals(
        List.of(new BinShape(0, 5, 60), new BinShape(1, 10, 120), new BinShape(2, 20, 240)),
        profile.shapes());
  }

  @Test
  void equalNeighboursMergeInOneDimensionOnly() {
    BatchSizeOptimizer.Probe probe = (shape, b) -> b <= (shape.seconds() > 3 ? 4 : 9);
    BatchSizeOptimizer optimizer = exact(probe);
    BucketProfile profile = optimizer.search(DurationBins.of(1, 2, 3, 4, 5));
    assertEquals("[3.0, 5.0]", profile.bins().toString());
    assertEquals(List.of(9, 4), profile.sizes());
    DurationBins2d pairs = DurationBins2d.of(new double[] {1, 1}, new double[] {2, 1});
    assertEquals(List.of(9, 9), optimizer.search(pairs).sizes());
    assertEquals(pairs, optimizer.search(pairs).bins());
  }

  @Test
  void aProbeThatAlwaysSurvivesEndsAtTheLimit() {
    BatchSizeOptimizer optimizer = new BatchSizeOptimizer((shape, b) -> true, 32, 0, 12);
    assertEquals(List.of(1 << 16), optimizer.search(DurationBins.of(1)).sizes());
  }

  @Test
  void aBinThatDoesNotSurviveOneCutIsNamed() {
    BatchSizeOptimizer optimizer = BatchSizeOptimizer.of((shape, b) -> shape.seconds() < 30);
    DurationBins bins = DurationBins.of(10, 40);
    assertEquals(
        "bin 1 (40.0 s, 480 tokens) does not survive batch size 1, expected a smaller model or bin",
        assertThrows(IllegalStateException.class, () -> optimizer.search(bins)).getMessage());
  }

  @Test
  void settingsOutOfRangeAreRefused() {
    BatchSizeOptimizer.Probe probe = (shape, b) -> true;
    assertThrows(IllegalArgumentException.class, () -> new BatchSizeOptimizer(probe, 0, 0, 12));
    assertThrows(IllegalArgumentException.class, () -> new BatchSizeOptimizer(probe, 1, 1, 12));
    assertThrows(
        IllegalArgumentException.class, () -> new BatchSizeOptimizer(probe, 1, 0, Double.NaN));
  }
}
