package dev.stretto.samplers.batching;

/** Range checks of public methods: one sentence with field, value and expectation. */
final class Checks {
  private Checks() {}

  static void positive(String field, double value, String unit) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          field + " is " + value + ", expected finite " + unit + " above 0");
    }
  }

  static void atLeastOne(String field, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " is " + value + ", expected at least 1");
    }
  }

  static void rank(int rank, int worldSize) {
    atLeastOne("worldSize", worldSize);
    if (rank < 0 || rank >= worldSize) {
      throw new IllegalArgumentException(
          "rank is " + rank + ", expected 0 to " + (worldSize - 1) + " of worldSize " + worldSize);
    }
  }
}
