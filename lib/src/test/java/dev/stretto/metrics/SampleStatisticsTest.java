package dev.stretto.metrics;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import org.junit.jupiter.api.Test;

/** Quantiles by hand; the coverage of the bootstrap interval on a known distribution. */
class SampleStatisticsTest {

  @Test
  void quantilesInterpolateBetweenNeighbours() {
    SampleStatistics summary = SampleStatistics.of(4, 1, 3, 2);
    assertEquals(1, summary.quantile(0));
    assertEquals(1.75, summary.quantile(.25), 1e-12);
    assertEquals(2.5, summary.median(), 1e-12);
    assertEquals(4, summary.quantile(1), 1e-12);
    assertEquals(2.5, summary.mean(), 1e-12);
    assertEquals(Math.sqrt(5 / 3.0), summary.deviation(), 1e-12);
    assertEquals(0, SampleStatistics.of(7).deviation());
    assertEquals(7, SampleStatistics.of(7).quantile(.9));
  }

  /** The share of 400 has a deviation of .011; five of them are a false alarm once in 10^6 runs. */
  @Test
  void theIntervalCoversTheTrueMeanAsOftenAsItSays() {
    int covered = 0;
    for (long seed = 0; seed < 400; seed++) {
      Rng rng = SeedTree.of(seed).child("sample").rng();
      double[] values = rng.doubles(50).toArray();
      double[] interval = SampleStatistics.of(values).meanInterval(.95, 400, seed);
      covered += interval[0] <= .5 && .5 <= interval[1] ? 1 : 0;
    }
    // 50 values are few: the percentile interval is a little narrow
    assertEquals(.945, covered / 400.0, .055, covered + " of 400");
  }

  @Test
  void theSeedDecidesTheInterval() {
    SampleStatistics summary = SampleStatistics.of(1, 5, 2, 8, 3);
    assertArrayEquals(summary.meanInterval(.9, 500, 3), summary.meanInterval(.9, 500, 3));
    double[] interval = summary.meanInterval(.9, 500, 3);
    assertTrue(interval[0] < summary.mean() && summary.mean() < interval[1]);
  }

  @Test
  void badInputIsNamed() {
    assertThrows(IllegalArgumentException.class, SampleStatistics::of);
    assertThrows(IllegalArgumentException.class, () -> SampleStatistics.of(1, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> SampleStatistics.of(1).quantile(1.1));
    assertThrows(
        IllegalArgumentException.class, () -> SampleStatistics.of(1).meanInterval(1, 10, 0));
  }
}
