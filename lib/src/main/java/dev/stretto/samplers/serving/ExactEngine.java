package dev.stretto.samplers.serving;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.BitSet;

/**
 * A model without a network whose tokens can be known exactly: for virtual-clock experiments and
 * for tests of schedulers. It keeps a block of numbers a slot as a transformer keeps keys and
 * values, one a position; each token depends on every number of its request's block, on the
 * request's own position and on its own generator. Free slots are filled with NaN, so whoever reads
 * a slot that was not moved, or a position that was not written, gets no token.
 */
public final class ExactEngine implements SlotEngine {
  private final int vocabulary;
  private final int endToken;
  private final double[][] block;
  private final int[] length;
  private final int[] pending;
  private final boolean[] greedy;
  private final Rng[] rng;
  private final BitSet occupied = new BitSet();

  /**
   * Allocates the slots.
   *
   * @param capacity slots, 1 or more
   * @param maxLength the most positions of a slot (prompt and generated tokens), 2 or more
   * @param vocabulary token ids are below it, 1 or more
   * @param endToken ends a request, or -1 for none
   */
  public ExactEngine(int capacity, int maxLength, int vocabulary, int endToken) {
    if (capacity < 1 || maxLength < 2 || vocabulary < 1 || endToken >= vocabulary) {
      throw new IllegalArgumentException(
          "an engine with %d slots of %d positions, vocabulary %d and end token %d: expected at"
                  .formatted(capacity, maxLength, vocabulary, endToken)
              + " least 1 slot, 2 positions, 1 token and an end token within the vocabulary");
    }
    this.vocabulary = vocabulary;
    this.endToken = endToken;
    block = new double[capacity][maxLength];
    for (double[] slot : block) {
      Arrays.fill(slot, Double.NaN);
    }
    length = new int[capacity];
    pending = new int[capacity];
    greedy = new boolean[capacity];
    rng = new Rng[capacity];
    Arrays.setAll(rng, i -> new Rng(0));
  }

  /**
   * Allocates slots for a workload, vocabulary 256, no end token.
   *
   * @param capacity slots, 1 or more
   * @param maxLength the most positions of a slot (prompt and generated tokens), 2 or more
   * @return the engine
   */
  public static ExactEngine of(int capacity, int maxLength) {
    return new ExactEngine(capacity, maxLength, 256, -1);
  }

  @Override
  public int capacity() {
    return block.length;
  }

  @Override
  public int endToken() {
    return endToken;
  }

  @Override
  public void prefill(int slot, GenerationRequest request) {
    require(!occupied.get(slot), slot, "free");
    int[] prompt = request.prompt();
    request.requireFits(
        prompt.length + request.maxNewTokens(), block[slot].length, "slot", vocabulary);
    occupied.set(slot);
    length[slot] = 0;
    greedy[slot] = request.sampling().temperature() == 0;
    rng[slot].restore(request.sampling().seed());
    for (int i = 0; i < prompt.length - 1; i++) {
      write(slot, prompt[i]);
    }
    pending[slot] = prompt[prompt.length - 1];
  }

  /** "Key and value" of a token at a position: an integer, so that sums are exact. */
  private void write(int slot, int token) {
    int position = length[slot]++;
    block[slot][position] = SeedTree.of(token).child(position).seed() >>> 24;
  }

  @Override
  public int[] step(int lo, int hi, BitSet live) {
    int[] tokens = new int[hi - lo];
    for (int slot = lo; slot < hi; slot++) {
      tokens[slot - lo] = live.get(slot) ? next(slot) : FAILED;
    }
    return tokens;
  }

  private int next(int slot) {
    write(slot, pending[slot]);
    double sum = 0;
    for (int i = 0; i < length[slot]; i++) {
      sum += block[slot][i];
    }
    if (Double.isNaN(sum)) {
      return FAILED;
    }
    SeedTree context = SeedTree.of((long) sum).child(length[slot]);
    if (!greedy[slot]) {
      context = context.child(rng[slot].nextLong());
    }
    pending[slot] = (int) Math.floorMod(context.seed(), (long) vocabulary);
    return pending[slot];
  }

  @Override
  public String failure(int slot) {
    return "its state at position " + (length[slot] - 1) + " is not a number";
  }

  @Override
  public void move(int from, int to) {
    require(occupied.get(from), from, "occupied");
    require(!occupied.get(to), to, "free");
    System.arraycopy(block[from], 0, block[to], 0, block[from].length);
    length[to] = length[from];
    pending[to] = pending[from];
    greedy[to] = greedy[from];
    rng[to].restore(rng[from].state());
    occupied.set(to);
    release(from);
  }

  @Override
  public void release(int slot) {
    require(occupied.get(slot), slot, "occupied");
    occupied.clear(slot);
    Arrays.fill(block[slot], Double.NaN);
    rng[slot].restore(0);
  }

  private static void require(boolean ok, int slot, String expected) {
    if (!ok) {
      throw new IllegalStateException("slot " + slot + " is not " + expected);
    }
  }

  /**
   * A copy of what a slot holds.
   *
   * @param slot 0 to capacity - 1
   * @return one number a position, NaN where nothing was written
   */
  public double[] block(int slot) {
    return block[slot].clone();
  }
}
