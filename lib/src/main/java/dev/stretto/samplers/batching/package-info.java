/**
 * Which cuts form a mini-batch: static and dynamic bucketing, duration caps, packing, and the
 * search for batch sizes.
 *
 * <p>Read {@link dev.stretto.samplers.batching.BatchingSampler} first (cuts are pushed in, batches
 * come out), then {@link dev.stretto.samplers.batching.SamplingConstraint} (when a batch is full),
 * {@link dev.stretto.samplers.batching.DurationBins} and {@link
 * dev.stretto.samplers.batching.DurationBins2d}, {@link
 * dev.stretto.samplers.batching.BucketingSampler} (the sampler itself), {@link
 * dev.stretto.samplers.batching.BatchSizeOptimizer}, and for packing {@link
 * dev.stretto.samplers.batching.PackingSampler}. A sampler is begun with {@code StaticRandom.of},
 * {@code DurationCap.of} or {@code DynamicBucketing.of}, set up on the builder that they return,
 * and run with {@code over}.
 *
 * <p>Names that users of lhotse and NeMo know:
 *
 * <ul>
 *   <li>SimpleCutSampler: {@code StaticRandom}. DynamicCutSampler: {@code DurationCap}, which never
 *       goes over its cap. DynamicBucketingSampler: {@code DynamicBucketing}. Infinite sampling:
 *       {@code CutStreams.endless}.
 *   <li>TimeConstraint with quadratic_duration: {@code TimeConstraint}.
 *       FixedBucketBatchSizeConstraint and its 2-D form: {@code FixedBatchSizes}.
 *   <li>estimate_duration_bins, estimate_duration_bins_2d with {@code max_tps}, strict and lenient
 *       choice: {@code DurationBins}, {@code DurationBins2d}.
 *   <li>filter, rate filter, {@code _skipme}: {@code SamplerBuilder.filter} and {@code maxTps}.
 *   <li>concurrent=True: {@code BucketingSampler.concurrently}. sync_buckets: {@code syncBuckets}.
 *   <li>get_report: {@code report}.
 *   <li>OOMptimizer: {@code BatchSizeOptimizer}.
 * </ul>
 */
package dev.stretto.samplers.batching;
