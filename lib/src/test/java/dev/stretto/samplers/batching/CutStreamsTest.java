package dev.stretto.samplers.batching;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.Rng;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CutStreamsTest {
  private static <T> List<T> take(Iterator<T> iterator, int n) {
    List<T> all = new ArrayList<>();
    while (all.size() < n && iterator.hasNext()) {
      all.add(iterator.next());
    }
    return all;
  }

  @Test
  void shardsAreAPartitionOfTheStream() {
    for (int n = 0; n < 20; n++) {
      List<Integer> all = IntStream.range(0, n).boxed().toList();
      for (int world = 1; world < 6; world++) {
        List<Integer> union = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
          List<Integer> share = take(CutStreams.shard(all.iterator(), rank, world), 99);
          int first = rank;
          int stride = world;
          assertTrue(share.stream().allMatch(i -> i % stride == first));
          union.addAll(share);
        }
        assertEquals(new HashSet<>(all), new HashSet<>(union));
        assertEquals(n, union.size());
      }
    }
    assertThrows(
        NoSuchElementException.class, () -> CutStreams.shard(List.of().iterator(), 0, 1).next());
  }

  @Test
  void anEndlessStreamIsTheCorpusInAnotherOrderEachPass() {
    List<Cut> cuts = Cases.cuts(new Rng(1), 50);
    List<Cut> stream = take(CutStreams.endless(cuts, 3), 150);
    for (int pass = 0; pass < 3; pass++) {
      assertEquals(new HashSet<>(cuts), new HashSet<>(stream.subList(50 * pass, 50 * pass + 50)));
    }
    assertNotEquals(stream.subList(0, 50), stream.subList(50, 100));
    assertEquals(stream, take(CutStreams.endless(cuts, 3), 150));
    assertThrows(IllegalArgumentException.class, () -> CutStreams.endless(List.of(), 1));
  }

  private static List<Iterator<String>> sources() {
    return List.of(
        List.of("a1", "a2", "a3", "a4").iterator(),
        List.of("b1").iterator(),
        List.of("c1", "c2").iterator());
  }

  @Test
  void roundRobinLeavesDrySourcesOutOrStops() {
    assertEquals(
        List.of("a1", "b1", "c1", "a2", "c2", "a3", "a4"),
        take(CutStreams.roundRobin(sources(), false), 99));
    assertEquals(List.of("a1", "b1", "c1", "a2"), take(CutStreams.roundRobin(sources(), true), 99));
  }

  @Test
  void weightsAreTheSharesAndEachElementComesOnce() {
    int n = 30_000;
    List<Iterator<Integer>> sources =
        List.of(
            IntStream.generate(() -> 0).iterator(),
            IntStream.generate(() -> 1).iterator(),
            IntStream.generate(() -> 2).iterator());
    int[] counts = new int[3];
    take(CutStreams.weighted(sources, new double[] {1, 2, 7}, 5, false), n)
        .forEach(i -> counts[i]++);
    // 5 standard deviations of a binomial: false alarm 2e-6 for all three
    for (Map.Entry<Integer, Double> share : Map.of(0, .1, 1, .2, 2, .7).entrySet()) {
      double p = share.getValue();
      assertEquals(n * p, counts[share.getKey()], 5 * Math.sqrt(n * p * (1 - p)));
    }
    List<String> all = take(CutStreams.weighted(sources(), new double[] {1, 5, 2}, 5, false), 99);
    assertEquals(7, new HashSet<>(all).size());
    assertEquals(7, all.size());
    assertThrows(
        IllegalArgumentException.class,
        () -> CutStreams.weighted(sources(), new double[] {1, 0, 1}, 5, false));
    assertThrows(
        IllegalArgumentException.class,
        () -> CutStreams.weighted(sources(), new double[] {1, 1}, 5, false));
  }

  @Test
  void zippedBatchesHaveTheMembersOfAll() {
    List<Cut> cuts = Cases.cuts(new Rng(2), 30);
    Iterator<Batch> zipped =
        CutStreams.zip(
            List.of(
                StaticRandom.of(4).build().over(cuts.subList(0, 12).iterator()),
                StaticRandom.of(3).build().over(cuts.subList(12, 30).iterator())));
    List<Batch> batches = take(zipped, 99);
    assertEquals(3, batches.size());
    assertTrue(batches.stream().allMatch(batch -> batch.size() == 7));
    assertEquals(21, Cases.counted(batches).size());
  }

  @Test
  void pessimisticBatchesAreTheWorstByEachMeasure() {
    List<Cut> cuts = Cases.cuts(new Rng(4), 400);
    List<Batch> batches = Cases.batches(DurationCap.of(TimeConstraint.seconds(80)).build(), cuts);
    Map<String, Batch> worst = PessimisticBatches.of(batches.iterator());
    assertEquals(6, worst.size());
    Cut longest =
        cuts.stream().max(java.util.Comparator.comparingDouble(Cut::duration)).orElseThrow();
    assertEquals(
        longest.duration(),
        worst.get("longest cut").cuts().stream().mapToDouble(Cut::duration).max().orElseThrow());
    assertEquals(
        batches.stream().mapToInt(Batch::size).max().orElseThrow(), worst.get("most cuts").size());
    assertEquals(Map.of(), PessimisticBatches.of(List.<Batch>of().iterator()));
  }
}
