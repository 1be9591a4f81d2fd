package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * The machine behind all three samplers: buckets that share a buffer. A cut goes into its bucket;
 * when the buffer is full, a bucket is chosen among the ready ones, uniformly and not by content,
 * and cuts are drawn from it until the constraint closes the batch. A bucket is ready when its
 * content would close a batch in whatever order it is drawn; with the number of cuts and the
 * largest size at hand that is one comparison. A drawn cut that does not fit opens its bucket's
 * next batch, so that long cuts do not stay behind. One offer emits at most one batch. Not
 * thread-safe.
 *
 * <p>Cost per cut: one binary search for the bin, O(1) on average inside the bucket; neither the
 * number of buckets nor the buffer enters.
 */
public final class BucketingSampler implements BatchingSampler {
  private final SamplerBuilder options;
  final SamplingConstraint constraint;
  private final List<Cut> scratch = new ArrayList<>();
  final Bucket[] buckets;
  private final BitSet ready = new BitSet();
  private final BitSet nonEmpty = new BitSet();
  int held;
  Rng bucketRng = new Rng(0);
  private Rng contentRng = new Rng(0);
  private SamplerCounts tally = new SamplerCounts(0);
  private boolean finished;

  BucketingSampler(SamplerBuilder options, SamplingConstraint constraint) {
    this.options = options;
    this.constraint = constraint;
    buckets = new Bucket[options.bins.count()];
    begin(0);
  }

  @Override
  public void offer(Cut cut, Consumer<Batch> out) {
    accept(cut);
    if (full()) {
      if (hasReady()) {
        out.accept(draw(ready));
      } else {
        tally.waited++;
      }
    }
  }

  @Override
  public void finish(Consumer<Batch> out) {
    for (Optional<Batch> batch = drain(); batch.isPresent(); batch = drain()) {
      out.accept(batch.get());
    }
  }

  /**
   * {@return what happened since the epoch began, a snapshot} After the epoch's end still that
   * epoch's report, until the next cut comes in.
   */
  public SamplerReport report() {
    return tally.report(held, warnings());
  }

  /**
   * The batches of one epoch while a producer thread reads the stream and fills the buckets.
   *
   * @param cuts the stream, read by the producer alone
   * @return the batches; close them
   */
  public ConcurrentBatches concurrently(Iterator<Cut> cuts) {
    return new ConcurrentBatches(this, cuts, options.buffer);
  }

  /** Takes a cut without emitting anything. */
  void accept(Cut cut) {
    if (finished) {
      begin(tally.epoch + 1);
    }
    if ((tally.offered++ & 1023) == 0) {
      pollInterrupt();
    }
    for (SamplerBuilder.Filter filter : options.filters) {
      if (!filter.keep().test(cut)) {
        tally.reject(filter.name());
        return;
      }
    }
    insert(cut);
    tally.peakBuffer = Math.max(tally.peakBuffer, held);
  }

  boolean hasReady() {
    return !ready.isEmpty();
  }

  Batch drawReady() {
    return draw(ready);
  }

  boolean full() {
    return held >= options.buffer;
  }

  private void insert(Cut cut) {
    int bin = options.bins.choose(cut);
    if (bin == Bins.TOO_LONG
        && options.bins instanceof DurationBins
        && !(constraint instanceof FixedBatchSizes)) {
      bin = buckets.length - 1;
    }
    if (bin < 0) {
      tally.reject(Bins.reason(bin));
      return;
    }
    double size = constraint.size(cut);
    tally.accepted++;
    tally.acceptedSize += size;
    buckets[bin].add(cut, size);
    held++;
    refresh(bin);
  }

  private void refresh(int bin) {
    Bucket bucket = buckets[bin];
    int count = bucket.count();
    nonEmpty.set(bin, count > 0);
    ready.set(bin, count > 0 && !constraint.fits(count + 1, bucket.largest(), bin));
  }

  /** The k-th member, k from 0. */
  static int select(BitSet from, int k) {
    int bin = from.nextSetBit(0);
    for (int i = 0; i < k; i++) {
      bin = from.nextSetBit(bin + 1);
    }
    return bin;
  }

  /** The member nearest to a wanted bin, the lower of two neighbours; the set is not empty. */
  static int nearest(BitSet from, int wanted) {
    int below = from.previousSetBit(wanted);
    int above = from.nextSetBit(wanted);
    return above < 0 || (below >= 0 && wanted - below <= above - wanted) ? below : above;
  }

  private Batch draw(BitSet from) {
    pollInterrupt();
    int bin =
        options.sync
            ? nearest(from, bucketRng.nextInt(buckets.length))
            : select(from, bucketRng.nextInt(from.cardinality()));
    Bucket bucket = buckets[bin];
    double largest = 0;
    int n = 0;
    while (bucket.count() > 0) {
      int slot = bucket.pick(contentRng, options.shuffle);
      double larger = Math.max(largest, bucket.size(slot));
      if (n > 0 && !constraint.fits(n + 1, larger, bin)) {
        bucket.keepForNext(slot);
        break;
      }
      largest = larger;
      scratch.add(bucket.remove(slot));
      if (!constraint.fits(++n + 1, largest, bin)) {
        break;
      }
    }
    held -= n;
    refresh(bin);
    Batch batch = new Batch(scratch, options.binned ? bin : -1);
    scratch.clear();
    tally.emitted(n, !constraint.fits(n, largest, bin));
    return batch;
  }

  /** The next batch of a dry stream: full ones first, then partial ones; none ends the epoch. */
  Optional<Batch> drain() {
    if (hasReady()) {
      return Optional.of(draw(ready));
    }
    if (!nonEmpty.isEmpty() && !options.dropLast) {
      return Optional.of(draw(nonEmpty));
    }
    tally.dropped += held;
    held = 0;
    finished = true;
    return Optional.empty();
  }

  private void begin(long epoch) {
    SeedTree seeds = SeedTree.of(options.seed);
    bucketRng = seeds.child("bucket").child(epoch).rng();
    contentRng = seeds.child("content").child(options.rank).child(epoch).rng();
    tally = new SamplerCounts(epoch);
    finished = false;
    held = 0;
    for (int bin = 0; bin < buckets.length; bin++) {
      buckets[bin] = new Bucket();
      refresh(bin);
    }
  }

  private List<String> warnings() {
    int k = buckets.length;
    if (k < 2) {
      return List.of();
    }
    if (constraint instanceof FixedBatchSizes(List<Integer> sizes)) {
      long need = sizes.stream().mapToLong(Integer::longValue).sum();
      return options.buffer >= need
          ? List.of()
          : List.of(
              "buffer %d cannot hold one batch for each of %d bins: raise it to at least %d"
                  .formatted(options.buffer, k, need));
    }
    double mean = tally.accepted == 0 ? Double.NaN : tally.acceptedSize / tally.accepted;
    return !(options.buffer * mean / k < constraint.cap())
        ? List.of()
        : List.of(
            ("buffer %d cannot fill batches of %s over %d buckets (mean size %.2f): "
                    + "raise it to at least %.0f or lower the cap")
                .formatted(
                    options.buffer,
                    constraint.cap(),
                    k,
                    mean,
                    Math.ceil(constraint.cap() * k / mean)));
  }

  private void pollInterrupt() {
    if (Thread.interrupted()) {
      throw new CancellationException(
          "sampling was interrupted after " + tally.offered + " cuts of epoch " + tally.epoch);
    }
  }
}
