package dev.stretto.samplers.batching;

/**
 * Best-fit in O(log C) per item, C the size of a bin: a segment tree over room left, 64 children a
 * node, one bit a child, so that the least room that suffices is three steps away (OLMo-core uses a
 * binary tree). Where C exceeds the leaves, a leaf holds a stretch of rooms and is searched
 * through, so that the choice stays exact.
 */
final class PackBestTree {
  private static final int DEPTH = 3;

  private final long limit;
  private final long smallest;
  private final int shift;
  private final long[][] levels = new long[DEPTH][];
  // bins of a leaf as a linked list of bin + 1, 0 its end
  private final int[] head;
  private final int[] next;
  private final long[] room;
  private int opened;

  /** Bins whose room falls below the smallest item are full and leave the tree. */
  PackBestTree(long limit, long smallest, int items) {
    this.limit = limit;
    this.smallest = smallest;
    int bits = Long.SIZE - Long.numberOfLeadingZeros(limit);
    shift = Math.max(0, bits - 6 * DEPTH);
    int words = (int) (limit >>> shift) + 1;
    head = new int[words];
    for (int level = 0; level < DEPTH; level++) {
      words = (words + 63) >>> 6;
      levels[level] = new long[words];
    }
    next = new int[items];
    room = new long[items];
  }

  /** Puts an item into the fullest bin with enough room, or a new one; returns the bin. */
  int take(long size) {
    int bin = remove(size);
    if (bin < 0) {
      bin = opened++;
      room[bin] = limit;
    }
    room[bin] -= size;
    if (room[bin] >= smallest) {
      insert(bin);
    }
    return bin;
  }

  private void insert(int bin) {
    int leaf = (int) (room[bin] >>> shift);
    next[bin] = head[leaf];
    head[leaf] = bin + 1;
    for (long[] level : levels) {
      level[leaf >>> 6] |= 1L << leaf;
      leaf >>>= 6;
    }
  }

  /** Takes out the bin with the least room of at least a size; -1 where there is none. */
  private int remove(long size) {
    int leaf = leafFrom((int) (size >>> shift));
    if (leaf < 0) {
      return -1;
    }
    int before = leastBefore(leaf, size);
    if (before < 0) {
      // all rooms of the first leaf are just below the size; any room of the next leaf suffices
      leaf = leafFrom(leaf + 1);
      if (leaf < 0) {
        return -1;
      }
      before = leastBefore(leaf, size);
    }
    int bin = (before == 0 ? head[leaf] : next[before - 1]) - 1;
    if (before == 0) {
      head[leaf] = next[bin];
    } else {
      next[before - 1] = next[bin];
    }
    if (head[leaf] == 0) {
      clear(leaf);
    }
    return bin;
  }

  /** The list entry before the bin of least sufficient room, 0 for the head, -1 for none. */
  private int leastBefore(int leaf, long size) {
    long least = Long.MAX_VALUE;
    int found = -1;
    int before = 0;
    for (int entry = head[leaf]; entry != 0; entry = next[entry - 1]) {
      long here = room[entry - 1];
      if (here >= size && here < least) {
        least = here;
        found = before;
        if (shift == 0 || here == size) {
          break;
        }
      }
      before = entry;
    }
    return found;
  }

  private void clear(int leaf) {
    for (long[] level : levels) {
      level[leaf >>> 6] &= ~(1L << leaf);
      if (level[leaf >>> 6] != 0) {
        return;
      }
      leaf >>>= 6;
    }
  }

  /** The first leaf from a number on that holds a bin; -1 where there is none. */
  private int leafFrom(int leaf) {
    int position = leaf;
    for (int level = 0; level < DEPTH; level++) {
      int word = position >>> 6;
      if (word >= levels[level].length) {
        return -1;
      }
      long bits = levels[level][word] & (-1L << position);
      if (bits != 0) {
        position = (word << 6) + Long.numberOfTrailingZeros(bits);
        while (level-- > 0) {
          position = (position << 6) + Long.numberOfTrailingZeros(levels[level][position]);
        }
        return position;
      }
      position = word + 1;
    }
    return -1;
  }
}
