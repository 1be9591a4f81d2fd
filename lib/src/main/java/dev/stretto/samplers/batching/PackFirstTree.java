package dev.stretto.samplers.batching;

import java.util.Arrays;

/**
 * First-fit in O(log bins) per item: a segment tree over bins, whose nodes hold the largest room
 * below them. Bins not opened yet are leaves with all their room.
 */
final class PackFirstTree {
  private final long[] room;
  private final int leaves;

  PackFirstTree(int bins, long limit) {
    leaves = Integer.highestOneBit(Math.max(1, bins - 1)) * 2;
    room = new long[2 * leaves];
    Arrays.fill(room, limit);
  }

  /** Puts an item into the first bin with enough room; returns the bin. */
  int take(long size) {
    if (room[1] < size) {
      throw new IllegalStateException("no bin among " + leaves + " has room for " + size);
    }
    int node = 1;
    while (node < leaves) {
      node = room[2 * node] >= size ? 2 * node : 2 * node + 1;
    }
    int bin = node - leaves;
    room[node] -= size;
    for (node >>= 1; node > 0; node >>= 1) {
      room[node] = Math.max(room[2 * node], room[2 * node + 1]);
    }
    return bin;
  }
}
