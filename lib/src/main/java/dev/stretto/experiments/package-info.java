/**
 * The harness. Read {@link dev.stretto.experiments.Experiment} (a notebook's session: settings,
 * preset, figures), {@link dev.stretto.experiments.PaperLab} (a paper's section: measures and the
 * table of its claims), {@link dev.stretto.experiments.Recipe} (a trained model, declared once),
 * then {@link dev.stretto.experiments.Criterion} and {@link dev.stretto.experiments.Ledger}
 * (computed verdicts). Only {@code zoo}, {@code papers} and notebooks import this package.
 */
package dev.stretto.experiments;
