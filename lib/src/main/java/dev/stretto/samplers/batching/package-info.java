/**
 * Which cuts form a mini-batch: static and dynamic bucketing, duration and size constraints,
 * packing, and the search for batch sizes. A sampler is a push machine, {@link
 * dev.stretto.samplers.batching.BatchingSampler}; all public types may be used from outside.
 *
 * <p>A sampler is begun with {@code StaticRandom.of}, {@code DurationCap.of}, {@code
 * StaticBucketing.of} or {@code DynamicBucketing.of}, set up on the builder they return, and run
 * with {@code over}. Who comes from lhotse or NeMo finds here
 *
 * <ul>
 *   <li>SimpleCutSampler, DynamicCutSampler: {@code StaticRandom}, {@code DurationCap}, which looks
 *       before it adds and never goes over. BucketingSampler, DynamicBucketingSampler: {@code
 *       StaticBucketing}, {@code DynamicBucketing}; equality goes to the lower bin, equal edges are
 *       one. WeightedSimple, RoundRobin, sampler fusion, mux: {@code CutStreams.weighted}, {@code
 *       roundRobin}; ZipSampler: {@code zip}. Stateless and infinite sampling: {@code endless};
 *       random offsets into an indexed manifest: no, manifests here are streams.
 *   <li>CutPairs: no sampler of its own, because a cut carries both lengths and 2-D bins bound
 *       both.
 *   <li>TimeConstraint with quadratic_duration and max_cuts, TokenConstraint with
 *       token_equivalent_duration, FixedBucketBatchSizeConstraint and its 2-D form: {@code
 *       TimeConstraint}, {@code TokenConstraint}, {@code FixedBatchSizes}. concatenate_cuts: the
 *       packers do that, and better. Multimodal 2-D constraint: 2-D bins with {@code
 *       FixedBatchSizes}, the cut's tokens counting prompt and answer.
 *   <li>estimate_duration_bins and estimate_token_bins, estimate_duration_bins_2d with {@code
 *       max_tps}, strict and lenient choice: {@code DurationBins}, {@code DurationBins2d}. Weighted
 *       sources and duration limits of an estimate: pass it the mixed, filtered stream.
 *   <li>filter, map, duration, token and rate filters, {@code _skipme}: {@code
 *       SamplerBuilder.filter} and {@code map}, rejections counted by reason. Truncation,
 *       concatenation and augmentation of audio: not here, this package sees lengths only.
 *   <li>concurrent=True: {@code BucketingSampler.concurrently}. sync_buckets: {@code syncBuckets};
 *       every rank draws its own share instead of drawing world_size batches and keeping one.
 *       Splitting or duplicating the remainder: no, stop at the shortest rank or use {@code
 *       endless}.
 *   <li>state_dict: {@code state} and {@code restore}, the constraint and the buffered cuts
 *       included; set_epoch: {@code SamplerBuilder.epoch}. get_report: {@code report}.
 *       find_pessimistic_batches: {@code PessimisticBatches}. Per-item dataloading_info: no, a
 *       batch names its bin.
 *   <li>OOMptimizer: {@code BatchSizeOptimizer} over a probe of the caller's; the memory fraction,
 *       the second model copy and the device are the probe's.
 * </ul>
 */
package dev.stretto.samplers.batching;
