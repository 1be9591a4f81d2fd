package dev.stretto.samplers.batching;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Bin packing: items of given sizes into as few bins of equal size as possible. All of these are
 * greedy, need O(log) per item (modified first-fit scans a bit set, too), and never overfill a bin.
 * With OPT the least possible number of bins (Coffman, Csirik, Galambos, Martello and Vigo, "Bin
 * packing approximation algorithms: survey", 2013):
 */
public enum Packing {
  /**
   * Largest item first, into the first bin where it fits: at most 11/9 OPT + 6/9 bins (Dosa, 2007).
   */
  FIRST_FIT_DECREASING,

  /**
   * Largest item first, into the fullest bin where it fits: asymptotically the same 11/9 OPT
   * (Johnson, 1973).
   */
  BEST_FIT_DECREASING,

  /**
   * First-fit decreasing that pairs items above half a bin with items above a third or a sixth
   * first: at most 71/60 OPT + 1 bins (Johnson and Garey, 1985; the 1 is Yue and Zhang's, 1995).
   */
  MODIFIED_FIRST_FIT_DECREASING,

  /**
   * Items as they come, each into the fullest bin where it fits: at most 17/10 OPT bins (Dosa and
   * Sgall, 2014), and the only one whose bins are not sorted by length.
   */
  BEST_FIT;

  /**
   * Packs items into bins.
   *
   * @param sizes one size an item, each in 1..limit; not changed
   * @param limit the size of a bin; limit times the number of items must stay below 2^62
   * @return the bin of each item; bins are numbered from 0 without gaps
   */
  public int[] pack(long[] sizes, long limit) {
    if (limit < 1 || limit >= (1L << 62) / Math.max(1, sizes.length)) {
      throw new IllegalArgumentException(
          "limit is %d for %d items, expected 1 or more, and below 2^62 in all"
              .formatted(limit, sizes.length));
    }
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] < 1 || sizes[i] > limit) {
        throw new IllegalArgumentException(
            "size of item %d is %d, expected 1 to %d".formatted(i, sizes[i], limit));
      }
    }
    return switch (this) {
      case FIRST_FIT_DECREASING ->
          firstFit(sizes, descending(sizes, limit), limit, 0, new int[sizes.length]);
      case BEST_FIT_DECREASING -> bestFit(sizes, descending(sizes, limit), limit);
      case MODIFIED_FIRST_FIT_DECREASING ->
          new PackModifiedFirstFit(sizes, descending(sizes, limit), limit).bins();
      case BEST_FIT -> bestFit(sizes, IntStream.range(0, sizes.length).toArray(), limit);
    };
  }

  /** Item numbers, largest size first, ties by number: one sort of primitive keys. */
  private static int[] descending(long[] sizes, long limit) {
    int n = sizes.length;
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, n));
    long[] keys = new long[n];
    for (int i = 0; i < n; i++) {
      keys[i] = (limit - sizes[i]) << bits | i;
    }
    Arrays.sort(keys);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = (int) (keys[i] & ((1L << bits) - 1));
    }
    return order;
  }

  /** First-fit of the items of an order that have no bin yet, into bins from a first one on. */
  static int[] firstFit(long[] sizes, int[] order, long limit, int firstBin, int[] bins) {
    long total = 0;
    for (int item : order) {
      total += sizes[item];
    }
    // any two neighbours hold more than one limit together, else first-fit had merged them
    long most = Math.min(order.length, 2 * (total / limit) + 2);
    var open = new PackFirstTree((int) Math.max(1, most), limit);
    for (int item : order) {
      bins[item] = firstBin + open.take(sizes[item]);
    }
    return bins;
  }

  /** Best-fit: of bins with equal room the one that was filled last. */
  private static int[] bestFit(long[] sizes, int[] order, long limit) {
    long smallest = Arrays.stream(sizes).min().orElse(1);
    TreeMap<Long, Deque<Integer>> binsByRoom = new TreeMap<>();
    int[] bins = new int[sizes.length];
    int opened = 0;
    for (int item : order) {
      Map.Entry<Long, Deque<Integer>> tightest = binsByRoom.ceilingEntry(sizes[item]);
      long room = (tightest == null ? limit : tightest.getKey()) - sizes[item];
      bins[item] = tightest == null ? opened++ : tightest.getValue().pop();
      if (tightest != null && tightest.getValue().isEmpty()) {
        binsByRoom.remove(tightest.getKey());
      }
      if (room >= smallest) { // else it is full
        binsByRoom.computeIfAbsent(room, _ -> new ArrayDeque<>(2)).push(bins[item]);
      }
    }
    return bins;
  }
}
