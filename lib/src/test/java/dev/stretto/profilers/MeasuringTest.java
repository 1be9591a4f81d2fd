package dev.stretto.profilers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.TableModel;
import dev.stretto.samplers.batching.BatchSizeOptimizer;
import dev.stretto.samplers.batching.DurationBins;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import tech.tablesaw.api.Table;

/** RTFx, cost curves and memory: that they measure what they say, no test asserts a time. */
class MeasuringTest {

  @Test
  void rtfxIsAudioOverTimeForEachBatchAndEveryUtteranceIsGivenOnce() {
    List<double[]> audio = List.of(new double[2], new double[5], new double[3]);
    List<Integer> calls = new ArrayList<>();
    Table table =
        new RtfxProfiler<double[]>(wave -> wave.length)
            .add("echo", 1, audio, batch -> calls.add(batch.size()))
            .add("echo", 2, audio, batch -> calls.add(batch.size()))
            .run(0, 1);
    assertEquals(List.of(1, 1, 1, 2, 1), calls);
    assertArrayEquals(new double[] {10, 10}, table.doubleColumn("audioSeconds").asDoubleArray());
    for (int row = 0; row < 2; row++) {
      assertEquals(
          10,
          table.doubleColumn("rtfx").get(row) * table.doubleColumn("wallSeconds").get(row),
          1e-9);
    }
    assertEquals(1, table.doubleColumn("speedup").get(0), 1e-12);
    assertThrows(
        IllegalArgumentException.class,
        () -> new RtfxProfiler<double[]>(wave -> 0).add("silent", 1, audio, batch -> {}));
  }

  @Test
  void aCostCurveMeasuresEverySizeAndInterpolates() {
    TableModel model = TableModel.random(32, 1, 1, SeedTree.of(0));
    CostCurve curve = CostCurve.positions(model, 8, 1, 3, 9);
    assertEquals(List.of("positions", "seconds", "c"), curve.table().columnNames());
    assertEquals(1, curve.c(1), 1e-12);
    assertEquals(curve.seconds()[1] / curve.seconds()[0], curve.c(3), 1e-12);
    assertEquals((curve.c(3) + curve.c(9)) / 2, curve.c(6), 1e-9);
    assertEquals(9, curve.samples().get(2).tokens());
    assertEquals(24, CostCurve.rows(model, 8, 1, 3).samples().get(1).cached());
    assertThrows(IllegalArgumentException.class, () -> CostCurve.rows(model, 8, 3, 1));
    try (CausalLm network = CausalLm.gpt(1, 8, 11, 32, 1)) {
      assertTrue(CostCurve.positions(network, 8, 1, 5).c(5) > 0);
    }
  }

  /** An artificial step: so many bytes alive at once, whatever was freed before. */
  private static void allocate(long bytes) {
    try (NDManager scope = Tensors.manager()) {
      NDArray array = scope.zeros(new Shape(bytes / 8));
      array.add(1);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void thePeakIsWhatAStepTakesEvenAfterALargerOne() {
    allocate(1 << 20);
    for (int mebibytes : new int[] {16, 64, 8, 32}) {
      long peak = Long.MAX_VALUE; // of two: the virtual machine's own memory grows at times
      for (int run = 0; run < 2; run++) {
        peak = Math.min(peak, MemoryProfiler.peak(() -> allocate((long) mebibytes << 20)) >> 20);
      }
      assertTrue(Math.abs(peak - mebibytes) <= 6, peak + " MiB measured of " + mebibytes);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aBatchSizeSearchFindsWhatFitsTheBudget() {
    var probe =
        MemoryProfiler.probe(
            48L << 20, (shape, size) -> allocate((long) (size * shape.seconds() * (1 << 18))));
    var profile = new BatchSizeOptimizer(probe, 12, .05, 12).search(DurationBins.of(10));
    // 48 MiB hold 19 of 2.5 MiB; up to 6 MiB are the virtual machine's
    assertEquals(18, profile.sizes().get(0), 2.5);
  }
}
