package dev.stretto.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

/** Quantiles by hand. */
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

  @Test
  void badInputIsNamed() {
    assertThrows(IllegalArgumentException.class, SampleStatistics::of);
    assertThrows(IllegalArgumentException.class, () -> SampleStatistics.of(1, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> SampleStatistics.of(1).quantile(1.1));
  }
}
