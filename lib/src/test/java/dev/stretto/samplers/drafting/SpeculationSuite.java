package dev.stretto.samplers.drafting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.TokenModel;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.Verifier;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;

/** What every lossless drafter must pass, whatever it proposes. */
public final class SpeculationSuite {
  /** Prompts of unequal length, one of a single token; read only. */
  @SuppressWarnings("MutablePublicArray")
  public static final int[][] PROMPTS = {
    {1, 2, 3, 1, 2}, {7}, {4, 4, 9, 11, 2, 6, 4, 4, 9}, {12, 3}
  };

  private SpeculationSuite() {}

  /** A network of random weights whose output is not constant. */
  public static CausalLm random(int layers, int width, long seed) {
    TransformerConfig shape = TransformerConfig.gpt(layers, width, 16, 48);
    CausalLm model = new CausalLm(shape, false, SeedTree.of(seed));
    model.parameters().get("embedding").muli(20);
    model.parameters().get("head.weight").muli(3);
    return model;
  }

  /** Greedy and keyed sampling give plain decoding's tokens, together and alone, at all limits. */
  public static void sameTokens(TokenModel target, Drafter drafter) {
    for (Sampling sampling : new Sampling[] {Sampling.greedy(), new Sampling(.9, 9, .95, 3)}) {
      for (int limit : new int[] {1, 7, 60}) {
        Options options = new Options(limit, -1, sampling);
        int[][] plain = Decoder.decode(target, PROMPTS, options).tokens();
        check(target, options, drafter, plain, PROMPTS);
        int end = plain[2][Math.min(limit - 1, 4)];
        Options ending = new Options(limit, end, sampling);
        check(target, ending, drafter, Decoder.decode(target, PROMPTS, ending).tokens(), PROMPTS);
        check(target, options, drafter, new int[][] {plain[0]}, PROMPTS[0]);
      }
    }
  }

  private static void check(
      TokenModel target, Options options, Drafter drafter, int[][] expected, int[]... prompts) {
    SpeculativeDecoder.Run run =
        SpeculativeDecoder.decode(target, prompts, options, drafter, new ExactMatch());
    for (int b = 0; b < expected.length; b++) {
      assertArrayEquals(
          expected[b],
          run.tokens()[b],
          "row %d of %d, limit %d, end %d, %s"
              .formatted(
                  b,
                  expected.length,
                  options.maxNewTokens(),
                  options.endToken(),
                  options.sampling()));
    }
    statistics(run);
  }

  /** Identities of the report. */
  public static void statistics(SpeculativeDecoder.Run run) {
    Acceptance all = run.acceptance();
    assertEquals(run.count(), all.emitted());
    assertEquals(all.accepted() + all.passes() - all.cut(), all.emitted());
    assertTrue(all.accepted() <= all.drafted() && run.calls() <= all.passes());
    for (int j = 1; j < all.tried().length; j++) {
      assertTrue(all.tried()[j] <= all.kept()[j - 1], "depth " + (j + 1));
    }
    assertEquals(all.emitted(), all.emissions().stream().mapToInt(t -> t.length).sum());
  }

  /** How much the texts of a lossy or lossless run share with plain decoding's. */
  public static double agreement(
      TokenModel target, Options options, Drafter drafter, Verifier verifier) {
    int[][] plain = Decoder.decode(target, PROMPTS, options).tokens();
    int[][] run = SpeculativeDecoder.decode(target, PROMPTS, options, drafter, verifier).tokens();
    double same = 0;
    for (int b = 0; b < plain.length; b++) {
      int first = Arrays.mismatch(plain[b], run[b]);
      same += first < 0 ? 1 : (double) first / plain[b].length;
    }
    return same / plain.length;
  }
}
