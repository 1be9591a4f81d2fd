/**
 * Which cuts form a mini-batch: static and dynamic bucketing, duration and size constraints,
 * packing, and the search for batch sizes. A sampler is a push machine, {@link
 * dev.stretto.samplers.batching.BatchingSampler}; all public types may be used from outside.
 */
package dev.stretto.samplers.batching;
