package dev.stretto.data.manifest;

/** Remembers ids by 64-bit hash, open addressing: 8 bytes a slot, at most two thirds full. */
final class IdSet {
  private long[] slots = new long[1 << 10];
  private int size;

  /** False where the id (or, once in 2^64, another with its hash) was added before. */
  boolean add(String id) {
    long hash = hash(id);
    if (3L * size >= 2L * slots.length) {
      long[] old = slots;
      slots = new long[2 * old.length];
      size = 0;
      for (long key : old) {
        if (key != 0) {
          insert(key);
        }
      }
    }
    return insert(hash);
  }

  private boolean insert(long key) {
    int mask = slots.length - 1;
    int i = (int) (key >>> 32) & mask;
    while (slots[i] != 0) {
      if (slots[i] == key) {
        return false;
      }
      i = (i + 1) & mask;
    }
    slots[i] = key;
    size++;
    return true;
  }

  /** Two multiplications a character, then SplitMix64's finaliser; 0 marks a free slot. */
  private static long hash(String id) {
    long z = id.length();
    for (int i = 0; i < id.length(); i++) {
      z = (z ^ id.charAt(i)) * 0x9E3779B97F4A7C15L;
      z ^= z >>> 29;
    }
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return z == 0 ? 1 : z;
  }
}
