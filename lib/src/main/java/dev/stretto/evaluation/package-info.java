/**
 * Benches that put models, data and measures together. {@link
 * dev.stretto.evaluation.SpeculationBench}: decoding methods beside plain decoding, counted and
 * timed; {@link dev.stretto.evaluation.SpecBenchRun}: the question files of Spec-Bench and its
 * table.
 */
package dev.stretto.evaluation;
