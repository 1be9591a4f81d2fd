package dev.stretto.papers.hiddentransfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.BestFirstTree;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransferDrafterTest {
  private static final int[][] PROMPTS = {{1, 2, 3}, {7}, {4, 4, 9, 11, 2, 6}};

  private final CausalLm base = CausalLm.gpt(3, 16, 13, 64, 5);

  @AfterEach
  void close() {
    base.close();
  }

  @Test
  void tokensAreThoseOfPlainDecoding() {
    long accepted = 0;
    long cut = 0;
    for (int[][] prompts : new int[][][] {PROMPTS, {PROMPTS[1]}}) {
      for (Sampling sampling : new Sampling[] {Sampling.greedy(), Sampling.of(1, 3)}) {
        int[][] endless =
            Decoder.decode(base, prompts, new Decoder.Options(40, -1, sampling)).tokens();
        for (int end : new int[] {-1, endless[0][17]}) {
          var options = new Decoder.Options(31, end, sampling);
          int[][] expected = Decoder.decode(base, prompts, options).tokens();
          for (int layer : new int[] {0, 2}) {
            for (int k : new int[] {0, 3}) {
              try (HiddenTransfer target = new HiddenTransfer(base, layer, k)) {
                var run =
                    SpeculativeDecoder.decode(
                        target, prompts, options, new TransferDrafter(target, 9), new ExactMatch());
                assertArrayEquals(expected, run.tokens(), "layer %d, k %d".formatted(layer, k));
                Acceptance a = run.acceptance();
                assertEquals(a.emitted(), a.accepted() + a.passes() - a.cut());
                accepted += a.accepted();
                cut += a.cut();
                if (k == 0) {
                  assertEquals(0, a.drafted());
                }
              }
            }
          }
        }
      }
    }
    assertTrue(accepted > 200, "accepted " + accepted);
    assertTrue(cut > 0, "no run was cut by the end token");
  }

  @Test
  void rowsEndWhereTheModelDoes() {
    try (HiddenTransfer target = new HiddenTransfer(base, 1, 2)) {
      int[][] prompts = {new int[60], {3}};
      var options = new Decoder.Options(100, -1, Sampling.greedy());
      assertArrayEquals(
          Decoder.decode(base, prompts, options).tokens(),
          SpeculativeDecoder.decode(
                  target, prompts, options, new TransferDrafter(target, 16), new ExactMatch())
              .tokens());
    }
  }

  /** Against all nodes of the full product, sorted by probability. */
  @Test
  void theTreeHasTheLikeliestNodesOfTheProduct() {
    for (int seed = 0; seed < 50; seed++) {
      Rng random = SeedTree.of(seed).rng();
      double[][] distributions = new double[3][4];
      for (double[] probabilities : distributions) {
        double sum = 0;
        for (int i = 0; i < 4; i++) {
          probabilities[i] = -Math.log(random.nextDouble());
          sum += probabilities[i];
        }
        for (int i = 0; i < 4; i++) {
          probabilities[i] /= sum;
        }
      }
      List<Double> all = new ArrayList<>();
      for (double a : distributions[0]) {
        all.add(a);
        for (double b : distributions[1]) {
          all.add(a * b);
          for (double c : distributions[2]) {
            all.add(a * b * c);
          }
        }
      }
      all.sort((x, y) -> Double.compare(y, x));
      int nodes = 2 + random.nextInt(30);
      TokenTree tree = BestFirstTree.ofProduct(9, distributions, nodes);
      double expected = all.subList(0, nodes - 1).stream().mapToDouble(x -> x).sum();
      int[] depths = tree.depths();
      double[] probability = new double[nodes];
      probability[0] = 1;
      for (int i = 1; i < nodes; i++) {
        probability[i] =
            probability[tree.parents()[i]] * distributions[depths[i] - 1][tree.tokens()[i]];
      }
      assertEquals(expected, Arrays.stream(probability).sum() - 1, 1e-12, "seed " + seed);
    }
    assertEquals(1, BestFirstTree.ofProduct(3, new double[0][], 8).size());
    assertEquals(
        1 + 2 + 4, BestFirstTree.ofProduct(3, new double[][] {{.5, .5}, {.5, .5}}, 99).size());
  }

  @Test
  void badInputIsNamed() {
    try (HiddenTransfer target = new HiddenTransfer(base, 1, 2)) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> new TransferDrafter(target, 0))
              .getMessage();
      assertTrue(message.startsWith("nodes is 0"), message);
    }
  }
}
