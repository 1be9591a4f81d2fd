package dev.stretto.samplers.batching;

/**
 * A set of bins that answers in a few word operations which is the k-th and which is nearest. A
 * function of its members alone, whatever order they came in, so a restored sampler chooses alike.
 */
final class BinSet {
  private final int bins;
  private final long[] words;
  private int count;

  BinSet(int bins) {
    this.bins = bins;
    words = new long[(bins + 63) >>> 6];
  }

  int count() {
    return count;
  }

  boolean contains(int bin) {
    return (words[bin >>> 6] >>> bin & 1) != 0;
  }

  void set(int bin, boolean member) {
    if (contains(bin) != member) {
      words[bin >>> 6] ^= 1L << bin;
      count += member ? 1 : -1;
    }
  }

  /** The k-th member, k from 0 to count - 1. */
  int select(int k) {
    int word = 0;
    int left = k;
    for (int c = Long.bitCount(words[0]); left >= c; c = Long.bitCount(words[++word])) {
      left -= c;
    }
    long bits = words[word];
    while (left-- > 0) {
      bits &= bits - 1;
    }
    return (word << 6) + Long.numberOfTrailingZeros(bits);
  }

  /**
   * The member nearest to a wanted bin, scanned at -1, +2, -3, ... from the last tried, that is the
   * lower of two neighbours first; the set is not empty.
   */
  int nearest(int wanted) {
    for (int distance = 0; distance < bins; distance++) {
      if (wanted - distance >= 0 && contains(wanted - distance)) {
        return wanted - distance;
      }
      if (wanted + distance < bins && contains(wanted + distance)) {
        return wanted + distance;
      }
    }
    throw new IllegalStateException("no bin is in the set");
  }
}
