package dev.stretto.samplers.serving;

import java.util.BitSet;

/** Slots without a model: token 0 for everybody, as fast as can be. */
record CountingEngine(int capacity) implements SlotEngine {
  @Override
  public void prefill(int slot, GenerationRequest request) {}

  @Override
  public int[] step(int lo, int hi, BitSet live) {
    return new int[hi - lo];
  }

  @Override
  public void move(int from, int to) {}

  @Override
  public void release(int slot) {}
}
