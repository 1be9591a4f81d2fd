package dev.stretto.data.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stretto.tensor.SeedTree;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class ManifestSummaryTest {
  @Test
  void sketchedQuantilesAreWithinTheirBoundOfTheSortedOnes() {
    for (long seed = 1; seed <= 20; seed++) {
      var rng = SeedTree.of(seed).rng();
      int n = 1 + rng.nextInt(2000);
      QuantileSketch sketch = new QuantileSketch();
      double[] values = new double[n];
      for (int i = 0; i < n; i++) {
        values[i] = rng.nextInt(5) == 0 ? 0 : Math.exp(8 * rng.nextGaussian());
        sketch.accept(values[i]);
      }
      java.util.Arrays.sort(values);
      for (double q : new double[] {0, .01, .25, .5, .95, 1}) {
        double exact = values[(int) Math.floor(q * (n - 1))];
        assertEquals(exact, sketch.quantile(q), 5.1e-4 * exact + 1e-5, "seed " + seed + " q " + q);
      }
    }
  }

  @Test
  void tablesStateCountsHoursAndLanguages() {
    List<Cut> cuts =
        List.of(
            new Cut("a", 3600, 10, "", "en", java.util.Map.of()),
            new Cut("b", 1800, 30, "", "de", java.util.Map.of()),
            new Cut("c", 1800, 5, "", "en", java.util.Map.of()));
    ManifestSummary summary = ManifestSummary.of(cuts);
    assertEquals(3, summary.cuts());
    assertEquals(2, summary.hours());
    Table table = summary.table();
    assertEquals("3 cuts, 2.00 h", table.name());
    assertEquals(
        List.of("quantity", "mean", "min", "p1", "p5", "p50", "p95", "p99", "max"),
        table.columnNames());
    assertEquals(10, table.doubleColumn("p50").get(1));
    Table languages = summary.languages();
    assertEquals(List.of("en", "de"), languages.stringColumn("language").asList());
    assertEquals(.75, languages.doubleColumn("share").get(0));
    assertEquals(15 / 5400., languages.doubleColumn("tokens/s").get(0));
    assertEquals(0, ManifestSummary.of(List.<Cut>of()).table().doubleColumn("mean").get(0));
  }
}
