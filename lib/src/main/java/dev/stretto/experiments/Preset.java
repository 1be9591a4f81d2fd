package dev.stretto.experiments;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.LongStream;

/** How much a run spends. The code path is the same in all four. */
public enum Preset {
  /** Seconds: what tests run. */
  SMOKE(1),
  /** What a notebook runs by default: one seed, stored models, minutes. */
  QUICK(1),
  /** Several seeds and larger budgets: hours on two cores. */
  EXTENDED(3),
  /** Shapes like the papers': a GPU. */
  FULL(3);

  private final int seeds;

  Preset(int seeds) {
    this.seeds = seeds;
  }

  /** The preset that {@code STRETTO_PRESET} names, {@link #QUICK} where it is unset. */
  static Preset from(Map<String, String> environment) {
    String name = environment.getOrDefault("STRETTO_PRESET", "").strip();
    if (name.isEmpty()) {
      return QUICK;
    }
    return Arrays.stream(values())
        .filter(preset -> preset.toString().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "STRETTO_PRESET is '%s'; it can be smoke, quick, extended or full"
                        .formatted(name)));
  }

  /**
   * The seeds a run of this preset repeats over.
   *
   * @param first the first seed
   * @return {@code first, first + 1, ...}: one seed in smoke and quick, three in extended and full
   */
  public List<Long> seeds(long first) {
    return LongStream.range(first, first + seeds).boxed().toList();
  }

  /** {@return whether there are several seeds and larger budgets: extended and full} */
  public boolean isExtended() {
    return compareTo(EXTENDED) >= 0;
  }

  /** {@return whether the run only shows that every cell runs} */
  public boolean isSmoke() {
    return this == SMOKE;
  }

  /**
   * Chooses a default by preset.
   *
   * @param smoke the value in smoke
   * @param quick the value in quick
   * @param extended the value in extended
   * @param full the value in full
   * @param <T> the type of the value
   * @return the value for this preset
   */
  public <T> T pick(T smoke, T quick, T extended, T full) {
    return switch (this) {
      case SMOKE -> smoke;
      case QUICK -> quick;
      case EXTENDED -> extended;
      case FULL -> full;
    };
  }

  /** The name as it is written in {@code STRETTO_PRESET} and in the ledger. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
