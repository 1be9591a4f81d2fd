package dev.stretto.profilers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.manifest.Cut;
import dev.stretto.samplers.batching.Batch;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** The cost model against sums over layers and positions; the profiler against its identities. */
class PaddingProfilerTest {
  private static final SpeechCost SMALL = SpeechCost.small();

  @Test
  void theCostOfAHandComputedBatch() {
    // T = 25 and 50, u = 10 and 4 at 12.5 positions a second
    Batch batch = new Batch(List.of(Cut.of("a", 2, 10), Cut.of("b", 4, 4)), -1);
    PaddingReport report = PaddingProfiler.of(List.of(batch), SMALL);
    assertEquals(1 - 75 / 100.0, report.padIn(), 1e-12);
    assertEquals(1 - 14 / 20.0, report.padOut(), 1e-12);
    double longest = 4 * (12 * 4096 * 50 + 2 * 2500 * 64);
    longest += 4 * (16 * 4096 * 10 + 2 * 100 * 64 + 2 * 10 * 50 * 64);
    double a = 4 * (12 * 4096 * 25 + 2 * 625 * 64);
    a += 4 * (16 * 4096 * 10 + 2 * 100 * 64 + 2 * 10 * 25 * 64);
    double b = 4 * (12 * 4096 * 50 + 2 * 2500 * 64);
    b += 4 * (16 * 4096 * 4 + 2 * 16 * 64 + 2 * 4 * 50 * 64);
    assertEquals(1 - (a + b) / (2 * longest), report.padCost(), 1e-12);
    assertEquals(2 / (2 * longest / 1e9), report.cutsPerGmac(), 1e-9);
    double floats = 4 * (17 * 64 * 50 + 4 * 2500);
    floats += 4 * (20 * 64 * 10 + 4 * 100 + 4 * 10 * 50) + 2 * 1000 * 10;
    assertEquals(2 * floats, report.maxFloats(), 1e-9);
  }

  @Test
  void framesAreTheCeilingOfSecondsTimesRate() {
    assertEquals(7, SMALL.frames(.56));
    assertEquals(8, SMALL.frames(.561));
    assertEquals(1, SMALL.frames(.001));
    for (int t = 1; t < 5_000; t++) {
      assertEquals(t, SMALL.frames(t / 12.5), "T = " + t);
      assertEquals(t, SMALL.frames(t * .08), "T = " + t);
    }
  }

  @Test
  void usefulAndPaddingSumToOneForEveryBatchAndForSums() {
    for (long seed = 0; seed < 200; seed++) {
      List<Batch> batches = batches(seed);
      var all = new PaddingProfiler("all", SMALL);
      double useful = 0;
      double executed = 0;
      for (Batch batch : batches) {
        PaddingReport one = PaddingProfiler.of(List.of(batch), SMALL);
        double own = batch.cuts().stream().mapToDouble(SMALL::macs).sum();
        assertEquals(1, own / one.macs() + one.padCost(), 1e-12, "seed " + seed);
        assertEquals(one.padCost(), one.padEncoder() + one.padDecoder(), 1e-12, "seed " + seed);
        assertTrue(
            one.padIn() >= 0 && one.padOut() >= 0 && one.padEncoder() >= 0 && one.padDecoder() >= 0,
            "seed " + seed);
        useful += own;
        executed += one.macs();
        all.accept(batch);
      }
      assertEquals(1 - useful / executed, all.report().padCost(), 1e-12, "seed " + seed);
      assertEquals(useful / executed, all.report().useful(), 1e-12, "seed " + seed);
    }
  }

  @Test
  void equalLengthsHaveNoPadding() {
    Batch batch = new Batch(List.of(Cut.of("a", 3, 7), Cut.of("b", 3, 7)), -1);
    PaddingReport report = PaddingProfiler.of(List.of(batch), SMALL);
    assertEquals(0, report.padIn());
    assertEquals(0, report.padOut());
    assertEquals(0, report.padCost());
  }

  @Test
  void raggedBatchesHaveNoPaddingAndTheMemoryOfTheirCuts() {
    for (long seed = 0; seed < 50; seed++) {
      var profiler = new PaddingProfiler("ragged", SMALL, new BatchLayout.Ragged(), 1_000_000);
      double floats = 0;
      for (Batch batch : batches(seed)) {
        profiler.accept(batch);
        floats += batch.cuts().stream().mapToDouble(SMALL::memory).sum();
      }
      PaddingReport report = profiler.report();
      assertEquals(0, report.padCost(), "seed " + seed);
      assertEquals(0, report.padIn(), "seed " + seed);
      assertEquals(floats / report.batches() / 1e6, report.memoryUse(), 1e-9, "seed " + seed);
    }
  }

  @Test
  void aDenseRowCostsItsWholeSquareAndASegmentedRowOnlyItsCuts() {
    // T = 25 and 50, u = 10 and 4, in a row of 100
    Batch row = new Batch(List.of(Cut.of("a", 2, 10), Cut.of("b", 4, 4)), -1);
    var dense = new PaddingProfiler("dense", SMALL, new BatchLayout.Rows(100, true), 0);
    dense.accept(row);
    PaddingReport report = dense.report();
    assertEquals(.25, report.padIn(), 1e-12);
    assertEquals(0, report.padOut(), 1e-12);
    assertEquals((double) SMALL.macs(100, 14), report.macs(), 1e-3);
    assertEquals((double) SMALL.memory(100, 14), report.maxFloats(), 1e-3);
    var segmented = new PaddingProfiler("segments", SMALL, new BatchLayout.Rows(100, false), 0);
    segmented.accept(row);
    double linear = 4.0 * 12 * 4096 * 100 + 4.0 * 16 * 4096 * 14;
    double attention = 4.0 * 2 * 64 * (625 + 2500 + 100 + 16 + 10 * 25 + 4 * 50);
    assertEquals(linear + attention, segmented.report().macs(), 1e-3);
    assertTrue(segmented.report().padDecoder() < 1e-12);
  }

  @Test
  void rowsAreStackedUntilTheBudgetAndPaddedToTheLongestOutput() {
    long budget = 2 * SMALL.memory(100, 12);
    var profiler = new PaddingProfiler("rows", SMALL, new BatchLayout.Rows(100, true), budget);
    for (int u : new int[] {12, 9, 12, 12, 13}) {
      profiler.accept(new Batch(List.of(Cut.of("a", 4, u)), -1));
    }
    PaddingReport report = profiler.report();
    assertEquals(3, report.batches());
    assertEquals(2 * 12 + 2 * 12 + 13, Math.round(58 / (1 - report.padOut())));
    assertEquals(1, report.maxMemoryUse(), 1e-12);
  }

  @Test
  void anOwnSamplerIsProfiledInTenLines() {
    List<List<Cut>> own = List.of(List.of(Cut.of("a", 2, 10), Cut.of("b", 4, 4)));
    var profiler = new PaddingProfiler("mine", SMALL);
    own.forEach(cuts -> profiler.accept(new Batch(cuts, -1)));
    Table table = PaddingReport.table(List.of(profiler.report()));
    assertEquals("mine", table.stringColumn("sampler").get(0));
    assertEquals(2.0, table.doubleColumn("meanBatch").get(0));
    assertTrue(table.doubleColumn("memoryUse").isMissing(0));
  }

  @Test
  void nothingMeasuredIsAllZero() {
    PaddingReport report = PaddingProfiler.of(List.of(), SMALL);
    assertEquals(0, report.padCost());
    assertEquals(0, report.meanBatch());
    assertEquals(0, report.cutsPerGmac());
  }

  @Test
  void badSettingsAreNamed() {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> new SpeechCost(64, 4, 4, 4, 1000, Double.NaN));
    assertEquals("frameRate is NaN, expected positions/s above 0", error.getMessage());
    assertThrows(IllegalArgumentException.class, () -> new SpeechCost(0, 4, 4, 4, 1000, 12.5));
    assertThrows(IllegalArgumentException.class, () -> new BatchLayout.Rows(0, true));
  }

  private static List<Batch> batches(long seed) {
    Rng rng = SeedTree.of(seed).child("batches").rng();
    List<Batch> batches = new ArrayList<>();
    for (int b = 1 + rng.nextInt(5); b > 0; b--) {
      List<Cut> cuts = new ArrayList<>();
      for (int i = 1 + rng.nextInt(6); i > 0; i--) {
        cuts.add(Cut.of("x", .1 + 40 * rng.nextDouble(), rng.nextInt(300)));
      }
      batches.add(new Batch(cuts, -1));
    }
    return batches;
  }
}
