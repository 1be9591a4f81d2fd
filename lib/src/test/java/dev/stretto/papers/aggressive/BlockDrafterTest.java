package dev.stretto.papers.aggressive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.ReplayTarget;
import dev.stretto.models.language.Seq2Seq;
import dev.stretto.models.language.TableModel;
import dev.stretto.papers.aggressive.InputGuidedDrafter.ReAlign;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.Verifier;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BlockDrafterTest {
  private static final int MASK = 10;
  private static final int BEGIN = 11;
  private static final int[][] SOURCES = {{1, 2, 3, 4}, {5}, {7, 7, 2, 9, 0, 3}};
  private static final int[][] PROMPTS = {{BEGIN}, {BEGIN}, {BEGIN, 4}};

  private static Seq2Seq network(long seed) {
    return new Seq2Seq(new Seq2Seq.Config(1, 2, 16, 12, 8, 24), SeedTree.of(seed));
  }

  /** An untrained network must not write the mask either: its row of the shared head is zero. */
  private static Seq2Seq withoutMask(Seq2Seq network) {
    float[] table = network.parameters().get("decoder.embedding").toFloatArray();
    Arrays.fill(table, MASK * 16, MASK * 16 + 16, 0);
    network.parameters().load("decoder.embedding", table);
    return network;
  }

  @Test
  void tokensAreThoseOfPlainDecodingAndRowsDoNotMeet() {
    try (Seq2Seq verifier = withoutMask(network(1));
        Seq2Seq drafter = network(2);
        TokenModel model = verifier.conditionedOn(SOURCES)) {
      Decoder.Options open = new Decoder.Options(20, -1, Sampling.greedy());
      int[][] free = Decoder.decode(model, PROMPTS, open).tokens();
      for (int end : new int[] {-1, free[0][6]}) {
        for (int limit : new int[] {4, 24}) {
          Decoder.Options options = new Decoder.Options(limit, end, Sampling.greedy());
          int[][] plain = Decoder.decode(model, PROMPTS, options).tokens();
          for (int k : new int[] {1, 5, 40}) {
            List<Drafter> drafters =
                List.of(
                    new BlockDrafter(drafter, SOURCES, k, MASK),
                    // the verifier itself without causal mask
                    new BlockDrafter(verifier, SOURCES, k, MASK),
                    new InputGuidedDrafter(free, ReAlign.UNIQUE, k));
            for (Drafter each : drafters) {
              var run = SpeculativeDecoder.decode(model, PROMPTS, options, each, new ExactMatch());
              assertArrayEquals(plain, run.tokens());
              var strict =
                  SpeculativeDecoder.decode(
                      model, PROMPTS, options, each, new TopBetaTolerance(1, 3));
              assertArrayEquals(plain, strict.tokens());
            }
          }
        }
      }
      for (int b = 0; b < 3; b++) {
        try (TokenModel alone = verifier.conditionedOn(new int[][] {SOURCES[b]})) {
          assertArrayEquals(
              free[b], Decoder.decode(alone, new int[][] {PROMPTS[b]}, open).tokens()[0]);
        }
      }
    }
  }

  private static Drafter oracle(int[] text, int k) {
    return Drafter.of(
        row ->
            TokenTree.chain(
                Arrays.copyOfRange(
                    text, row.length() - 1, Math.min(text.length, row.length() + k))));
  }

  @Test
  void aPerfectDrafterNeedsAsManyPassesAsBlocks() {
    int[] text = IntStream.concat(IntStream.range(2, 22), IntStream.of(1)).toArray();
    int[][] prompt = {{text[0]}};
    for (int k : new int[] {1, 3, 5, 10, 25}) {
      var run =
          SpeculativeDecoder.decode(
              new ReplayTarget(text),
              prompt,
              new Decoder.Options(99, 1, Sampling.greedy()),
              oracle(text, k),
              new ExactMatch());
      assertEquals((20 + k) / (k + 1), run.acceptance().passes());
      assertEquals(20, run.acceptance().emitted());
    }
  }

  @Test
  void tolerancesLieBetweenMatchingAndKeepingAll() {
    TableModel target = TableModel.random(8, 2, 2, SeedTree.of(3));
    int[][] prompt = {{1, 2}};
    Decoder.Options options = new Decoder.Options(24, -1, Sampling.greedy());
    Drafter drafter =
        Drafter.of(row -> TokenTree.chain(row.pending(), row.length() % 8, 3, row.last(1)));
    int[] plain = Decoder.decode(target, prompt, options).tokens()[0];
    for (Verifier strict :
        List.of(new TopBetaTolerance(1, 9), new TopBetaTolerance(8, 0), new ExactMatch())) {
      var run = SpeculativeDecoder.decode(target, prompt, options, drafter, strict);
      assertArrayEquals(plain, run.tokens()[0]);
    }
    Verifier all = new TopBetaTolerance(8, Double.POSITIVE_INFINITY);
    var run = SpeculativeDecoder.decode(target, prompt, options, drafter, all);
    assertEquals(6, run.acceptance().passes(), "four tokens each");
    long before = 24;
    for (double tolerance : new double[] {.5, 2, 5, 50}) {
      var some =
          SpeculativeDecoder.decode(
              target, prompt, options, drafter, new TopBetaTolerance(8, tolerance));
      assertTrue(some.acceptance().passes() <= before + 4, "tolerance " + tolerance);
      before = some.acceptance().passes();
    }
    assertEquals(6, before);
  }

  @Test
  void badInputIsNamed() {
    try (Seq2Seq network = network(4)) {
      assertThrows(
          IllegalArgumentException.class, () -> new BlockDrafter(network, SOURCES, 0, MASK));
      assertThrows(IllegalArgumentException.class, () -> new BlockDrafter(network, SOURCES, 5, 12));
      assertThrows(
          IllegalArgumentException.class, () -> network.conditionedOn(new int[][] {new int[9]}));
      assertThrows(
          IllegalArgumentException.class,
          () -> network.conditionedOn(SOURCES).open(new int[][] {{BEGIN}}, false));
      ReplayTarget masked = new ReplayTarget(new int[] {BEGIN, 1, MASK, 2, 3});
      Drafter drafter = new BlockDrafter(network, new int[][] {{1}}, 1, MASK);
      Decoder.Options options = new Decoder.Options(4, -1, Sampling.greedy());
      assertThrows(
          IllegalArgumentException.class,
          () ->
              SpeculativeDecoder.decode(
                  masked, new int[][] {{BEGIN}}, options, drafter, new ExactMatch()));
    }
    assertThrows(IllegalArgumentException.class, () -> new TopBetaTolerance(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new TopBetaTolerance(1, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new TopBetaTolerance(1, -1));
  }
}
