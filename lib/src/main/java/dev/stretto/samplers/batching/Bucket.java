package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * The queue of one bin: a ring of cuts with their sizes, and a tournament tree over the sizes whose
 * root is the largest. The largest size makes readiness a comparison instead of a scan; a slot is
 * on the path to the root only where it wins, so adding and removing climb O(1) steps on average
 * and O(log n) at worst.
 */
final class Bucket {
  private static final double NONE = Double.NEGATIVE_INFINITY;

  private Cut[] cuts = new Cut[16];
  private double[] tree = new double[32]; // leaf of slot i at cuts.length + i, root at 1
  private int head;
  private int count;
  private boolean keep;

  Bucket() {
    Arrays.fill(tree, NONE);
  }

  int count() {
    return count;
  }

  /** The largest size held, negative infinity where empty. */
  double largest() {
    return tree[1];
  }

  double size(int slot) {
    return tree[cuts.length + slot];
  }

  void add(Cut cut, double size) {
    if (count == cuts.length) {
      grow();
    }
    int slot = (head + count++) & (cuts.length - 1);
    cuts[slot] = cut;
    set(slot, size);
  }

  /** The slot of the next cut: a random one, or the oldest where the generator is not asked. */
  int pick(RandomGenerator rng, boolean shuffle) {
    if (!shuffle || keep || count == 1) {
      keep = false;
      return head;
    }
    return (head + rng.nextInt(count)) & (cuts.length - 1);
  }

  /** Makes the picked cut the first of this bucket's next batch. */
  void keepForNext(int slot) {
    if (slot != head) {
      double size = size(slot);
      Cut cut = cuts[slot];
      cuts[slot] = cuts[head];
      set(slot, size(head));
      cuts[head] = cut;
      set(head, size);
    }
    keep = true;
  }

  Cut remove(int slot) {
    Cut cut = cuts[slot];
    if (slot != head) {
      cuts[slot] = cuts[head];
      set(slot, size(head));
    }
    cuts[head] = null;
    set(head, NONE);
    head = (head + 1) & (cuts.length - 1);
    count--;
    return cut;
  }

  /** The cuts from the oldest to the newest. */
  Cut[] contents() {
    Cut[] ordered = new Cut[count];
    for (int i = 0; i < count; i++) {
      ordered[i] = cuts[(head + i) & (cuts.length - 1)];
    }
    return ordered;
  }

  private void set(int slot, double size) {
    int node = cuts.length + slot;
    tree[node] = size;
    while (node > 1) {
      double winner = Math.max(tree[node], tree[node ^ 1]);
      node >>= 1;
      if (tree[node] == winner) {
        return;
      }
      tree[node] = winner;
    }
  }

  private void grow() {
    Cut[] ordered = contents();
    double[] sizes = new double[count];
    Arrays.setAll(sizes, i -> size((head + i) & (count - 1)));
    cuts = new Cut[2 * count];
    tree = new double[4 * count];
    Arrays.fill(tree, NONE);
    head = 0;
    count = 0;
    for (int i = 0; i < sizes.length; i++) {
      add(ordered[i], sizes[i]);
    }
  }
}
