package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The settings that all samplers share; {@link StaticRandom}, {@link DurationCap} and {@link
 * DynamicBucketing} begin one. Each setting has a default, {@link #build} checks them together.
 */
public final class SamplerBuilder {
  /** Cuts that do not meet the condition are rejected and counted under its name. */
  record Filter(String name, Predicate<Cut> keep) {}

  final Bins bins;
  final boolean binned;
  private final SamplingConstraint constraint;
  int buffer = 20_000;
  long seed;
  boolean shuffle = true;
  boolean dropLast;
  int rank;
  boolean sync;
  List<Filter> filters = new ArrayList<>();

  SamplerBuilder(Bins bins, SamplingConstraint constraint) {
    this.bins = bins;
    this.constraint = constraint;
    binned = bins != DurationBins.SINGLE;
  }

  private SamplerBuilder(SamplerBuilder other) {
    this(other.bins, other.constraint);
    buffer = other.buffer;
    seed = other.seed;
    shuffle = other.shuffle;
    dropLast = other.dropLast;
    rank = other.rank;
    sync = other.sync;
    filters = List.copyOf(other.filters);
  }

  /**
   * How many cuts wait inside before the first batch goes out. Larger buffers shuffle better and
   * let all buckets fill; the cost per cut does not depend on it. When it is full and no bucket can
   * fill a batch it grows instead of emitting a partial one. Default 20,000: 30 buckets of 600 s
   * need about 5,000.
   *
   * @param cuts at least 1 (1: emit as soon as a batch is full)
   * @return this
   */
  public SamplerBuilder buffer(int cuts) {
    Checks.atLeastOne("buffer", cuts);
    buffer = cuts;
    return this;
  }

  /**
   * The seed of every random decision; each epoch draws anew from it, whatever the epochs before
   * did. Default 0.
   *
   * @param seed any number
   * @return this
   */
  public SamplerBuilder seed(long seed) {
    this.seed = seed;
    return this;
  }

  /**
   * Whether cuts are drawn at random inside a bucket (default) or in the order they came. The
   * choice of the bucket is random in both cases.
   *
   * @param shuffle true for random
   * @return this
   */
  public SamplerBuilder shuffle(boolean shuffle) {
    this.shuffle = shuffle;
    return this;
  }

  /**
   * Whether the partial batches at the end of an epoch are thrown away. Default false, so that an
   * epoch is every cut once; set it where an optimizer step on three cuts hurts.
   *
   * @param dropLast true to drop
   * @return this
   */
  public SamplerBuilder dropLast(boolean dropLast) {
    this.dropLast = dropLast;
    return this;
  }

  /**
   * Rejects cuts that do not meet a condition; filters apply in the order they are given.
   *
   * @param name why a cut is rejected, in words: the reason in {@link SamplerReport#rejected}
   * @param keep true for cuts that stay
   * @return this
   */
  public SamplerBuilder filter(String name, Predicate<Cut> keep) {
    filters.add(new Filter(name, keep));
    return this;
  }

  /**
   * Rejects cuts with too many tokens for their audio, usually broken transcripts.
   *
   * @param maxTps tokens per second, above 0
   * @return this
   */
  public SamplerBuilder maxTps(double maxTps) {
    Checks.positive("maxTps", maxTps, "tokens per second");
    return filter(
        "more than " + maxTps + " tokens per second", cut -> cut.tokensPerSecond() <= maxTps);
  }

  /**
   * Synchronises the bucket choice of several ranks (canary-efficiency, mechanism 6), so that all
   * work on batches of similar length at each step and none waits for the slowest: all ranks draw
   * the wanted bucket from one generator and take the nearest ready one; the content is drawn from
   * a generator of each rank's own. Each rank reads its own shard of the stream, see {@link
   * CutStreams#shard}. Shards end at different steps: stop at the shortest, or train on {@link
   * CutStreams#endless}.
   *
   * @param rank this rank, 0 to worldSize - 1
   * @param worldSize how many ranks
   * @return this
   */
  public SamplerBuilder syncBuckets(int rank, int worldSize) {
    Checks.rank(rank, worldSize);
    this.rank = rank;
    sync = true;
    return this;
  }

  /**
   * The sampler.
   *
   * @return a new sampler at the start of epoch 0
   * @throws IllegalArgumentException where fixed sizes do not match the bins
   */
  public BucketingSampler build() {
    if (constraint instanceof FixedBatchSizes(List<Integer> sizes)
        && sizes.size() != bins.count()) {
      throw new IllegalArgumentException(
          "sizes has %d batch sizes, expected one for each of %d bins"
              .formatted(sizes.size(), bins.count()));
    }
    return new BucketingSampler(new SamplerBuilder(this), constraint);
  }
}
