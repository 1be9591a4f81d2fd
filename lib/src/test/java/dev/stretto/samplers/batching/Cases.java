package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.Rng;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Random corpora and random samplers over them, each a function of its seed. */
final class Cases {
  private Cases() {}

  /** A corpus of a random character: spread, tied to a grid, or half of it at one duration. */
  static List<Cut> cuts(Rng rng, int n) {
    int character = rng.nextInt(3);
    return IntStream.range(0, n)
        .mapToObj(
            i -> {
              double d = Math.clamp(Math.exp(1.5 + rng.nextGaussian()), 0.5, 40);
              if (character == 1) {
                d = Math.ceil(d);
              } else if (character == 2 && rng.nextBoolean()) {
                d = 30;
              }
              return Cut.of("c" + i, d, (int) (d * Math.exp(1.5 + .3 * rng.nextGaussian())));
            })
        .toList();
  }

  /** Any sampler with any constraint and settings. */
  static SamplerBuilder sampler(Rng rng, List<Cut> cuts) {
    int k = 1 + rng.nextInt(12);
    Bins bins =
        switch (rng.nextInt(3)) {
          case 0 -> DurationBins.estimate(cuts, k);
          case 1 -> DurationBins2d.estimate(cuts, k, 1 + rng.nextInt(4));
          default -> DurationBins2d.estimate(cuts, k, 1 + rng.nextInt(4), 1).lenient();
        };
    SamplerBuilder builder =
        switch (rng.nextInt(4)) {
          case 0 -> StaticRandom.of(1 + rng.nextInt(30));
          case 1 -> DurationCap.of(capped(rng));
          case 2 -> DynamicBucketing.of(bins, capped(rng));
          default ->
              DynamicBucketing.of(
                  bins, FixedBatchSizes.of(rng.ints(bins.count(), 1, 30).toArray()));
        };
    if (rng.nextInt(3) == 0) {
      builder.syncBuckets(rng.nextInt(4), 4);
    }
    if (rng.nextInt(3) == 0) {
      builder.maxTps(6).filter("1 to 25 s", cut -> cut.duration() >= 1 && cut.duration() <= 25);
    }
    return builder
        .buffer(1 + rng.nextInt(cuts.size()))
        .seed(rng.nextLong())
        .shuffle(rng.nextBoolean());
  }

  private static SamplingConstraint capped(Rng rng) {
    double cap = 1 + rng.nextInt(200);
    TimeConstraint plain = TimeConstraint.seconds(cap);
    return rng.nextBoolean() ? plain : plain.withQuadratic(15 + rng.nextInt(25));
  }

  /**
   * Whether a finished batch keeps a constraint: it fits, or is one cut that is too large alone.
   */
  static boolean holds(SamplingConstraint constraint, Batch batch) {
    double largest = batch.cuts().stream().mapToDouble(constraint::size).max().orElse(0);
    return batch.size() == 1 || constraint.fits(batch.size(), largest, Math.max(0, batch.bin()));
  }

  static List<Batch> batches(BatchingSampler sampler, List<Cut> cuts) {
    List<Batch> batches = new ArrayList<>();
    sampler.over(cuts.iterator()).forEachRemaining(batches::add);
    return batches;
  }

  static Map<String, Long> counted(List<Batch> batches) {
    return batches.stream()
        .flatMap(batch -> batch.cuts().stream())
        .collect(Collectors.groupingBy(Cut::id, Collectors.counting()));
  }
}
