package dev.stretto.samplers.decoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.TokenTree;
import dev.stretto.models.language.TableModel;
import dev.stretto.samplers.decoding.AcceptanceRule.Accepted;
import dev.stretto.samplers.decoding.AcceptanceRule.Outcome;
import dev.stretto.samplers.decoding.AcceptanceRule.Rejected;
import dev.stretto.tensor.Rng;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SpeculativeSamplingTest {
  /** Takes every decision the given way and remembers with which probability. */
  private record Forced(boolean keeps, int draws, double[] probability) implements DecodingRandom {
    @Override
    public boolean happens(double p) {
      double yes = Math.min(1, p);
      probability[0] *= keeps ? yes : 1 - yes;
      return keeps;
    }

    @Override
    public int draw(double[] probabilities) {
      probability[0] *= probabilities[draws];
      return draws;
    }

    @Override
    public int token(double[] probabilities, int position) {
      throw new AssertionError("the rule draws no token by its position");
    }
  }

  @Test
  void theResultHasExactlyTheTargetsDistribution() {
    Rng rng = new Rng(5);
    for (int trial = 0; trial < 200; trial++) {
      int vocabulary = 2 + trial % 5;
      double[] p = random(vocabulary, rng);
      double[] q = random(vocabulary, rng);
      assertArrayEquals(p, resulting(new SpeculativeSampling(), p, q), 1e-12, "trial " + trial);
    }
  }

  @Test
  void aRuleThatDrawsFromTheTargetWhereItRefusesIsFoundOut() {
    AcceptanceRule careless =
        (p, q, candidates, random) ->
            random.happens(p[candidates[0]] / q[candidates[0]])
                ? new Accepted(0)
                : new Rejected(random.draw(p));
    double[] p = {.7, .2, .1};
    double[] q = {.1, .2, .7};
    assertTrue(Math.abs(resulting(careless, p, q)[0] - p[0]) > .05);
  }

  @Test
  void itIsRecursiveRejectionOfOneCandidate() {
    Rng rng = new Rng(6);
    for (int trial = 0; trial < 200; trial++) {
      double[] p = random(6, rng);
      double[] q = random(6, rng);
      int[] candidate = {trial % 6};
      assertEquals(
          new RecursiveRejection().accept(p, q, candidate, DecodingRandom.of(trial)),
          new SpeculativeSampling().accept(p, q, candidate, DecodingRandom.of(trial)));
    }
  }

  /** A verifier of one's own: keeps the first child while its probability is above one half. */
  private record Majority() implements Verifier {
    @Override
    public Decision verify(
        Draft draft, NodeDistributions distributions, int position, DecodingRandom random) {
      int node = 0;
      int[] children = draft.children(0);
      while (children.length > 0
          && distributions.probabilities(node)[draft.tree().tokens()[children[0]]] > .5) {
        node = children[0];
        children = draft.children(node);
      }
      return new Decision(draft.tree().path(node), distributions.best(node));
    }

    @Override
    public boolean lossless() {
      return false;
    }
  }

  @Test
  void aRuleOfOnesOwnRunsInTheLoop() {
    double[][] often = {{.05, .9, .05}, {.05, .05, .9}, {.9, .05, .05}};
    TableModel model =
        TableModel.of(
            3, 1, context -> often[context.length == 0 ? 0 : context[context.length - 1]]);
    Drafter cycle =
        Drafter.of(
            row ->
                TokenTree.chain(row.pending(), (row.pending() + 1) % 3, (row.pending() + 2) % 3));
    var run =
        SpeculativeDecoder.decode(
            model,
            new int[][] {{0}},
            new Decoder.Options(9, -1, Sampling.of(1, 1)),
            cycle,
            new Majority());
    assertArrayEquals(new int[] {1, 2, 0, 1, 2, 0, 1, 2, 0}, run.tokens()[0]);
    assertEquals(3, run.calls());
    assertFalse(new Majority().lossless());
  }

  private static double[] resulting(AcceptanceRule rule, double[] p, double[] q) {
    double[] result = new double[p.length];
    for (int x = 0; x < p.length; x++) {
      for (int draws = 0; draws < p.length; draws++) {
        for (boolean keeps : new boolean[] {true, false}) {
          double[] probability = {1};
          Outcome outcome = rule.accept(p, q, new int[] {x}, new Forced(keeps, draws, probability));
          switch (outcome) {
            case Accepted(int index) -> result[x] += draws == 0 ? q[x] * probability[0] : 0;
            case Rejected(int token) -> result[token] += q[x] * probability[0];
          }
        }
      }
    }
    return result;
  }

  private static double[] random(int vocabulary, Rng rng) {
    double[] weights = new double[vocabulary];
    for (int x = 0; x < vocabulary; x++) {
      weights[x] = Math.exp(2 * rng.nextGaussian());
    }
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> w / sum).toArray();
  }
}
