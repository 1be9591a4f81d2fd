/**
 * Which examples form a mini-batch ({@code batching}), how tokens come out of a model ({@code
 * decoding}, with drafts from {@code drafting}) and how requests share one ({@code serving}).
 * Samplers do not know that they are profiled: profilers wrap them from outside.
 */
package dev.stretto.samplers;
