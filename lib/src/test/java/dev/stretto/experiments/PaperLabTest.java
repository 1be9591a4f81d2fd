package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.profilers.InterleavedTimer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

class PaperLabTest {
  private record Knobs(long seed) {}

  @TempDir private Path folder;

  private Experiment<Knobs> open(String preset) {
    Map<String, String> environment = new HashMap<>();
    environment.put("STRETTO_PRESET", preset);
    environment.put("STRETTO_FIGURES", folder.toString());
    environment.put("STRETTO_REVISION", "abc");
    return new Experiment<>(
        "01-batching", new Knobs(7), environment, (figure, where, name, provenance) -> List.of());
  }

  private static InterleavedTimer timer() {
    return new InterleavedTimer().add("slow", () -> spin(200_000)).add("fast", () -> spin(20_000));
  }

  private static void spin(int nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aMeasureRunsTheSeedsItselfAndStoresWhatTheyGave() throws Exception {
    var lab = open("extended");
    List<Long> ran = new ArrayList<>();
    Verdict verdict =
        lab.paper("flover")
            .measure(
                "slot-steps-saved",
                seed -> {
                  ran.add(seed);
                  return .1 * (seed - 6);
                });
    assertEquals(Verdict.REPRODUCED, verdict);
    assertEquals(List.of(7L, 8L, 9L), ran);
    lab.paper("flover").ratio("gap-speedup-last", seed -> seed, seed -> 4);
    lab.ledger();
    Ledger ledger = Ledger.read(folder.resolve("ledger.csv"));
    LedgerLine line = ledger.find("flover", "slot-steps-saved", "", Preset.EXTENDED).orElseThrow();
    assertEquals(.2, line.ours().orElseThrow());
    assertEquals("mean", line.statistic());
    assertEquals(.1, line.spread().orElseThrow());
    assertEquals(3, line.n());
    assertEquals(StudyScale.TOY, line.scale());
    LedgerLine ratio = ledger.find("flover", "gap-speedup-last", "", Preset.EXTENDED).orElseThrow();
    assertEquals("ratio of sums", ratio.statistic());
    assertEquals(2, ratio.ours().orElseThrow());
    assertEquals(
        List.of(
            "paper,measure,dataset,preset,arm,seed,unit,value",
            "flover,slot-steps-saved,,extended,,7,share,0.1",
            "flover,slot-steps-saved,,extended,,8,share,0.2",
            "flover,slot-steps-saved,,extended,,9,share,0.3"),
        Files.readAllLines(folder.resolve("01-batching/rows.csv")).subList(0, 4));
    assertEquals(10, Files.readAllLines(folder.resolve("01-batching/rows.csv")).size());
  }

  @Test
  void aTimedMeasureTakesTheRoundsOfATimerAndRefusesTooFew() {
    var lab = open("quick");
    PaperLab paper = lab.paper("flover");
    InterleavedTimer.Timings enough = lab.time(timer());
    assertEquals(2, enough.warmUps());
    assertEquals(7, enough.rounds());
    assertEquals(Verdict.REPRODUCED, paper.measure("wall-makespan-gain", enough, "slow", "fast"));
    lab.ledger();
    LedgerLine line =
        Ledger.read(folder.resolve("ledger.csv"))
            .find("flover", "wall-makespan-gain", "", Preset.QUICK)
            .orElseThrow();
    assertEquals("median", line.statistic());
    assertEquals(7, line.n());
    assertTrue(line.spread().isPresent());
    for (int[] few : new int[][] {{1, 7}, {2, 6}}) {
      InterleavedTimer.Timings timings = timer().run(few[0], few[1]);
      String says = refused(() -> paper.measure("wall-makespan-gain", timings, "slow", "fast"));
      assertEquals(
          "flover/wall-makespan-gain has %d warm-ups and %d rounds, expected at least 2 and 7"
              .formatted(few[0], few[1]),
          says);
    }
    assertTrue(refused(() -> paper.measure("wall-makespan-gain", seed -> 1)).contains("is timed"));
    assertTrue(refused(() -> paper.measure("slot-steps-saved", .5)).contains("is measured"));
    assertTrue(
        refused(() -> paper.measure("slot-steps-saved", enough, "slow", "fast"))
            .contains("is not timed"));
    assertEquals(Verdict.HOLDS, paper.measure("makespan-gain", 12.5), "arithmetic needs no seed");
  }

  @Test
  void aSmokeRunRunsEverythingOnceAndWritesNothing() {
    var lab = open("smoke");
    List<Long> ran = new ArrayList<>();
    assertEquals(
        Verdict.NOT_JUDGED,
        lab.paper("flover")
            .measure(
                "slot-steps-saved",
                seed -> {
                  ran.add(seed);
                  return Double.NaN;
                }));
    assertEquals(1, ran.size());
    InterleavedTimer.Timings timings = lab.time(timer());
    assertEquals(1, timings.rounds());
    lab.paper("flover").measure("wall-makespan-gain", timings, "slow", "fast");
    lab.ledger();
    assertFalse(Files.exists(folder.resolve("ledger.csv")));
    assertFalse(Files.exists(folder.resolve("01-batching/rows.csv")));
  }

  @Test
  void theTableShowsBothPresetsAndTheVerdictOfTheLargest() {
    var large = open("extended");
    large.paper("flover").measure("slot-steps-saved", seed -> .05 + .001 * seed);
    large.ledger();
    var small = open("quick");
    small.data("trace", "CC BY 4.0");
    small.paper("flover").measure("slot-steps-saved", seed -> .15);
    small.paper("flover").measure("slot-steps-saved", "trace", seed -> -.1);
    Table table = small.paper("flover").table();
    assertEquals(
        List.of("claim", "paper", "target", "quick", "extended", "verdict", "n", "scale", "kind"),
        table.columnNames());
    Map<String, Row> rows = new HashMap<>();
    table.forEach(row -> rows.put(row.getString("claim").replaceFirst(":.*", ""), at(table, row)));
    Row generated = rows.get("slot-steps-saved");
    assertEquals("0.15", generated.getString("quick"));
    assertEquals("0.058 ± 0.001", generated.getString("extended"));
    assertEquals("weaker (extended)", generated.getString("verdict"));
    assertEquals("3", generated.getString("n"));
    assertEquals("toy", generated.getString("scale"));
    Row real = rows.get("slot-steps-saved (trace)");
    assertEquals("not reproduced (quick)", real.getString("verdict"));
    assertEquals("-0.1", real.getString("quick"));
    assertEquals("reduced", real.getString("scale"));
    assertEquals("not judged", rows.get("wall-makespan-gain").getString("verdict"));
  }

  private static Row at(Table table, Row row) {
    Row copy = new Row(table);
    copy.at(row.getRowNumber());
    return copy;
  }

  private static String refused(Runnable call) {
    return assertThrows(IllegalArgumentException.class, call::run).getMessage();
  }
}
