package dev.stretto.profilers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.Acceptance;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** Tables and exports of acceptance, on a run whose numbers are known. */
class AcceptanceProfilerTest {
  private static Acceptance run(double start) {
    var recorder = new Acceptance.Recorder();
    recorder.pass(TokenTree.chain(9, 1, 2), new int[] {0, 1, 2}, 3, start);
    recorder.pass(TokenTree.chain(9), new int[] {0}, 1, start + 1);
    recorder.pass(TokenTree.chain(9, 1, 2), new int[] {0, 1}, 1, start + 3);
    return recorder.report();
  }

  @Test
  void depthsAndMethodsStandInTables() {
    Table depths = AcceptanceProfiler.byDepth(run(2));
    assertArrayEquals(new double[] {1, .5}, depths.doubleColumn("conditional").asDoubleArray());
    assertEquals(2 / 3.0, depths.doubleColumn("unconditional").get(0), 1e-15);
    assertEquals(.5, depths.doubleColumn("survival").get(1), 1e-15);
    Map<String, Acceptance> methods = new LinkedHashMap<>();
    methods.put("one", run(2));
    methods.put("both", run(2).plus(run(4)));
    Table table = AcceptanceProfiler.table(methods);
    assertEquals(6, table.longColumn("passes").get(1));
    assertEquals(5 / 3.0, table.doubleColumn("lengthWithBonus").get(0), 1e-15);
    assertEquals(1, table.doubleColumn("lengthWithoutBonus").get(0), 1e-15);
    assertEquals(3, table.doubleColumn("ttft").get(1), 1e-15, "between 2 and 4");
    // gaps of one request: 0 0 1 2
    assertEquals(.5, table.doubleColumn("gapP50").get(0), 1e-15);
    assertEquals(2, table.doubleColumn("gapP95").get(0), 1e-15);
  }
}
