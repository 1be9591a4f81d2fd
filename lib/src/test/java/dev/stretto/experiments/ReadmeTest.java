package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class ReadmeTest {
  private static final String TEXT =
      """
      # Title
      **<!-- built -->0 of 0<!-- /built -->** papers are built.
      <!-- papers:begin -->
      old
      <!-- papers:end -->
      It is <!-- ledger:flover/makespan-gain -->?<!-- /ledger --> times shorter, on a real trace
      <!-- ledger:flover/makespan-gain@trace -->9<!-- /ledger -->.
      """;

  @Test
  void tableAndNumbersComeFromTheLedgerAndARenewedTextIsCurrent() {
    Ledger ledger =
        new Ledger(
            List.of(
                line("makespan-gain", "", Preset.QUICK, 12.5493, Verdict.HOLDS),
                line("gap-speedup-last", "", Preset.QUICK, 2, Verdict.WEAKER),
                line("gap-speedup-last", "", Preset.EXTENDED, 1.3, Verdict.REPRODUCED),
                line("slot-steps-saved", "", Preset.QUICK, .02, Verdict.WEAKER),
                line("wall-prediction-error", "", Preset.QUICK, .1, Verdict.REPRODUCED),
                line("makespan-gain", "trace", Preset.QUICK, 4096, Verdict.HOLDS),
                line("slot-steps-saved", "trace", Preset.QUICK, 0, Verdict.NOT_REPRODUCED)));
    String renewed = Readme.generate(TEXT, ledger, Map.of("01", "01-batching.ipynb"));
    assertTrue(renewed.contains("-->12.5<!-- /ledger --> times"), renewed);
    assertTrue(renewed.contains("-->4096<!-- /ledger -->."), renewed);
    assertTrue(
        renewed.contains("| **[Batching and padding](notebooks/01-batching.ipynb)** |"), renewed);
    assertTrue(
        renewed.contains(
            "| [flover](lib/src/main/java/dev/stretto/papers/flover/package-info.java)"
                + " ([arXiv](https://arxiv.org/abs/2305.13484)) |"),
        renewed);
    assertTrue(
        renewed.contains("| reduced, toy | 1 of 5, 1 weaker, 1 not reproduced, at 1 to 3 seeds |"),
        renewed);
    for (Paper paper : Papers.all()) {
      assertTrue(renewed.contains(paper.id()), paper.id());
    }
    long built =
        Papers.all().stream().filter(paper -> paper.status() != Paper.Status.PLANNED).count();
    assertTrue(renewed.contains("-->%d of 58<!--".formatted(built)), renewed);
    assertEquals(built, renewed.lines().filter(line -> line.startsWith("| [")).count());
    assertEquals(renewed, Readme.generate(renewed, ledger, Map.of("01", "01-batching.ipynb")));
  }

  @Test
  void aNumberThatNobodyMeasuredIsASentence() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> Readme.generate(TEXT, new Ledger(List.of()), Map.of()));
    assertEquals("the ledger has no measured flover/makespan-gain", error.getMessage());
  }

  @Test
  void theProjectsReadmeIsCurrent() throws Exception {
    Path root = Path.of("").toAbsolutePath();
    while (root != null && !Files.exists(root.resolve("environment/reproduce"))) {
      root = root.getParent();
    }
    if (root == null || !Files.exists(root.resolve("README.md"))) {
      return;
    }
    String text = Files.readString(root.resolve("README.md"));
    assertEquals(
        text,
        Readme.generate(
            text, Ledger.read(root.resolve("figures/ledger.csv")), Readme.notebooks(root)));
  }

  private static LedgerLine line(
      String measure, String dataset, Preset preset, double ours, Verdict verdict) {
    return new LedgerLine(
        "flover",
        measure,
        dataset,
        "ratio",
        Kind.COUNT,
        StudyScale.TOY,
        "10.9",
        OptionalDouble.of(ours),
        "mean",
        OptionalDouble.empty(),
        1,
        ">= 8",
        verdict,
        preset,
        preset == Preset.QUICK ? 1 : 3,
        "01-batching",
        "");
  }
}
