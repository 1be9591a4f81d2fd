package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The settings that all samplers share; {@link StaticRandom}, {@link DurationCap}, {@link
 * StaticBucketing} and {@link DynamicBucketing} begin one. Each setting has a default, {@link
 * #build} checks them together.
 */
public final class SamplerBuilder {
  /** A filter (map is the identity) or a map (filter keeps all), in the order they were given. */
  record Stage(CutFilter filter, UnaryOperator<Cut> map) {}

  final String kind;
  final Optional<Bins> bins;
  final int eagerBins;
  final boolean binned;
  private Optional<SamplingConstraint> constraint;
  int buffer = 20_000;
  long seed;
  long epoch;
  boolean shuffle = true;
  boolean dropLast;
  int rank;
  int worldSize = 1;
  boolean sync;
  List<Stage> stages = new ArrayList<>();

  /** Bins are absent where they are estimated from the epoch itself: eagerBins of them. */
  SamplerBuilder(
      String kind, Optional<Bins> bins, int eagerBins, Optional<SamplingConstraint> constraint) {
    this.kind = kind;
    this.bins = bins;
    this.eagerBins = eagerBins;
    this.constraint = constraint;
    binned = !bins.equals(Optional.of(DurationBins.single()));
  }

  private SamplerBuilder(SamplerBuilder other) {
    this(other.kind, other.bins, other.eagerBins, other.constraint);
    buffer = other.buffer;
    seed = other.seed;
    epoch = other.epoch;
    shuffle = other.shuffle;
    dropLast = other.dropLast;
    rank = other.rank;
    worldSize = other.worldSize;
    sync = other.sync;
    stages = List.copyOf(other.stages);
  }

  /**
   * Cap of padded audio, the short form of {@code constraint(TimeConstraint.seconds(s))}.
   *
   * @param seconds n times the longest duration, finite and above 0
   * @return this
   */
  public SamplerBuilder maxDuration(double seconds) {
    return constraint(TimeConstraint.seconds(seconds));
  }

  /**
   * A fixed number of cuts for each bin, the short form of {@code
   * constraint(FixedBatchSizes.of(sizes))}.
   *
   * @param sizes one a bin, each at least 1
   * @return this
   */
  public SamplerBuilder batchSizes(int... sizes) {
    return constraint(FixedBatchSizes.of(sizes));
  }

  /**
   * How large a batch may grow.
   *
   * @param constraint the only one of this sampler
   * @return this
   * @throws IllegalArgumentException where there is one already
   */
  public SamplerBuilder constraint(SamplingConstraint constraint) {
    this.constraint.ifPresent(
        first -> {
          throw new IllegalArgumentException(
              "both " + first + " and " + constraint + " are given, expected one constraint");
        });
    this.constraint = Optional.of(constraint);
    return this;
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
   * The first epoch's number: a run that resumes at the start of epoch 3 draws what epoch 3 of an
   * uninterrupted run draws. Default 0.
   *
   * @param epoch 0 or more
   * @return this
   */
  public SamplerBuilder epoch(long epoch) {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch is " + epoch + ", expected 0 or more");
    }
    this.epoch = epoch;
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
   * Rejects what a filter does not keep; filters and maps apply in the order they are given.
   *
   * @param filter the condition and its name
   * @return this
   */
  public SamplerBuilder filter(CutFilter filter) {
    stages.add(new Stage(filter, UnaryOperator.identity()));
    return this;
  }

  /**
   * Rejects cuts with too many tokens for their audio, usually broken transcripts.
   *
   * @param maxTps tokens per second, above 0
   * @return this
   */
  public SamplerBuilder maxTps(double maxTps) {
    return filter(CutFilter.tokensPerSecond(0, maxTps));
  }

  /**
   * Replaces each cut, for example by one with other durations.
   *
   * @param name what is done, in words, a part of the configuration that a saved state remembers
   * @param map the replacement, never null
   * @return this
   */
  public SamplerBuilder map(String name, UnaryOperator<Cut> map) {
    stages.add(new Stage(new CutFilter(name, cut -> true), map));
    return this;
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
    this.worldSize = worldSize;
    sync = true;
    return this;
  }

  /**
   * The sampler.
   *
   * @return a new sampler at the start of epoch 0
   * @throws IllegalArgumentException where no constraint is given, or fixed sizes do not match the
   *     bins
   */
  public BucketingSampler build() {
    SamplingConstraint given = checkedConstraint();
    if (given instanceof FixedBatchSizes(List<Integer> sizes)) {
      int count = bins.map(Bins::count).orElse(eagerBins);
      if (sizes.size() != count || eagerBins > 0) {
        throw new IllegalArgumentException(
            "sizes has "
                + sizes.size()
                + " batch sizes, expected one for each of "
                + count
                + (eagerBins > 0 ? " bins that are not estimated yet" : " bins"));
      }
    }
    return new BucketingSampler(new SamplerBuilder(this), given);
  }

  private SamplingConstraint checkedConstraint() {
    return constraint.orElseThrow(
        () ->
            new IllegalArgumentException(
                "no constraint is given, expected maxDuration, batchSizes or constraint"));
  }

  /** All settings in words: what a saved state must agree with. */
  Map<String, String> configuration() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("sampler", kind);
    all.put("bins", bins.map(Objects::toString).orElse(eagerBins + " estimated each epoch"));
    all.put("constraint", checkedConstraint().toString());
    all.put("buffer", Integer.toString(buffer));
    all.put("seed", Long.toString(seed));
    all.put("shuffle", Boolean.toString(shuffle));
    all.put("dropLast", Boolean.toString(dropLast));
    all.put("stages", stages.stream().map(stage -> stage.filter().name()).toList().toString());
    all.put("syncBuckets", sync ? rank + " of " + worldSize : "off");
    return all;
  }
}
