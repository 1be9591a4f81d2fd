package dev.stretto.samplers.drafting;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.language.TableModel;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.tensor.SeedTree;
import org.junit.jupiter.api.Test;

class AdaptiveDepthDrafterTest {
  private static final TableModel TARGET = TableModel.random(16, 2, 2, SeedTree.of(1));
  private static final Drafter CHAIN =
      new ModelDrafter(TARGET.blurred(.9, .6, SeedTree.of(2)), TreeExpansion.chain(5));
  private static final Options OPTIONS = new Options(400, -1, Sampling.greedy());

  private static Acceptance run(Drafter drafter) {
    return SpeculativeDecoder.decode(
            TARGET, SpeculationSuite.PROMPTS, OPTIONS, drafter, new ExactMatch())
        .acceptance();
  }

  @Test
  void theOracleFeedsWhatIsKeptAndNothingElse() {
    int[][] texts = Decoder.decode(TARGET, SpeculationSuite.PROMPTS, OPTIONS).tokens();
    Acceptance oracle = run(AdaptiveDepthDrafter.oracle(CHAIN, texts));
    Acceptance chain = run(CHAIN);
    assertEquals(oracle.drafted(), oracle.accepted());
    assertEquals(chain.passes(), oracle.passes());
    assertTrue(chain.drafted() > chain.accepted());
    SpeculationSuite.sameTokens(TARGET, AdaptiveDepthDrafter.oracle(CHAIN, texts));
  }

  @Test
  void aFreePositionIsTakenAndADearOneIsNot() {
    assertEquals(run(CHAIN).drafted(), run(AdaptiveDepthDrafter.byCost(CHAIN, n -> 1)).drafted());
    assertEquals(0, run(AdaptiveDepthDrafter.byCost(CHAIN, n -> n * n)).drafted());
    Acceptance some = run(AdaptiveDepthDrafter.byCost(CHAIN, n -> 1 + .3 * (n - 1)));
    assertTrue(some.drafted() > 0 && some.drafted() < run(CHAIN).drafted());
    SpeculationSuite.sameTokens(TARGET, AdaptiveDepthDrafter.byCost(CHAIN, n -> 1 + .3 * (n - 1)));
  }
}
