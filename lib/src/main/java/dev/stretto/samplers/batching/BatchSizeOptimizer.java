package dev.stretto.samplers.batching;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * The batch-size search of canary-efficiency, mechanism 8 (NeMo's OOMptimizer): for each bin the
 * largest number of cuts of the bin's upper-bound shape that a probe survives. A probe is a
 * training step on artificial batches that answers false when memory runs out, or a memory model.
 * Bins are searched from the largest shape to the smallest, each from twice the previous answer.
 * Failing halves (or bisects once something worked), succeeding doubles (or bisects once something
 * failed); a search ends when the least failing size is within the gap, or one above the answer.
 *
 * @param probe whether a batch survives; should stay true for smaller batches
 * @param start the first size tried for the largest bin, at least 1. Default 32
 * @param relativeGap (least failing - largest surviving) / least failing at which to stop, 0 or
 *     more and below 1. Default 0.05: finer answers are noise where memory is fragmented
 * @param tokensPerSecond output length of 1-D bins, ceil of it times seconds, above 0. Default 12,
 *     a conservative value: too low a rate finds sizes that fail on rare transcripts
 */
public record BatchSizeOptimizer(
    Probe probe, int start, double relativeGap, double tokensPerSecond) {
  private static final int LARGEST = 1 << 16; // no batch is tried beyond

  /** Whether a batch of equal cuts survives. */
  public interface Probe {
    /**
     * Tries one batch.
     *
     * @param shape the shape of every cut in it
     * @param batchSize how many, at least 1
     * @return true where it survives
     */
    boolean survives(BinShape shape, int batchSize);
  }

  private record Found(int size, int probes) {}

  /** Checks ranges; throws IllegalArgumentException naming the field and its value. */
  public BatchSizeOptimizer {
    Checks.atLeastOne("start", start);
    Checks.positive("tokensPerSecond", tokensPerSecond, "tokens per second");
    if (!(relativeGap >= 0 && relativeGap < 1)) {
      throw new IllegalArgumentException(
          "relativeGap is " + relativeGap + ", expected 0 to below 1");
    }
  }

  /**
   * {@return a search with the defaults}
   *
   * @param probe whether a batch survives
   */
  public static BatchSizeOptimizer of(Probe probe) {
    return new BatchSizeOptimizer(probe, 32, .05, 12);
  }

  /**
   * Searches all bins. Neighbouring 1-D bins with equal answers become one; 2-D bins stay apart.
   *
   * @param bins 1-D or 2-D
   * @return the bins with their sizes
   * @throws IllegalStateException where a bin does not survive a batch of one
   */
  public BucketProfile search(Bins bins) {
    Found[] found = new Found[bins.count()];
    long from = start;
    for (int bin = bins.count() - 1; bin >= 0; bin--) {
      found[bin] = search(bins.shape(bin, tokensPerSecond), (int) Math.min(from, LARGEST));
      from = 2L * found[bin].size();
    }
    List<BinShape> shapes = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    List<Integer> probes = new ArrayList<>();
    for (int bin = 0; bin < found.length; bin++) {
      int last = sizes.size() - 1;
      int earlier = 0;
      if (bins instanceof DurationBins && last >= 0 && sizes.get(last) == found[bin].size()) {
        shapes.removeLast();
        sizes.removeLast();
        earlier = probes.removeLast();
      }
      BinShape shape = bins.shape(bin, tokensPerSecond);
      shapes.add(new BinShape(shapes.size(), shape.seconds(), shape.tokens()));
      sizes.add(found[bin].size());
      probes.add(earlier + found[bin].probes());
    }
    Bins merged =
        bins instanceof DurationBins
            ? DurationBins.of(shapes.stream().mapToDouble(BinShape::seconds).toArray())
            : bins;
    return new BucketProfile(merged, shapes, sizes, probes);
  }

  private Found search(BinShape shape, int first) {
    int b = first;
    int ok = 0;
    int least = Integer.MAX_VALUE;
    int probes = 0;
    while (true) {
      if (Thread.interrupted()) {
        throw new CancellationException("batch-size search was interrupted at bin " + shape.bin());
      }
      probes++;
      if (probe.survives(shape, b)) {
        ok = b;
      } else if (b == 1) {
        throw new IllegalStateException(
            "bin %d (%s s, %d tokens) does not survive batch size 1, expected a smaller model or bin"
                .formatted(shape.bin(), shape.seconds(), shape.tokens()));
      } else {
        least = b;
      }
      boolean failed = least != Integer.MAX_VALUE;
      boolean near = least - ok <= 1 || (double) (least - ok) / least <= relativeGap;
      if (ok == LARGEST || (ok > 0 && failed && near)) {
        return new Found(ok, probes);
      }
      if (ok == 0) {
        b = (b + 1) / 2; // round(b / 2), of 3 it is 2 and of 2 it is 1
      } else if (failed) {
        b = (ok + least + 1) / 2;
      } else {
        b = (int) Math.min(2L * ok, LARGEST);
      }
    }
  }
}
