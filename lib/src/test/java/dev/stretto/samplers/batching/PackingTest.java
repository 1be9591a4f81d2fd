package dev.stretto.samplers.batching;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The packers against brute force, naive twins and their proven bounds. */
class PackingTest {

  @ParameterizedTest
  @EnumSource(Packing.class)
  void everyItemLiesInOneBinAndNoBinIsOverfull(Packing packing) {
    for (long seed = 0; seed < 300; seed++) {
      Rng rng = SeedTree.of(seed).child("any").rng();
      long limit = 1L + rng.nextLong(1L << (1 + rng.nextInt(40)));
      long[] sizes = randomSizes(rng, rng.nextInt(200), limit);
      int[] bins = packing.pack(sizes, limit);
      long[] used = used(sizes, bins);
      String where = packing + ", seed " + seed;
      for (long load : used) {
        assertTrue(load >= 1 && load <= limit, where + ": a bin holds " + load + " of " + limit);
      }
      assertTrue(used.length >= lowerBound(sizes, limit), where);
      assertTrue(used.length <= 2 * lowerBound(sizes, limit), where + ": any-fit bound");
    }
  }

  @ParameterizedTest
  @EnumSource(Packing.class)
  void binsStayWithinTheProvenBoundOfTheOptimum(Packing packing) {
    for (long seed = 0; seed < 400; seed++) {
      Rng rng = SeedTree.of(seed).child("tiny").rng();
      long limit = 12L + rng.nextInt(48);
      long[] sizes = randomSizes(rng, 1 + rng.nextInt(9), limit);
      int best = optimum(sizes, limit);
      int bins = used(sizes, packing.pack(sizes, limit)).length;
      double bound =
          switch (packing) {
            case FIRST_FIT_DECREASING, BEST_FIT_DECREASING -> 11.0 / 9 * best + 6.0 / 9;
            case MODIFIED_FIRST_FIT_DECREASING -> 71.0 / 60 * best + 1;
            case BEST_FIT -> 1.7 * best;
          };
      assertTrue(
          bins >= best && bins <= bound,
          packing + ", seed " + seed + ": " + bins + " bins, optimum " + best);
    }
  }

  @Test
  void theSegmentTreesChooseAsTheNaivePackersDo() {
    for (long seed = 0; seed < 300; seed++) {
      Rng rng = SeedTree.of(seed).child("naive").rng();
      long limit = 1L + rng.nextLong(1L << (1 + rng.nextInt(44)));
      long[] sizes = randomSizes(rng, 1 + rng.nextInt(300), limit);
      long[] sorted = sizes.clone();
      Arrays.sort(sorted);
      for (int i = 0; i < sorted.length / 2; i++) {
        long swap = sorted[i];
        sorted[i] = sorted[sorted.length - 1 - i];
        sorted[sorted.length - 1 - i] = swap;
      }
      String where = "seed " + seed + ", limit " + limit;
      assertArrayEquals(
          roomsLeft(sizes, naive(sizes, limit, true), limit),
          roomsLeft(sizes, Packing.BEST_FIT.pack(sizes, limit), limit),
          where);
      assertArrayEquals(
          roomsLeft(sorted, naive(sorted, limit, true), limit),
          roomsLeft(sorted, Packing.BEST_FIT_DECREASING.pack(sorted, limit), limit),
          where);
      assertArrayEquals(
          naive(sorted, limit, false), Packing.FIRST_FIT_DECREASING.pack(sorted, limit), where);
    }
  }

  @Test
  void modifiedFirstFitPairsWhatFirstFitWastes() {
    // optimum 9: six bins 51 + 26 + 23, three bins 27 + 27 + 23 + 23
    long[] sizes = new long[30];
    Arrays.fill(sizes, 0, 6, 51);
    Arrays.fill(sizes, 6, 12, 27);
    Arrays.fill(sizes, 12, 18, 26);
    Arrays.fill(sizes, 18, 30, 23);
    assertEquals(9, lowerBound(sizes, 100));
    assertEquals(11, used(sizes, Packing.FIRST_FIT_DECREASING.pack(sizes, 100)).length);
    assertEquals(10, used(sizes, Packing.MODIFIED_FIRST_FIT_DECREASING.pack(sizes, 100)).length);
  }

  @Test
  void badSizesAreNamed() {
    var tooLarge =
        assertThrows(
            IllegalArgumentException.class, () -> Packing.BEST_FIT.pack(new long[] {3, 11}, 10));
    assertEquals("size of item 1 is 11, expected 1 to 10", tooLarge.getMessage());
    assertThrows(IllegalArgumentException.class, () -> Packing.BEST_FIT.pack(new long[] {0}, 10));
    assertThrows(IllegalArgumentException.class, () -> Packing.BEST_FIT.pack(new long[] {1}, 0));
    assertThrows(
        IllegalArgumentException.class, () -> Packing.BEST_FIT.pack(new long[9], 1L << 60));
    assertEquals(0, Packing.MODIFIED_FIRST_FIT_DECREASING.pack(new long[0], 10).length);
  }

  private static long[] randomSizes(Rng rng, int items, long limit) {
    // few distinct sizes half of the time, so that ties and exact fits occur
    long step = rng.nextBoolean() ? Math.max(1, limit / 12) : 1;
    long most = Math.max(1, limit / (1 + rng.nextInt(6)));
    long[] sizes = new long[items];
    for (int i = 0; i < items; i++) {
      long size = 1 + rng.nextLong(most);
      sizes[i] = Math.min(limit, Math.ceilDiv(size, step) * step);
    }
    return sizes;
  }

  private static long[] used(long[] sizes, int[] bins) {
    long[] used = new long[Arrays.stream(bins).max().orElse(-1) + 1];
    for (int i = 0; i < sizes.length; i++) {
      used[bins[i]] += sizes[i];
    }
    return used;
  }

  /** The room in the chosen bin after each item: bins of equal room are interchangeable. */
  private static long[] roomsLeft(long[] sizes, int[] bins, long limit) {
    long[] used = new long[sizes.length];
    long[] rooms = new long[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      used[bins[i]] += sizes[i];
      rooms[i] = limit - used[bins[i]];
    }
    return rooms;
  }

  private static int[] naive(long[] sizes, long limit, boolean best) {
    long[] room = new long[sizes.length];
    Arrays.fill(room, limit);
    int[] bins = new int[sizes.length];
    for (int i = 0; i < sizes.length; i++) {
      int chosen = -1;
      for (int bin = 0; bin < room.length; bin++) {
        boolean fits = room[bin] >= sizes[i];
        if (fits && (chosen < 0 || (best && room[bin] < room[chosen]))) {
          chosen = bin;
        }
      }
      room[chosen] -= sizes[i];
      bins[i] = chosen;
    }
    return bins;
  }

  private static int optimum(long[] sizes, long limit) {
    return place(sizes, 0, new long[sizes.length], 0, limit, sizes.length);
  }

  /** Tries every bin for every item; a new bin only once, since empty bins are alike. */
  private static int place(long[] sizes, int item, long[] used, int open, long limit, int best) {
    if (open >= best && item < sizes.length) {
      return best;
    }
    if (item == sizes.length) {
      return Math.min(best, open);
    }
    int least = best;
    for (int bin = 0; bin <= open && bin < used.length; bin++) {
      if (used[bin] + sizes[item] <= limit) {
        used[bin] += sizes[item];
        least = place(sizes, item + 1, used, Math.max(open, bin + 1), limit, least);
        used[bin] -= sizes[item];
      }
    }
    return least;
  }

  private static long lowerBound(long[] sizes, long limit) {
    return Math.ceilDiv(Arrays.stream(sizes).sum(), limit);
  }
}
