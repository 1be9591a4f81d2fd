package dev.stretto.samplers.drafting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NGramModel;
import dev.stretto.models.language.TableModel;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SequenceVerifier;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.SyntheticAcceptance;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ModelDrafterTest {
  private static final List<TreeExpansion> SHAPES =
      List.of(
          TreeExpansion.chain(4),
          TreeExpansion.confident(5, .4),
          TreeExpansion.widths(3, 2, 1),
          TreeExpansion.beam(3, 4),
          TreeExpansion.drawn(1, 4),
          TreeExpansion.drawn(3, 3));
  private static CausalLm target;
  private static CausalLm draft;

  @BeforeAll
  static void open() {
    target = SpeculationSuite.random(3, 32, 8);
    draft = SpeculationSuite.random(1, 16, 9);
  }

  @AfterAll
  static void close() {
    target.close();
    draft.close();
  }

  @Test
  void anyShapeFromANetworkLeavesTheTokens() {
    SHAPES.forEach(s -> SpeculationSuite.sameTokens(target, new ModelDrafter(draft, s)));
  }

  @Test
  void anyShapeFromAnExactModelLeavesTheTokens() {
    TokenModel table = TableModel.random(16, 2, 2, SeedTree.of(4));
    TokenModel ngrams = NGramModel.count(16, 3, SpeculationSuite.PROMPTS);
    for (TreeExpansion shape : SHAPES) {
      SpeculationSuite.sameTokens(target, new ModelDrafter(table, shape));
      SpeculationSuite.sameTokens(target, new ModelDrafter(ngrams, shape));
      SpeculationSuite.sameTokens(table, new ModelDrafter(draft, shape));
    }
  }

  @Test
  void theTargetAsItsOwnDraftIsAlwaysRight() {
    Options options = new Options(20, -1, Sampling.greedy());
    for (int depth = 1; depth <= 4; depth++) {
      Acceptance all =
          run(options, new ModelDrafter(target, TreeExpansion.chain(depth))).acceptance();
      assertEquals(all.drafted(), all.accepted(), "depth " + depth);
      assertEquals(
          (long) SpeculationSuite.PROMPTS.length * ((20 + depth) / (depth + 1)), all.passes());
    }
    // a network is its own distribution: drawn drafts are all kept, from a network and from a table
    Options warm = new Options(20, -1, new Sampling(1, 0, 1, 5));
    SpeculativeDecoder.Run drawn =
        SpeculativeDecoder.decode(
            target,
            SpeculationSuite.PROMPTS,
            warm,
            new ModelDrafter(target, TreeExpansion.drawn(1, 4)),
            SequenceVerifier.rejection());
    assertEquals(drawn.acceptance().drafted(), drawn.acceptance().accepted());
  }

  @Test
  void theDraftReadsWhatTheTargetCommits() {
    // were a token left out, a draft equal to the target but for the text would not be right
    Options options = new Options(30, -1, Sampling.greedy());
    Drafter half =
        new ModelDrafter(
            target,
            new TreeExpansion(
                4,
                (tree, level, random) -> {
                  int last = tree.size() - 1;
                  int token = tree.top(last, 1)[0];
                  tree.add(last, level == 3 ? (token + 1) % 16 : token);
                  return true;
                }));
    Acceptance all = run(options, half).acceptance();
    assertEquals(1, all.conditional(1));
    assertEquals(1, all.conditional(2));
    assertEquals(0, all.conditional(3));
  }

  @Test
  void draftsThatAreAlwaysWrongCostNoToken() {
    Options options = new Options(20, -1, Sampling.greedy());
    int[][] plain = Decoder.decode(target, SpeculationSuite.PROMPTS, options).tokens();
    Drafter wrong =
        Drafter.of(
            row -> TokenTree.chain(row.pending(), (plain[row.request()][row.emitted()] + 1) % 16));
    SpeculativeDecoder.Run run = run(options, wrong);
    assertArrayEquals(plain, run.tokens());
    assertEquals(0, run.acceptance().accepted());
    assertEquals(20, run.calls());
    assertEquals(1, run.acceptance().lengthWithBonus());
  }

  @Test
  void aDrafterThatThrowsClosesEverythingAndSaysWhy() {
    Drafter broken =
        Drafter.of(
            row -> {
              throw new IllegalStateException("no idea");
            });
    Options options = new Options(20, -1, Sampling.greedy());
    assertEquals(
        "no idea",
        assertThrows(IllegalStateException.class, () -> run(options, broken)).getMessage());
    Drafter stranger = Drafter.of(row -> TokenTree.chain((row.pending() + 1) % 16));
    String message =
        assertThrows(IllegalArgumentException.class, () -> run(options, stranger)).getMessage();
    assertTrue(message.contains("request 0") && message.contains("pending"), message);
  }

  @Test
  void forcedAcceptanceHasTheLengthAskedFor() {
    TokenModel table = TableModel.random(8, 1, 1, SeedTree.of(2));
    Drafter chain = new ModelDrafter(table, TreeExpansion.chain(4));
    int[][] prompts = IntStream.range(0, 8).mapToObj(i -> new int[] {i}).toArray(int[][]::new);
    for (double asked : new double[] {0, .6, 1.5, 3.2}) {
      Acceptance all =
          SpeculativeDecoder.decode(
                  table,
                  prompts,
                  new Options(4000, -1, Sampling.of(1, 7)),
                  chain,
                  SyntheticAcceptance.length(asked))
              .acceptance();
      assertEquals(asked, all.lengthWithoutBonus(), .02, all.passes() + " passes");
    }
    assertThrows(IllegalArgumentException.class, () -> new SyntheticAcceptance(.5, 1.2));
  }

  @Test
  void badShapesAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> TreeExpansion.chain(0));
    assertThrows(IllegalArgumentException.class, () -> TreeExpansion.drawn(0, 3));
  }

  private static SpeculativeDecoder.Run run(Options options, Drafter drafter) {
    SpeculativeDecoder.Run run =
        SpeculativeDecoder.decode(
            target, SpeculationSuite.PROMPTS, options, drafter, new ExactMatch());
    SpeculationSuite.statistics(run);
    Arrays.stream(run.tokens()).forEach(row -> assertTrue(row.length > 0));
    return run;
  }
}
