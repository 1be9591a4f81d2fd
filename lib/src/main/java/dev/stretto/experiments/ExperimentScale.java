package dev.stretto.experiments;

import java.util.Locale;

/** How near to the paper's own setting a number was measured. */
public enum ExperimentScale {
  /** The paper's own setting. */
  PAPER,
  /** The same kind of model and data, smaller. */
  REDUCED,
  /** A synthetic stand-in. */
  TOY;

  /** {@return the scale on a data set: what is a toy on generated data is reduced on real data} */
  ExperimentScale on(String dataset) {
    return this == TOY && !dataset.isEmpty() ? REDUCED : this;
  }

  /** The word that the ledger writes. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
