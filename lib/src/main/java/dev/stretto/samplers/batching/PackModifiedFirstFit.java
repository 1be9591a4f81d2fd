package dev.stretto.samplers.batching;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Modified first-fit decreasing (Johnson and Garey, "A 71/60 theorem for bin packing", 1985). Items
 * are large (above 1/2 of a bin), medium (above 1/3), small (above 1/6) or tiny. Items are handled
 * by their rank in decreasing order; the next free one is found by a scan of a bit set.
 */
final class PackModifiedFirstFit {
  private final long[] sizes;
  private final int[] order;
  private final long limit;
  private final int[] bins;
  private final BitSet free = new BitSet(); // ranks without a bin, and n as "none after"

  PackModifiedFirstFit(long[] sizes, int[] descending, long limit) {
    this.sizes = sizes;
    this.order = descending;
    this.limit = limit;
    bins = new int[sizes.length];
    Arrays.fill(bins, -1);
    free.set(0, sizes.length + 1);
  }

  int[] bins() {
    int large = firstAtMost(limit / 2);
    int medium = firstAtMost(limit / 3);
    int small = firstAtMost(limit / 6);
    long[] room = new long[large];
    boolean[] hasMedium = new boolean[large];
    for (int bin = 0; bin < large; bin++) {
      room[bin] = limit;
      put(bin, bin, room);
    }
    for (int bin = 0; bin < large; bin++) {
      int rank = free.nextSetBit(Math.max(large, firstAtMost(room[bin])));
      if (rank < medium) {
        put(rank, bin, room);
        hasMedium[bin] = true;
      }
    }
    for (int bin = large - 1; bin >= 0; bin--) {
      int least = free.previousSetBit(small - 1);
      int second = least < 0 ? -1 : free.previousSetBit(least - 1);
      if (hasMedium[bin] || second < medium || size(least) + size(second) > room[bin]) {
        continue;
      }
      put(least, bin, room);
      put(free.nextSetBit(Math.max(medium, firstAtMost(room[bin]))), bin, room);
    }
    for (int bin = 0; bin < large; bin++) {
      for (int rank = fitting(room[bin]); rank < order.length; rank = fitting(room[bin])) {
        put(rank, bin, room);
      }
    }
    int[] rest = Arrays.stream(order).filter(item -> bins[item] < 0).toArray();
    return Packing.firstFit(sizes, rest, limit, large, bins);
  }

  private long size(int rank) {
    return sizes[order[rank]];
  }

  private void put(int rank, int bin, long[] room) {
    bins[order[rank]] = bin;
    room[bin] -= size(rank);
    free.clear(rank);
  }

  private int fitting(long room) {
    return free.nextSetBit(firstAtMost(room));
  }

  /** The first rank whose size is at most a bound; n where there is none. */
  private int firstAtMost(long bound) {
    int low = 0;
    int high = order.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (size(middle) <= bound) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }
}
