package dev.stretto.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.evaluation.SpeculationBench.Counts;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.TableModel;
import dev.stretto.profilers.WorkProfiler.Role;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SyntheticAcceptance;
import dev.stretto.samplers.drafting.ModelDrafter;
import dev.stretto.samplers.drafting.TreeExpansion;
import dev.stretto.tensor.SeedTree;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class SpeculationBenchTest {
  private static final TableModel TARGET = TableModel.random(8, 2, 2, SeedTree.of(1));
  private static final int[][] PROMPTS = {{1, 2}, {3}, {4, 5, 6}};

  private static SpeculationBench bench(Sampling sampling) {
    TableModel draft = TARGET.blurred(.9, .5, SeedTree.of(2));
    Drafter broken =
        Drafter.of(
            row -> {
              if (row.promptLength() == 1) {
                throw new IllegalStateException("no idea");
              }
              return TokenTree.chain(row.pending());
            });
    return new SpeculationBench(TARGET, PROMPTS, new Options(40, -1, sampling))
        .add(
            "draft",
            TARGET,
            work -> new ModelDrafter(work.of(draft, Role.DRAFT), TreeExpansion.chain(3)),
            new ExactMatch())
        .add(
            "forced",
            new ModelDrafter(draft, TreeExpansion.chain(3)),
            new SyntheticAcceptance(1, 1, 1))
        .add("broken", broken, new ExactMatch());
  }

  @Test
  void countsAreEqualForBaselineAndMethod() {
    for (Sampling sampling : new Sampling[] {Sampling.greedy(), Sampling.of(1, 5)}) {
      List<Counts> counts = bench(sampling).count();
      Counts plain = counts.get(0);
      assertEquals(120, plain.target().passes());
      assertEquals(1, plain.positionsPerPass());
      assertEquals(3, plain.identical());
      Counts draft = counts.get(1);
      assertEquals(3, draft.identical());
      assertEquals(120, draft.acceptance().emitted());
      assertEquals(draft.target().passes(), draft.acceptance().passes());
      assertEquals(
          draft.acceptance().passes() + draft.acceptance().accepted(), draft.target().useful());
      assertTrue(
          draft.draft().passes() > 0 && draft.draft().passes() <= 3 * draft.target().passes());
    }
  }

  @Test
  void lossyTextsAndFailedPromptsAreSaid() {
    List<Counts> counts = bench(Sampling.greedy()).count();
    Counts forced = counts.get(2);
    assertEquals(3, forced.identical() + forced.nearTies() + forced.different());
    assertTrue(forced.different() > 0 && !forced.lossless());
    Counts broken = counts.get(3);
    assertEquals(List.of("prompt 1: no idea"), broken.errors());
    assertEquals(2, broken.identical());
    Table table = SpeculationBench.table(counts);
    assertEquals("LOSSY", table.stringColumn("lossless").get(2));
    assertEquals(1, table.doubleColumn("errors").get(3));
  }

  @Test
  void countsOfPartsAddUp() {
    List<Counts> counts = bench(Sampling.greedy()).count();
    Counts draft = counts.get(1);
    Counts twice = draft.plus(draft);
    assertEquals(2 * draft.target().positions(), twice.target().positions());
    assertEquals(draft.positionsPerPass(), twice.positionsPerPass());
    assertEquals(draft.acceptance().lengthWithBonus(), twice.acceptance().lengthWithBonus(), 1e-12);
    assertEquals(6, twice.identical());
    assertEquals(2, counts.get(3).plus(counts.get(3)).errors().size());
    assertThrows(IllegalArgumentException.class, () -> draft.plus(counts.get(0)));
  }

  @Test
  void aFailedPromptIsDroppedOnBothSides() {
    List<SpeculationBench.Raced> race = bench(Sampling.greedy()).race(0, 1);
    assertEquals(5, race.size());
    assertEquals("AR again", race.get(4).method());
    assertEquals(1, race.get(0).errors());
    assertTrue(race.stream().allMatch(row -> row.speedup() > 0));
    double plain = race.get(0).speedup();
    double again = race.get(4).speedup();
    assertEquals(2, 1 / plain + 1 / again, 1e-9, "held against both plain runs");
  }

  @Test
  void aNameIsTakenOnce() {
    SpeculationBench bench = bench(Sampling.greedy());
    assertThrows(
        IllegalArgumentException.class, () -> bench.add("AR", Drafter.none(), new ExactMatch()));
  }
}
