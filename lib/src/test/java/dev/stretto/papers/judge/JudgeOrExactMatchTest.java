package dev.stretto.papers.judge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.PerturbedModel;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.decoding.DecodingRandom;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.NodeDistributions;
import dev.stretto.samplers.decoding.ProbabilityThreshold;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.Verifier;
import dev.stretto.samplers.decoding.Verifier.Decision;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JudgeOrExactMatchTest {
  private static final int[][] PROMPTS = {{1, 2, 3}, {7}, {4, 4, 9, 11, 2, 6}};
  private static final int DRAFTS = 4;
  private static CausalLm target;
  private static JudgeHead head;

  @BeforeAll
  static void open() {
    target = CausalLm.gpt(2, 32, 20, 64, 1);
    Rng rng = SeedTree.of(2).rng();
    head = new JudgeHead(rng.doubles(32, -1, 1).toArray(), .2);
  }

  @AfterAll
  static void close() {
    target.close();
  }

  /** Mostly the target's text, now and then another token. */
  private static Drafter drafter() {
    return Drafter.of(row -> TokenTree.chain(chain(row)));
  }

  private static int[] chain(Drafter.Row row) {
    int[] text = Arrays.copyOf(row.text(), row.length());
    int[] own =
        Decoder.decode(target, new int[][] {text}, new Options(DRAFTS, -1, row.sampling()))
            .tokens()[0];
    int[] chain = new int[own.length + 1];
    chain[0] = row.pending();
    for (int i = 0; i < own.length; i++) {
      chain[i + 1] = (row.length() + i) % 3 == 0 ? (own[i] + 1) % 20 : own[i];
    }
    return chain;
  }

  private static int[][] decode(Verifier verifier, Options options, int[]... prompts) {
    return SpeculativeDecoder.decode(target, prompts, options, drafter(), verifier).tokens();
  }

  @Test
  void atOneItIsTheInnerRule() {
    for (Sampling sampling : new Sampling[] {Sampling.greedy(), new Sampling(.9, 12, .95, 5)}) {
      for (int end : new int[] {-1, 3, 8, 14}) {
        Options options = new Options(20, end, sampling);
        for (int rows = 1; rows <= 3; rows += 2) {
          int[][] prompts = Arrays.copyOf(PROMPTS, rows);
          int[][] plain = Decoder.decode(target, prompts, options).tokens();
          assertArrayEquals(plain, decode(new JudgeOrExactMatch(head, 1, -1), options, prompts));
          assertArrayEquals(plain, decode(new ProbabilityThreshold(2), options, prompts));
        }
      }
    }
  }

  @Test
  void belowNothingItIsTheDraft() {
    Options options = new Options(20, -1, Sampling.greedy());
    SpeculativeDecoder.Run run =
        SpeculativeDecoder.decode(
            target,
            new int[][] {PROMPTS[2]},
            options,
            Drafter.of(row -> TokenTree.chain(row.pending(), 5, 6, 7, 8)),
            new JudgeOrExactMatch(head, -.1, -1));
    assertArrayEquals(new int[] {5, 5, 5, 5}, run.rows().getFirst().lengths());
    for (int i = 0; i < 20; i++) {
      assertTrue(i % 5 == 4 || run.tokens()[0][i] == 5 + i % 5, "token " + i);
    }
  }

  /** Verdicts of one pass over a chain or tree. */
  private static Decision decision(TokenTree tree, Verifier verifier) {
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session = target.open(new int[][] {{9, 1, tree.tokens()[0]}}, true)) {
      NodeDistributions distributions =
          NodeDistributions.of(session.score(scope, new TokenTree[] {tree}), Sampling.greedy())[0];
      return verifier.verify(Draft.of(tree), distributions, 0, DecodingRandom.of(1));
    }
  }

  @Test
  void keepsLessTheHigherThetaAndNeverLessThanMatching() {
    Rng rng = SeedTree.of(3).rng();
    for (int round = 0; round < 20; round++) {
      TokenTree chain = TokenTree.chain(rng.ints(9, 0, 20).toArray());
      int before = 10;
      for (double theta : new double[] {-1, .1, .3, .5, .7, .9, 1}) {
        int kept = decision(chain, new JudgeOrExactMatch(head, theta, -1)).path().length;
        assertTrue(kept <= before, "round " + round + ", theta " + theta + ", seed 3");
        before = kept;
      }
      assertEquals(decision(chain, new ExactMatch()).path().length, before);
      assertEquals(9, decision(chain, new ProbabilityThreshold(0)).path().length);
    }
  }

  @Test
  void theGuardedTokenNeedsTheMatch() {
    TokenTree chain = TokenTree.chain(1, 2, 3, 4, 5);
    int best = decision(TokenTree.chain(1, 2), new JudgeOrExactMatch(head, -1, -1)).next();
    int guarded = (best + 1) % 20;
    TokenTree early = TokenTree.chain(1, 2, guarded, 4);
    assertEquals(2, decision(early, new JudgeOrExactMatch(head, -1, guarded)).path().length);
    assertEquals(5, decision(chain, new JudgeOrExactMatch(head, -1, guarded)).path().length);
    TokenTree matching = TokenTree.chain(1, 2, best, 4);
    assertEquals(4, decision(matching, new JudgeOrExactMatch(head, -1, best)).path().length);
  }

  @Test
  void scoresOfATreePassAreThoseOfAFreshForward() {
    TokenTree tree = new TokenTree(new int[] {3, 5, 6, 7, 5, 9}, new int[] {-1, 0, 0, 1, 2, 4});
    int[] prompt = {9, 1, 3};
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session = target.open(new int[][] {prompt}, true)) {
      NodeDistributions distributions =
          NodeDistributions.of(session.score(scope, new TokenTree[] {tree}), Sampling.greedy())[0];
      for (int node = 1; node < tree.size(); node++) {
        int[] path = tree.path(node);
        int[] answer = Arrays.stream(path, 1, path.length).map(i -> tree.tokens()[i]).toArray();
        List<JudgeHead.Sample> fresh =
            JudgeHead.samples(target, List.of(new LabelledAnswer(prompt, answer, -1)), 0);
        assertEquals(
            head.probability(fresh.get(answer.length - 1).state()),
            head.probability(distributions.hidden(node)),
            1e-4,
            "node " + node);
      }
    }
    Decision decision = decision(tree, new JudgeOrExactMatch(head, -1, -1));
    assertEquals(4, decision.path().length, "the deepest path wins");
  }

  @Test
  void theTokensOwnStateDecidesNotTheOneBefore() {
    for (int token = 0; token < 20; token++) {
      if (decision(TokenTree.chain(3, token), new ExactMatch()).path().length == 2) {
        continue;
      }
      LabelledAnswer answer = new LabelledAnswer(new int[] {9, 1, 3}, new int[] {token}, -1);
      double p = head.probability(JudgeHead.samples(target, List.of(answer), 0).getFirst().state());
      TokenTree chain = TokenTree.chain(3, token);
      assertEquals(2, decision(chain, new JudgeOrExactMatch(head, p - 1e-3, -1)).path().length);
      assertEquals(1, decision(chain, new JudgeOrExactMatch(head, p + 1e-3, -1)).path().length);
    }
  }

  @Test
  void isMarkedLossyAndRefusesNoNumber() {
    assertFalse(new JudgeOrExactMatch(head, 1, -1).lossless());
    assertFalse(new ProbabilityThreshold(.1).lossless());
    assertThrows(IllegalArgumentException.class, () -> new JudgeOrExactMatch(head, Double.NaN, -1));
    assertThrows(IllegalArgumentException.class, () -> new ProbabilityThreshold(-1));
    JudgeHead narrow = new JudgeHead(new double[] {1}, 0);
    assertThrows(
        IllegalArgumentException.class,
        () -> decision(TokenTree.chain(1, 2), new JudgeOrExactMatch(narrow, .5, -1)));
  }

  @Test
  void slipsHappenWhereTheyAreSaidTo() {
    int[] all = new int[20];
    Arrays.setAll(all, i -> i);
    Options options = new Options(40, -1, Sampling.greedy());
    int[][] plain = Decoder.decode(target, PROMPTS, options).tokens();
    assertArrayEquals(
        plain, Decoder.decode(new PerturbedModel(target, all, 0, 1), PROMPTS, options).tokens());
    PerturbedModel always = new PerturbedModel(target, all, 1, 1);
    assertFalse(plain[0][0] == Decoder.decode(always, PROMPTS, options).tokens()[0][0]);
    PerturbedModel some = new PerturbedModel(target, all, .3, 1);
    int[][] together = Decoder.decode(some, PROMPTS, options).tokens();
    for (int b = 0; b < PROMPTS.length; b++) {
      assertArrayEquals(
          Decoder.decode(some, new int[][] {PROMPTS[b]}, options).tokens()[0], together[b]);
    }
    assertThrows(
        IllegalArgumentException.class, () -> new PerturbedModel(target, new int[] {1}, .1, 1));
  }
}
