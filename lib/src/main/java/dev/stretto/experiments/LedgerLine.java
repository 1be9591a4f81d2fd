package dev.stretto.experiments;

import java.util.OptionalDouble;

/**
 * One measured number beside the paper's.
 *
 * @param paper the paper's id
 * @param measure the measure's id
 * @param dataset the real data set it was measured on; empty for generated data
 * @param unit the unit
 * @param kind what sort of statement it is
 * @param scale how near to the paper's setting
 * @param paperValue what the paper reports, {@code "own"} for a criterion of the workbench
 * @param ours what was measured; empty where nothing was
 * @param statistic what {@code ours} is of the raw values: value, mean, ratio of sums or median;
 *     empty where nothing was measured
 * @param spread standard deviation over seeds, interquartile range over rounds; empty for one value
 * @param n seeds or rounds that {@code ours} rests on
 * @param threshold the criterion as text, for example {@code ">= 5"}
 * @param verdict the computed verdict
 * @param preset the run's preset
 * @param seeds the number of seeds of the run
 * @param notebook the notebook that measured it
 * @param provenance settings, versions, machine class and revision; no dates, no names
 */
public record LedgerLine(
    String paper,
    String measure,
    String dataset,
    String unit,
    Kind kind,
    ExperimentScale scale,
    String paperValue,
    OptionalDouble ours,
    String statistic,
    OptionalDouble spread,
    int n,
    String threshold,
    Verdict verdict,
    Preset preset,
    int seeds,
    String notebook,
    String provenance) {

  /** What a line is about: a run's new line takes the place of the line with the same key. */
  record Key(String paper, String measure, String dataset, Preset preset) {}

  Key key() {
    return new Key(paper, measure, dataset, preset);
  }
}
