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
}
