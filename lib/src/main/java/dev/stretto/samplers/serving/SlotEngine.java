package dev.stretto.samplers.serving;

import java.util.BitSet;

/**
 * A model with a fixed number of slots, allocated once; a slot holds everything that belongs to one
 * request: keys and values or another state, last token, length, sampling state. The schedulers
 * know no more of a model than this. Calls come from one thread.
 */
public interface SlotEngine {
  /** What {@link #step} gives for a live slot that cannot go on. */
  int FAILED = -1;

  /**
   * How many requests fit.
   *
   * @return slots, 1 or more; they are numbered from 0
   */
  int capacity();

  /**
   * The token that ends a request early; it is the last of the request's tokens.
   *
   * @return a token id, or -1 where there is none
   */
  default int endToken() {
    return -1;
  }

  /**
   * A request has arrived; its {@link #prefill} comes when a slot is free. An engine may tokenise
   * and prefill on another thread meanwhile, so that prefill only waits and copies. Nothing is done
   * here; a request that cannot be served is refused by prefill.
   *
   * @param request the request, once
   */
  default void announce(GenerationRequest request) {}

  /**
   * Writes a prompt into a free slot. The last prompt token stays pending: the first {@link #step}
   * feeds it, so every token comes out of a step.
   *
   * @param slot a free slot
   * @param request whose prompt; throws IllegalArgumentException naming the request where prompt
   *     and limit do not fit or a token id is out of range, and leaves the slot free
   */
  void prefill(int slot, GenerationRequest request);

  /**
   * One pass of the model over a window of slots: feeds each live slot's pending token at the
   * slot's own position and picks the next with the request's own sampling state. Free slots inside
   * the window are computed in vain and must not influence the others.
   *
   * @param lo the first slot
   * @param hi behind the last slot
   * @param live the occupied slots; not to be changed
   * @return hi - lo tokens; {@link #FAILED} where a live slot cannot go on, anything for free slots
   */
  int[] step(int lo, int hi, BitSet live);

  /**
   * Advances each live slot in a pass of its own, as instances of the model beside each other do.
   * One after the other here; an engine with several instances may use threads.
   *
   * @param lo the first slot
   * @param hi behind the last slot
   * @param live the occupied slots; not to be changed
   * @return as {@link #step} gives
   */
  default int[] stepEach(int lo, int hi, BitSet live) {
    int[] tokens = new int[hi - lo];
    for (int slot = live.nextSetBit(lo); slot >= 0 && slot < hi; slot = live.nextSetBit(slot + 1)) {
      tokens[slot - lo] = step(slot, slot + 1, live)[0];
    }
    return tokens;
  }

  /**
   * Why the last step gave {@link #FAILED}.
   *
   * @param slot the slot
   * @return a sentence without the request's id
   */
  default String failure(int slot) {
    return "the model gave no token";
  }

  /**
   * Moves everything that a slot holds and frees the place it came from.
   *
   * @param from an occupied slot
   * @param to a free slot
   */
  void move(int from, int to);

  /**
   * Frees a slot.
   *
   * @param slot an occupied slot
   */
  void release(int slot);
}
