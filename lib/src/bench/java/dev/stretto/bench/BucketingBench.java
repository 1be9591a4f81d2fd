package dev.stretto.bench;

import dev.stretto.data.manifest.Cut;
import dev.stretto.data.manifest.CutGenerator;
import dev.stretto.metrics.SampleStatistics;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.samplers.batching.BatchingSampler;
import dev.stretto.samplers.batching.DurationBins;
import dev.stretto.samplers.batching.DynamicBucketing;
import dev.stretto.samplers.batching.TimeConstraint;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Dynamic bucketing on one thread, over numbers of buckets and buffer sizes. */
final class BucketingBench {
  private static final int ITEMS = 200_000;

  /** lhotse's DynamicBucketingSampler, 30 buckets, buffer 20,000, on a two-core machine. */
  private static final double LHOTSE = 38_600;

  private BucketingBench() {}

  static void run() {
    List<Cut> cuts = CutGenerator.benchmark(1).list(ITEMS);
    var timer = new InterleavedTimer();
    for (int buckets : new int[] {30, 100}) {
      var bins = DurationBins.estimate(cuts.subList(0, 10_000), buckets);
      for (int buffer : new int[] {5_000, 20_000, 80_000}) {
        timer.add(
            name(buckets, buffer),
            () ->
                feed(
                    cuts,
                    () ->
                        DynamicBucketing.of(bins, TimeConstraint.seconds(600))
                            .buffer(buffer)
                            .build()));
      }
    }
    var times = timer.run(3, 9);
    System.out.printf(
        "%nDynamic bucketing, %,d items, log-normal 0.5-40 s, max 600 s, shuffled, one thread%n"
            + "items/s = items / median seconds of 9 rounds; lhotse 1.32 measured %,.0f%n",
        ITEMS, LHOTSE);
    for (int buckets : new int[] {30, 100}) {
      for (int buffer : new int[] {5_000, 20_000, 80_000}) {
        String name = name(buckets, buffer);
        double rate = ITEMS / times.median(name);
        System.out.printf(
            "  %-28s %,12.0f items/s, fastest %,12.0f  %6.1fx lhotse  %5.2fx of %s%n",
            name,
            rate,
            ITEMS / SampleStatistics.of(times.seconds(name)).quantile(0),
            rate / LHOTSE,
            times.ratio(name(30, 20_000), name),
            name(30, 20_000));
      }
    }
  }

  private static String name(int buckets, int buffer) {
    return "%d buckets, buffer %,d".formatted(buckets, buffer);
  }

  /** One epoch into a fresh sampler. */
  static void feed(List<Cut> cuts, Supplier<BatchingSampler> samplers) {
    BatchingSampler sampler = samplers.get();
    var out = new AtomicLong();
    for (Cut cut : cuts) {
      sampler.offer(cut, batch -> out.addAndGet(batch.size()));
    }
    sampler.finish(batch -> out.addAndGet(batch.size()));
    if (out.get() != cuts.size()) {
      throw new IllegalStateException(out + " cuts came out, expected " + cuts.size());
    }
  }
}
