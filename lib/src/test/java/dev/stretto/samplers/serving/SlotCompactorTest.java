package dev.stretto.samplers.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.samplers.serving.SlotCompactor.Move;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SlotCompactorTest {
  private static final int SLOTS = 10;

  @Test
  void everyPatternOfTenSlotsIsClosedByTheFewestMoves() {
    for (long pattern = 0; pattern < 1 << SLOTS; pattern++) {
      BitSet live = BitSet.valueOf(new long[] {pattern});
      List<Move> plan = SlotCompactor.plan(live);
      assertEquals(naive(live), plan, () -> "pattern " + live);
      BitSet after = apply(live, plan);
      assertEquals(live.cardinality(), after.cardinality());
      assertEquals(after.cardinality(), after.length() - Math.max(0, after.nextSetBit(0)));
    }
  }

  /**
   * Over all contiguous target windows of the ten slots: try it, keep the first of the cheapest.
   */
  private static List<Move> naive(BitSet live) {
    int k = live.cardinality();
    List<Move> best = null;
    for (int w = 0; w + k <= SLOTS; w++) {
      List<Integer> outside = new ArrayList<>();
      List<Integer> holes = new ArrayList<>();
      for (int slot = 0; slot < SLOTS; slot++) {
        boolean inside = slot >= w && slot < w + k;
        if (inside && !live.get(slot)) {
          holes.add(slot);
        } else if (!inside && live.get(slot)) {
          outside.add(slot);
        }
      }
      if (best == null || outside.size() < best.size()) {
        best = new ArrayList<>();
        for (int i = 0; i < outside.size(); i++) {
          best.add(new Move(outside.get(i), holes.get(i)));
        }
      }
    }
    return best;
  }

  private static BitSet apply(BitSet live, List<Move> plan) {
    BitSet now = (BitSet) live.clone();
    for (Move move : plan) {
      assertTrue(now.get(move.from()), "moves from a live slot");
      assertFalse(now.get(move.to()), "moves to a free slot");
      now.clear(move.from());
      now.set(move.to());
    }
    return now;
  }

  @Test
  void leavingAtAnEdgeIsFree() {
    BitSet live = new BitSet();
    live.set(2, 7);
    assertEquals(List.of(), SlotCompactor.plan(live));
    assertEquals(List.of(), SlotCompactor.plan(new BitSet()));
  }

  @Test
  void theFirstOfEqualWindowsWinsAndMovesKeepTheOrderOfSlots() {
    BitSet live = new BitSet();
    for (int slot : new int[] {0, 2, 5, 6, 9}) {
      live.set(slot);
    }
    // windows [2,7) and [5,10) hold three of the five: 0 and 9 go to 3 and 4
    assertEquals(List.of(new Move(0, 3), new Move(9, 4)), SlotCompactor.plan(live));
  }
}
