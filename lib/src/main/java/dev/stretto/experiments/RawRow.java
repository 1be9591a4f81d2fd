package dev.stretto.experiments;

/**
 * A line of {@code rows.csv}: a raw value behind a line of the ledger.
 *
 * @param paper the paper's id
 * @param measure the measure's id
 * @param dataset the real data set; empty for generated data
 * @param preset the run's preset
 * @param arm {@code over} and {@code under} of a ratio of sums, else empty
 * @param seed the seed, or the number of a timer's round
 * @param unit the unit
 * @param value what was measured
 */
record RawRow(
    String paper,
    String measure,
    String dataset,
    Preset preset,
    String arm,
    long seed,
    String unit,
    double value) {}
