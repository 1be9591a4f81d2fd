package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.figures.ColumnClass;
import dev.stretto.figures.Figure;
import dev.stretto.figures.Show;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

class ExperimentTest {
  private record Knobs(long seed, int batches) {}

  @TempDir private Path folder;

  private final Map<String, Map<String, String>> saved = new LinkedHashMap<>();

  @Test
  void settingsPresetAndSeedsComeFromTheEnvironment() {
    var lab = open(Map.of("STRETTO_PRESET", "extended", "STRETTO_SET", "batches=400,seed=5"));
    assertEquals(new Knobs(5, 400), lab.settings());
    assertEquals(Preset.EXTENDED, lab.preset());
    assertEquals(List.of(5L, 6L, 7L), lab.seeds());
    assertEquals(List.of(7L), open(Map.of()).seeds());
    var error =
        assertThrows(IllegalArgumentException.class, () -> open(Map.of("STRETTO_PRESET", "fast")));
    assertEquals(
        "STRETTO_PRESET is 'fast'; it can be smoke, quick, extended or full", error.getMessage());
  }

  @Test
  void figuresAreShownAlwaysAndStoredOnlyInAStoredRun() {
    Picture picture = new Picture();
    String shown = Show.bundle(picture).get("text/plain").toString();
    assertEquals(shown, open(Map.of()).figure("flover", "gantt", picture).toString());
    assertTrue(saved.isEmpty());
    var lab = open(stored(Map.of())).data("trace", "CC BY 4.0");
    assertEquals(shown, lab.figure("flover", "gantt", picture).toString());
    lab.figure("flover", "gantt", "trace", picture);
    lab.figure(Experiment.OWN, "mine", picture);
    assertEquals(
        List.of("flover-gantt", "flover-gantt-trace", "own-mine"), List.copyOf(saved.keySet()));
    Map<String, String> header = saved.get("flover-gantt");
    assertEquals("gantt", header.get("figure"));
    assertEquals("flover", header.get("paper"));
    assertEquals("01-batching", header.get("notebook"));
    assertEquals("seed=7,batches=20", header.get("settings"));
    assertEquals("abc", header.get("revision"));
    assertFalse(header.containsKey("data"));
    assertEquals("trace (CC BY 4.0)", saved.get("flover-gantt-trace").get("data"));
  }

  @Test
  void onlyTheNamedFigureIsStoredAndThenNoLedger() {
    var lab = open(stored(Map.of("STRETTO_ONLY", "gantt")));
    lab.figure("flover", "makespan", new Picture());
    lab.figure("flover", "gantt", new Picture());
    lab.ledger();
    assertEquals(List.of("flover-gantt"), List.copyOf(saved.keySet()));
    assertFalse(Files.exists(folder.resolve("ledger.csv")));
  }

  @Test
  void theLastCellWritesWhatWasMeasuredAndWhatWasNot() {
    var lab = open(stored(Map.of())).data("trace", "CC BY 4.0");
    assertEquals(Verdict.HOLDS, measure(lab, "makespan-gain", 12.5, ""));
    assertEquals(Verdict.WEAKER, measure(lab, "slot-steps-saved", .05, "trace"));
    assertEquals(Verdict.HOLDS, measure(lab, "iteration-ratio", 32, ""));
    Table table = lab.ledger();
    long own = Papers.family("01").stream().mapToLong(paper -> paper.criteria().size()).sum();
    assertEquals(own, table.rowCount());
    assertEquals(1, lab.dataLedger().rowCount());
    Ledger ledger = Ledger.read(folder.resolve("ledger.csv"));
    var line = ledger.find("flover", "makespan-gain", "", Preset.QUICK).orElseThrow();
    assertEquals(12.5, line.ours().orElseThrow());
    assertEquals(">= 8", line.threshold());
    assertTrue(line.provenance().contains("jdk 25"), line.provenance());
    assertEquals(
        Verdict.NOT_JUDGED,
        ledger.find("flover", "wall-makespan-gain", "", Preset.QUICK).orElseThrow().verdict());
    assertTrue(
        ledger
            .find("flover", "slot-steps-saved", "trace", Preset.QUICK)
            .orElseThrow()
            .provenance()
            .endsWith("data=trace (CC BY 4.0)"));
  }

  @Test
  void unknownIdsAreSentencesThatListTheKnownOnes() {
    var lab = open(Map.of());
    assertEquals(
        "flover has no figure 'gant'; the catalogue has "
            + String.join(", ", Papers.of("flover").figures()),
        message(() -> lab.figure("flover", "gant", new Picture())));
    assertTrue(
        message(() -> measure(lab, "gain", 1, ""))
            .startsWith("flover has no measure 'gain'; its criteria name iteration-ratio, "));
    assertTrue(message(() -> lab.paper("flower")).contains("no paper is called"));
    assertTrue(message(() -> measure(lab, "makespan-gain", 1, "trace")).contains("not declared"));
    assertTrue(message(() -> open("My Notebook", Map.of())).contains("'My Notebook'"));
  }

  @Test
  void provenanceHasNoNameOfUserOrMachine() {
    String line = open(Map.of()).provenance().line();
    assertFalse(line.contains(System.getProperty("user.name") + "@"), line);
    assertFalse(line.contains(System.getProperty("user.dir")), line);
  }

  private Map<String, String> stored(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("STRETTO_FIGURES", folder.toString());
    return environment;
  }

  private Experiment<Knobs> open(Map<String, String> environment) {
    return open("01-batching", environment);
  }

  private Experiment<Knobs> open(String notebook, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("STRETTO_REVISION", "abc");
    return new Experiment<>(
        notebook,
        new Knobs(7, 20),
        all,
        (figure, where, name, provenance) -> {
          assertEquals(folder.resolve("01-batching"), where);
          saved.put(name, provenance);
          return List.of();
        });
  }

  private static Verdict measure(Experiment<?> lab, String id, double mean, String dataset) {
    OptionalDouble none = OptionalDouble.empty();
    Measured measured = new Measured(OptionalDouble.of(mean), "mean", none, 1, List.of());
    return lab.record("flover", id, dataset, measured);
  }

  private static String message(Runnable call) {
    return assertThrows(IllegalArgumentException.class, call::run).getMessage();
  }

  private static final class Picture implements Figure {
    @Override
    public Table data() {
      return Table.create("empty");
    }

    @Override
    public Map<String, ColumnClass> columnClasses() {
      return Map.of();
    }

    @Override
    public Map<String, Object> spec() {
      return Map.of();
    }

    @Override
    public String svg() {
      return "<svg/>";
    }

    @Override
    public byte[] png() {
      return new byte[0];
    }
  }
}
