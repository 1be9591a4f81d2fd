package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * Packs a stream of cuts into batches that are full to a budget, the alternative to bucketing: a
 * buffer fills, is shuffled and packed by a {@link Packing}, and its bins come out in random order;
 * the emptiest bin goes back into the buffer, so that no partial batch comes out before the stream
 * ends. A batch is never over budget and each cut comes out exactly once. The order depends on the
 * stream and the seed only: of R ranks, rank r takes batches r, r + R, r + 2R, ...
 *
 * <p><strong>What to tune.</strong> The buffer: some hundred bins, 10,000-20,000 cuts; a buffer
 * that holds less than one bin makes the bins as small as itself. The packing: {@link
 * Packing#BEST_FIT_DECREASING} fills best, but cuts of a bin have similar lengths; {@link
 * Packing#BEST_FIT} mixes lengths and is as full where a bin holds some hundred cuts. With {@link
 * #balanced} the steps of all ranks take equally long.
 *
 * <p>Not thread-safe.
 */
public final class PackingSampler implements BatchingSampler {

  /** What happens to a cut that is larger than the budget. */
  public enum Oversize {
    /** IllegalArgumentException naming the cut, its size and the limit. */
    REFUSE,
    /** A batch of its own, counted in the report. */
    OWN_BIN
  }

  private record Bin(List<Cut> cuts, long size, long load) {}

  private final Packing packing;
  private final PackBudget budget;
  private final Rng rng;
  private final int buffer;
  private final List<Cut> cuts = new ArrayList<>();
  private final List<Bin> waiting = new ArrayList<>();
  private Oversize oversize = Oversize.REFUSE;
  private int block = 1;
  private ToLongFunction<Cut> load = cut -> 0;
  private PackingReport report;

  /**
   * A packer that refuses oversize cuts and does not balance.
   *
   * @param packing how bins are filled
   * @param budget how large a bin may be
   * @param buffer how many cuts are packed together, at least 1
   * @param seed the seed of the order
   */
  public PackingSampler(Packing packing, PackBudget budget, int buffer, long seed) {
    if (buffer < 1 || budget.limit() >= (1L << 62) / buffer) {
      throw new IllegalArgumentException(
          "buffer is %d cuts for a budget of %d %s, expected 1 or more, and below 2^62 in all"
              .formatted(buffer, budget.limit(), budget.unit()));
    }
    this.packing = packing;
    this.budget = budget;
    this.rng = SeedTree.of(seed).child("packing").rng();
    this.buffer = buffer;
    report = new PackingReport(budget.unit(), budget.limit(), 0, 0, 0, 0);
  }

  /**
   * Chooses what happens to cuts above the limit.
   *
   * @param choice the choice
   * @return this
   */
  public PackingSampler oversize(Oversize choice) {
    oversize = choice;
    return this;
  }

  /**
   * Makes the batches of one step equally heavy: the bins of a buffer are sorted by load and come
   * out in blocks of neighbours, the blocks in random order. Any number of ranks that divides the
   * block size then finds bins of nearly equal load in each step. Bins that do not fill a block
   * wait for the next buffer.
   *
   * @param blockSize bins a block, a multiple of the number of ranks, at least 1
   * @param loadOfCut what is balanced, summed over a bin: the squared length, as attention costs,
   *     or multiply-adds
   * @return this
   */
  public PackingSampler balanced(int blockSize, ToLongFunction<Cut> loadOfCut) {
    if (blockSize < 1) {
      throw new IllegalArgumentException(
          "blockSize is " + blockSize + ", expected 1 or more, a multiple of the ranks");
    }
    block = blockSize;
    load = loadOfCut;
    return this;
  }

  /**
   * Takes one cut. Throws IllegalArgumentException where its size is below 1, or above the limit
   * and oversize cuts are refused.
   */
  @Override
  public void offer(Cut cut, Consumer<Batch> out) {
    long size = budget.size().applyAsLong(cut);
    if (size < 1 || (size > budget.limit() && oversize == Oversize.REFUSE)) {
      throw new IllegalArgumentException(
          "cut '%s' has %d %s, expected 1 to %d"
              .formatted(cut.id(), size, budget.unit(), budget.limit()));
    }
    if (size > budget.limit()) {
      count(0, 0, 0, 1);
      out.accept(new Batch(List.of(cut), -1));
      return;
    }
    cuts.add(cut);
    if (cuts.size() == buffer) {
      pack(false);
      emit(waiting.size() / block * block, out);
    }
  }

  @Override
  public void finish(Consumer<Batch> out) {
    if (!cuts.isEmpty()) {
      pack(true);
    }
    emit(waiting.size(), out);
  }

  /** Packs the buffer into waiting bins; all but the last time, the emptiest goes back. */
  private void pack(boolean last) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException("packing was interrupted");
    }
    Collections.shuffle(cuts, rng);
    long[] sizes = cuts.stream().mapToLong(budget.size()).toArray();
    int[] binOf = packing.pack(sizes, budget.limit());
    int bins = Arrays.stream(binOf).max().orElse(-1) + 1;
    long[] used = new long[bins];
    List<List<Cut>> contents = new ArrayList<>(bins);
    for (int bin = 0; bin < bins; bin++) {
      contents.add(new ArrayList<>());
    }
    for (int i = 0; i < sizes.length; i++) {
      used[binOf[i]] += sizes[i];
      contents.get(binOf[i]).add(cuts.get(i));
    }
    cuts.clear();
    int back = last ? -1 : IntStream.range(0, bins).reduce(0, (a, b) -> used[b] < used[a] ? b : a);
    // a bin of very many tiny cuts must not keep the buffer full for ever
    if (bins == 1 || (back >= 0 && contents.get(back).size() > buffer / 2)) {
      back = -1;
    }
    for (int bin = 0; bin < bins; bin++) {
      if (bin == back) {
        cuts.addAll(contents.get(bin));
      } else {
        List<Cut> members = contents.get(bin);
        waiting.add(new Bin(members, used[bin], members.stream().mapToLong(load).sum()));
      }
    }
  }

  private void emit(int bins, Consumer<Batch> out) {
    if (bins == 0) {
      return;
    }
    waiting.sort(Comparator.comparingLong(Bin::load));
    int stay = waiting.size() - bins;
    Collections.rotate(waiting, stay == 0 ? 0 : -rng.nextInt(bins + 1));
    List<Bin> going = new ArrayList<>(waiting.subList(stay, waiting.size()));
    waiting.subList(stay, waiting.size()).clear();
    going.sort(Comparator.comparingLong(Bin::load));
    int blocks = Math.ceilDiv(bins, block);
    int[] order = new int[blocks];
    for (int i = 0; i < blocks; i++) {
      int other = rng.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    for (int which : order) {
      List<Bin> neighbours = going.subList(which * block, Math.min(bins, (which + 1) * block));
      for (Bin bin : rng.nextBoolean() ? neighbours : neighbours.reversed()) {
        count(bin.cuts().size(), 1, bin.size(), 0);
        out.accept(new Batch(bin.cuts(), -1));
      }
    }
  }

  private void count(long moreCuts, long moreBins, long moreTotal, long moreOversize) {
    report =
        new PackingReport(
            report.unit(),
            report.limit(),
            report.cuts() + moreCuts,
            report.bins() + moreBins,
            report.total() + moreTotal,
            report.oversize() + moreOversize);
  }

  /** {@return the counters of what came out so far} */
  public PackingReport report() {
    return report;
  }
}
