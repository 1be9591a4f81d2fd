package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LedgerTest {
  private static final String QUOTED = "1.15, \"about\" 1.23x";

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void whatIsWrittenReadsBackIdenticallyInWhateverOrder(long seed) throws IOException {
    Rng rng = SeedTree.of(seed).rng();
    List<LedgerLine> lines = new ArrayList<>();
    for (Criterion criterion : Criterion.all()) {
      double value =
          Double.parseDouble(
              Ledger.number((rng.nextDouble() - .5) * Math.pow(10, rng.nextInt(12) - 6)));
      lines.add(
          line(
              criterion.paper(),
              criterion.measure(),
              "",
              "01-batching",
              Preset.QUICK,
              value,
              "r1"));
      lines.add(
          line(
              criterion.paper(),
              criterion.measure(),
              "digits",
              "01-batching",
              Preset.QUICK,
              value,
              "r1"));
    }
    Ledger ordered = new Ledger(lines);
    Collections.shuffle(lines, new Random(seed));
    Path file = folder.resolve("deep/ledger.csv");
    new Ledger(lines).write(file);
    assertEquals(ordered.lines(), Ledger.read(file).lines(), "seed " + seed);
    String first = Files.readString(file);
    Ledger.read(file).write(file);
    assertEquals(first, Files.readString(file), "seed " + seed);
    try (var left = Files.list(file.getParent())) {
      assertEquals(1, left.count());
    }
  }

  @Test
  void aRunReplacesOnlyItsOwnNotebooksLinesOfItsPreset() {
    LedgerLine old = line("flover", "makespan-gain", "", "01-batching", Preset.QUICK, 1, "r1");
    LedgerLine gone = line("flover", "slot-steps-saved", "", "01-batching", Preset.QUICK, 1, "r1");
    LedgerLine extended =
        line("flover", "makespan-gain", "", "01-batching", Preset.EXTENDED, 2, "r1");
    LedgerLine other = line("spectr", "speedup", "", "03-speculation", Preset.QUICK, 3, "r1");
    LedgerLine real =
        line("flover", "makespan-gain", "trace", "01-batching", Preset.QUICK, 4, "r1");
    Ledger stored = new Ledger(List.of(old, gone, extended, other, real));
    LedgerLine fresh = line("flover", "makespan-gain", "", "01-batching", Preset.QUICK, 5, "r2");

    Ledger without = stored.merge("01-batching", Preset.QUICK, List.of(fresh), false);
    assertEquals(new Ledger(List.of(fresh, extended, other, real)).lines(), without.lines());
    Ledger with = stored.merge("01-batching", Preset.QUICK, List.of(fresh), true);
    assertEquals(new Ledger(List.of(fresh, extended, other)).lines(), with.lines());
  }

  @ParameterizedTest
  @CsvSource({
    "r1, r2, r1",
    "r1, r2-dirty, r1",
    "r1-dirty, r2, r2",
    "r1-dirty, r2-dirty, r1-dirty",
    "r1-dirty;data=trace, r2;data=trace, r2;data=trace"
  })
  void ofLinesThatDifferOnlyInTheRevisionTheStoredOrTheCleanOneStays(
      String stored, String fresh, String kept) {
    Ledger merged =
        new Ledger(List.of(gain(stored)))
            .merge("01-batching", Preset.QUICK, List.of(gain(fresh)), false);
    assertEquals(List.of(gain(kept)), merged.lines());
  }

  private static LedgerLine gain(String revision) {
    return line("flover", "makespan-gain", "", "01-batching", Preset.QUICK, 1, revision);
  }

  @Test
  void aBrokenLedgerIsASentenceWithFileAndLine() throws IOException {
    Path file = folder.resolve("ledger.csv");
    new Ledger(List.of(line("flover", "makespan-gain", "", "01-batching", Preset.QUICK, 1, "r1")))
        .write(file);
    Files.writeString(file, Files.readString(file).replace("WEAKER", "FINE"));
    var error = assertThrows(IllegalArgumentException.class, () -> Ledger.read(file));
    assertTrue(error.getMessage().startsWith(file + ", line 2: "), error.getMessage());
    Files.writeString(file, "a,b\n1,2\n");
    error = assertThrows(IllegalArgumentException.class, () -> Ledger.read(file));
    assertTrue(error.getMessage().contains("line 1: a ledger has the columns paper,measure"));
  }

  @Test
  void numbersHaveSixDigitsStoredAndThreeShown() {
    assertEquals("17.2346", Ledger.number(17.23456789));
    assertEquals("1E-9", Ledger.number(1e-9));
    assertEquals("0", Ledger.number(0));
    assertEquals("0.5", Ledger.number(.5));
    assertEquals("2048", Ledger.shown(2048));
    assertEquals("17.2", Ledger.shown(17.23456789));
    assertEquals("0.00123", Ledger.shown(.00123456));
    assertEquals("12346", Ledger.shown(12345.67));
    assertEquals("0", Ledger.shown(0));
  }

  private static LedgerLine line(
      String paper,
      String measure,
      String dataset,
      String notebook,
      Preset preset,
      double ours,
      String revision) {
    return new LedgerLine(
        paper,
        measure,
        dataset,
        "ratio",
        Kind.COUNT,
        StudyScale.TOY,
        QUOTED,
        OptionalDouble.of(ours),
        "mean",
        OptionalDouble.of(.25),
        3,
        ">= 5",
        Verdict.WEAKER,
        preset,
        1,
        notebook,
        "seed=1;settings=a=1,b=2;revision=" + revision);
  }
}
