package dev.stretto.samplers.serving;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Closes the holes that finished requests leave between live slots, with as few moves as possible
 * (flover, arXiv 2305.13484, "memory shuffle").
 */
public final class SlotCompactor {
  private SlotCompactor() {}

  /**
   * One request's whole slot (keys, values, ids, length, generator) goes from a place to another.
   *
   * @param from a live slot
   * @param to a free slot
   */
  public record Move(int from, int to) {}

  /**
   * The moves after which the live slots are contiguous. Let k be their number: a window of k slots
   * slides over the buffer from slot 0, its cost is the number of live slots outside, the cheapest
   * window wins and the first of equals. The live slots outside go, in index order, into the holes
   * inside, in index order; so the number of moves is k less the most live slots in any window of
   * k.
   *
   * @param live the occupied slots
   * @return the moves in the order in which they may be made, none where there is no hole
   */
  public static List<Move> plan(BitSet live) {
    int k = live.cardinality();
    int start = 0;
    int inside = live.get(0, k).cardinality();
    int best = inside;
    for (int w = 1; w + k <= live.length(); w++) {
      inside += (live.get(w + k - 1) ? 1 : 0) - (live.get(w - 1) ? 1 : 0);
      if (inside > best) {
        best = inside;
        start = w;
      }
    }
    List<Move> moves = new ArrayList<>(k - best);
    int hole = live.nextClearBit(start);
    for (int slot = live.nextSetBit(0); slot >= 0; slot = live.nextSetBit(slot + 1)) {
      if (slot < start || slot >= start + k) {
        moves.add(new Move(slot, hole));
        hole = live.nextClearBit(hole + 1);
      }
    }
    return moves;
  }
}
