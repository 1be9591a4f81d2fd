package dev.stretto.papers.aded;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.ReplayTarget;
import dev.stretto.models.language.TableModel;
import dev.stretto.papers.aded.MatrixUpdate.Ema;
import dev.stretto.papers.aded.MatrixUpdate.Static;
import dev.stretto.papers.aded.MatrixUpdate.WindowBoost;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.DecodingRandom;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.NodeDistributions;
import dev.stretto.samplers.decoding.OutputDistribution;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.PromptLookup;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AdedDrafterTest {
  private static final PuctDraft SMALL = new PuctDraft(60, 3, 32, 8, 12, 5);

  private static int[] text(int vocabulary, int length, long seed) {
    Rng rng = SeedTree.of(seed).rng();
    return IntStream.range(0, length)
        .map(i -> (int) (vocabulary * rng.nextDouble() * rng.nextDouble()))
        .toArray();
  }

  private static double mass(TrigramMatrix matrix, int before, TokenTree tree) {
    double[] masses = new double[tree.size()];
    masses[0] = 1;
    for (int i = 1; i < masses.length; i++) {
      int parent = tree.parents()[i];
      int first = parent == 0 ? before : tree.tokens()[tree.parents()[parent]];
      TrigramMatrix.Row row = matrix.row(first, tree.tokens()[parent]);
      int token = tree.tokens()[i];
      int rank =
          IntStream.range(0, row.size()).filter(r -> row.token(r) == token).findAny().getAsInt();
      masses[i] = masses[parent] * row.probability(rank);
    }
    return Arrays.stream(masses).sum() - 1;
  }

  @Test
  void countsAreThoseOfBruteForce() {
    int[][] texts = {text(4, 50, 1), text(4, 30, 2), {3, 3}};
    TrigramMatrix matrix = TrigramMatrix.count(4, 3, texts);
    for (int a = 0; a < 4; a++) {
      for (int b = 0; b < 4; b++) {
        int[] counts = new int[4];
        for (int[] text : texts) {
          for (int i = 2; i < text.length; i++) {
            counts[text[i]] += text[i - 2] == a && text[i - 1] == b ? 1 : 0;
          }
        }
        int all = Arrays.stream(counts).sum();
        TrigramMatrix.Row row = matrix.row(a, b);
        assertEquals(Math.min(3, Arrays.stream(counts).filter(n -> n > 0).count()), row.size());
        double sum = 0;
        for (int i = 0; i < row.size(); i++) {
          double share = (double) counts[row.token(i)] / all;
          assertEquals(share, matrix.score(a, b, row.token(i)), 1e-12);
          sum += share;
          if (i > 0) {
            int before = counts[row.token(i - 1)] - counts[row.token(i)];
            assertTrue(before > 0 || (before == 0 && row.token(i - 1) < row.token(i)));
          }
        }
        assertTrue(sum <= 1 + 1e-12);
      }
    }
  }

  @Test
  void boostsAddUpToTheCapAndMeansStayDistributions() {
    TrigramMatrix matrix = TrigramMatrix.count(6, 3, text(6, 200, 3));
    int[] tail = {1, 0, 0};
    double share = matrix.score(1, 0, 0);
    assertTrue(share > 0);
    Drafter.Row row = new Drafter.Row(0, tail, Sampling.greedy(), DecodingRandom.of(0));
    for (int k = 1; k <= 100; k++) {
      MatrixUpdate.PUBLISHED.update(matrix, row, 0);
      assertEquals(Math.min(3, share + .04 * k), matrix.score(1, 0, 0), 1e-9, "after " + k);
    }
    TrigramMatrix mean = TrigramMatrix.count(6, 6, text(6, 200, 3));
    for (int next = 0; next < 6; next++) {
      int[] end = {1, 0, next};
      new Ema(.3).update(mean, new Drafter.Row(0, end, Sampling.greedy(), DecodingRandom.of(0)), 3);
      double sum = IntStream.range(0, 6).mapToDouble(c -> mean.score(1, 0, c)).sum();
      assertEquals(1, sum, 1e-12);
    }
  }

  @Test
  void bestFirstTakesTheMostProbableNodes() {
    for (int seed = 0; seed < 30; seed++) {
      TrigramMatrix matrix = TrigramMatrix.count(4, 4, text(4, 40, seed));
      List<Double> all = new ArrayList<>();
      enumerate(matrix, 0, 1, 3, 1, all);
      double[] sorted = all.stream().mapToDouble(m -> -m).sorted().map(m -> -m).toArray();
      for (int nodes : new int[] {1, 5, 12, 60}) {
        TokenTree tree = new BestFirstDraft(nodes, 3).draft(matrix, 0, 1);
        int size = Math.min(nodes, sorted.length);
        assertEquals(size + 1, tree.size(), "seed " + seed);
        double best = Arrays.stream(sorted).limit(size).sum();
        assertEquals(best, mass(matrix, 0, tree), 1e-12, "seed " + seed);
        assertTrue(Arrays.stream(tree.depths()).max().orElse(0) <= 3);
      }
    }
  }

  private static void enumerate(
      TrigramMatrix matrix, int before, int last, int depth, double mass, List<Double> all) {
    TrigramMatrix.Row row = matrix.row(before, last);
    for (int i = 0; depth > 0 && i < row.size(); i++) {
      double own = mass * row.probability(i);
      all.add(own);
      enumerate(matrix, last, row.token(i), depth - 1, own, all);
    }
  }

  @Test
  void searchNeverBeatsBestFirstInExpectation() {
    for (int seed = 0; seed < 100; seed++) {
      TrigramMatrix matrix = TrigramMatrix.count(8, 8, text(8, 200, seed));
      TokenTree tree = SMALL.draft(matrix, 0, 1);
      TokenTree best = new BestFirstDraft(Math.max(1, tree.size() - 1), 4).draft(matrix, 0, 1);
      assertTrue(mass(matrix, 0, best) >= mass(matrix, 0, tree) - 1e-12, "seed " + seed);
    }
  }

  @Test
  void visitsAddUp() {
    TrigramMatrix matrix = TrigramMatrix.count(8, 8, text(8, 300, 7));
    PuctDraft.Search search = SMALL.search(matrix, 0, 1);
    int[] below = new int[search.visits().length];
    for (int i = 1; i < below.length; i++) {
      below[search.tree().parents()[i]] += search.visits()[i];
    }
    assertEquals(60, search.visits()[0]);
    assertEquals(60, below[0]);
    for (int i = 0; i < below.length; i++) {
      assertTrue(search.visits()[i] >= below[i]);
    }
    TokenTree tree = SMALL.draft(matrix, 0, 1);
    assertArrayEquals(tree.tokens(), SMALL.draft(matrix, 0, 1).tokens());
    assertTrue(tree.size() <= 65 && tree.size() > 12);
    int[] depths = tree.depths();
    assertEquals(4, Arrays.stream(depths).max().orElse(0));
  }

  @Test
  void oneLevelFollowsTheRuleOfDHondt() {
    TrigramMatrix matrix = TrigramMatrix.count(7, 7, text(7, 400, 8));
    TrigramMatrix.Row row = matrix.row(0, 1);
    int[] seats = new int[row.size()];
    for (int i = 0; i < 50; i++) {
      int winner = i;
      if (i >= seats.length) {
        winner = 0;
        for (int j = 1; j < seats.length; j++) {
          double quotient = row.probability(j) / (1 + seats[j]);
          winner = quotient > row.probability(winner) / (1 + seats[winner]) ? j : winner;
        }
      }
      seats[winner]++;
      // a huge weight of the prior: values count as equal
      PuctDraft one = new PuctDraft(i + 1, 1, 1e12, 8, 4, 0);
      assertArrayEquals(
          seats, Arrays.copyOfRange(one.search(matrix, 0, 1).visits(), 1, 1 + seats.length));
    }
  }

  @Test
  void theMatrixDependsOnCommittedTokensAlone() {
    int[] text = text(5, 120, 9);
    TrigramMatrix counted = TrigramMatrix.count(5, 3, text(5, 60, 10));
    for (MatrixUpdate update : List.of(MatrixUpdate.PUBLISHED, new Ema(.1))) {
      TrigramMatrix live = counted.copy();
      Acceptance done =
          replay(text, new AdedDrafter(live, update, new BestFirstDraft(6, 3), true)).acceptance();
      TrigramMatrix again = counted.copy();
      int at = 4;
      int seen = 0;
      for (int length : done.lengths()) {
        int[] prefix = Arrays.copyOf(text, at);
        update.update(
            again, new Drafter.Row(0, prefix, Sampling.greedy(), DecodingRandom.of(0)), at - seen);
        seen = at;
        at += length;
      }
      assertEquals(again.boosted(), live.boosted());
      assertNotEquals(counted.boosted(), live.boosted());
    }
  }

  private static SpeculativeDecoder.Run replay(int[] text, Drafter drafter) {
    return SpeculativeDecoder.decode(
        new ReplayTarget(text),
        new int[][] {Arrays.copyOf(text, 4)},
        new Decoder.Options(text.length - 4, -1, Sampling.greedy()),
        drafter,
        new ExactMatch());
  }

  @Test
  void requestsWithPrivateMatricesDoNotMeet() {
    TrigramMatrix counted = TrigramMatrix.count(5, 3, text(5, 60, 11));
    TableModel target = TableModel.random(5, 3, 3, SeedTree.of(12));
    int[][] prompts = {text(5, 9, 13), text(5, 3, 14), text(5, 5, 15)};
    Decoder.Options options = new Decoder.Options(40, -1, Sampling.greedy());
    for (boolean shared : new boolean[] {false, true}) {
      AdedDrafter drafter =
          new AdedDrafter(
              shared ? counted.copy() : counted,
              MatrixUpdate.PUBLISHED,
              new BestFirstDraft(8, 3),
              shared);
      var together = SpeculativeDecoder.decode(target, prompts, options, drafter, new ExactMatch());
      for (int b = 0; b < 3; b++) {
        int[][] one = {prompts[b]};
        var alone =
            SpeculativeDecoder.decode(
                target,
                one,
                options,
                new AdedDrafter(counted, drafter.update(), drafter.maker()),
                new ExactMatch());
        assertArrayEquals(alone.tokens()[0], together.tokens()[b]);
        if (!shared) {
          assertArrayEquals(alone.rows().get(0).lengths(), together.rows().get(b).lengths());
        }
      }
    }
    assertEquals("{}", counted.boosted());
  }

  @Test
  void tokensAreThoseOfPlainDecoding() {
    int[][] prompts = {text(20, 12, 16), {3}, text(20, 4, 17)};
    TrigramMatrix random = TrigramMatrix.count(20, 12, text(20, 2000, 18));
    int[] ends = new int[2000];
    Arrays.setAll(ends, i -> i % 2 == 0 ? i / 2 % 20 : 7);
    TrigramMatrix adversary = TrigramMatrix.count(20, 12, ends);
    List<Drafter> drafters =
        List.of(
            new AdedDrafter(random, MatrixUpdate.PUBLISHED, new BestFirstDraft(10, 4)),
            new AdedDrafter(random, new Ema(.3), SMALL),
            new AdedDrafter(adversary, new Static(), DraftMaker.chain(4)),
            new PromptLookup(3, 10));
    try (CausalLm target = CausalLm.gpt(2, 16, 20, 64, 19)) {
      for (Sampling sampling : List.of(Sampling.greedy(), Sampling.of(1, 20))) {
        int[] free =
            Decoder.decode(target, prompts, new Decoder.Options(30, -1, sampling)).tokens()[0];
        for (int end : new int[] {-1, 7, free[9]}) {
          for (int limit : new int[] {1, 17}) {
            Decoder.Options options = new Decoder.Options(limit, end, sampling);
            int[][] plain = Decoder.decode(target, prompts, options).tokens();
            for (Drafter drafter : drafters) {
              var run =
                  SpeculativeDecoder.decode(target, prompts, options, drafter, new ExactMatch());
              assertArrayEquals(plain, run.tokens());
            }
          }
        }
        int[][] one = {prompts[0]};
        Decoder.Options options = new Decoder.Options(30, -1, sampling);
        for (Drafter drafter : drafters) {
          assertArrayEquals(
              free,
              SpeculativeDecoder.decode(target, one, options, drafter, new ExactMatch())
                  .tokens()[0]);
        }
      }
    }
  }

  /** 8 degrees of freedom: above 26.12 by chance once in 1,000 seeds, above 42.7 in a million. */
  @Test
  void sampledTextsHaveTheTargetsLawAndRedrawnPathsHaveNot() {
    TableModel target = TableModel.random(3, 2, 1, SeedTree.of(21));
    TrigramMatrix matrix = TrigramMatrix.count(3, 3, text(3, 100, 22));
    int[] prompt = {0, 1};
    TokenTree tree = new BestFirstDraft(8, 2).draft(matrix, 0, 1);
    double[] expected = new double[9];
    for (int a = 0; a < 3; a++) {
      for (int b = 0; b < 3; b++) {
        expected[3 * a + b] =
            Math.exp(target.logProbs(prompt)[a] + target.logProbs(new int[] {1, a})[b]);
      }
    }
    double right = 0;
    double wrong = 0;
    int[] kept = new int[9];
    int[] redrawn = new int[9];
    NodeDistributions distributions =
        OutputDistribution.exact(target, prompt, Draft.of(tree), Sampling.of(1, 0));
    for (int seed = 0; seed < 20_000; seed++) {
      DecodingRandom random = DecodingRandom.of(seed);
      var verdict = new ExactMatch().verify(Draft.of(tree), distributions, 0, random);
      int first = verdict.path().length > 1 ? tree.tokens()[verdict.path()[1]] : verdict.next();
      int second =
          verdict.path().length > 2
              ? tree.tokens()[verdict.path()[2]]
              : verdict.path().length > 1
                  ? verdict.next()
                  : random.token(probabilities(target, 1, first), 1);
      kept[3 * first + second]++;
      int[] two = redrawnPaths(target, tree, prompt, SeedTree.of(seed).rng());
      redrawn[3 * two[0] + two[1]]++;
    }
    for (int i = 0; i < 9; i++) {
      double mean = 20_000 * expected[i];
      right += (kept[i] - mean) * (kept[i] - mean) / mean;
      wrong += (redrawn[i] - mean) * (redrawn[i] - mean) / mean;
    }
    assertTrue(right < 26.12, "chi-square " + right + ", seeds 0 to 19,999");
    assertTrue(wrong > 42.7, "chi-square of the biased double " + wrong);
  }

  private static double[] probabilities(TableModel target, int before, int last) {
    return Arrays.stream(target.logProbs(new int[] {before, last})).map(Math::exp).toArray();
  }

  /** Every path draws anew, the longest match wins, behind it the best token: biased. */
  private static int[] redrawnPaths(TableModel target, TokenTree tree, int[] prompt, Rng rng) {
    int[] best = {};
    for (int leaf = 1; leaf < tree.size(); leaf++) {
      int[] path = tree.path(leaf);
      int matched = 0;
      int before = prompt[0];
      int last = prompt[1];
      while (matched < path.length - 1
          && DecodingRandom.inverse(probabilities(target, before, last), rng.nextDouble())
              == tree.tokens()[path[matched + 1]]) {
        before = last;
        last = tree.tokens()[path[++matched]];
      }
      if (matched > best.length) {
        best = Arrays.stream(path, 1, matched + 1).map(node -> tree.tokens()[node]).toArray();
      }
    }
    int[] two = Arrays.copyOf(best, 2);
    int[] all = {prompt[0], prompt[1], two[0], two[1]};
    for (int i = best.length; i < 2; i++) {
      double[] probabilities = probabilities(target, all[i], all[i + 1]);
      int top =
          probabilities[0] >= probabilities[1] && probabilities[0] >= probabilities[2]
              ? 0
              : probabilities[1] >= probabilities[2] ? 1 : 2;
      all[i + 2] = top;
      two[i] = top;
    }
    return two;
  }

  @Test
  void badInputIsNamed() {
    assertThrows(IllegalArgumentException.class, () -> TrigramMatrix.count(4, 0));
    assertThrows(IllegalArgumentException.class, () -> TrigramMatrix.count(4, 3, new int[] {4}));
    assertThrows(IllegalArgumentException.class, () -> new PuctDraft(0, 3, 32, 8, 24, 0));
    assertThrows(IllegalArgumentException.class, () -> new PuctDraft(1, 3, Double.NaN, 8, 24, 0));
    assertThrows(IllegalArgumentException.class, () -> new BestFirstDraft(0, 4));
    assertThrows(IllegalArgumentException.class, () -> DraftMaker.chain(0));
    assertThrows(IllegalArgumentException.class, () -> new WindowBoost(Double.NaN, 16, 3));
    assertThrows(IllegalArgumentException.class, () -> new WindowBoost(-1, 16, 3));
    assertThrows(IllegalArgumentException.class, () -> new Ema(1.5));
    assertThrows(IllegalArgumentException.class, () -> new PromptLookup(0, 10));
    TrigramMatrix matrix = TrigramMatrix.count(4, 3);
    Drafter.Row row =
        new Drafter.Row(0, new int[] {1, 2, 4}, Sampling.greedy(), DecodingRandom.of(0));
    assertTrue(
        assertThrows(
                IllegalArgumentException.class, () -> MatrixUpdate.PUBLISHED.update(matrix, row, 3))
            .getMessage()
            .startsWith("token is 4"));
  }

  @Test
  void promptLookupCopiesBehindTheLongestEnding() {
    int[] text = {1, 2, 3, 9, 8, 2, 3, 4, 7, 1, 2, 3};
    var drafting =
        new PromptLookup(3, 4)
            .open(new Drafter.Prompt(new int[][] {text}, java.util.Optional.empty()));
    Drafter.Row row = new Drafter.Row(0, text, Sampling.greedy(), DecodingRandom.of(0));
    assertArrayEquals(
        new int[] {3, 9, 8, 2, 3},
        drafting.draft(null, new Drafter.Row[] {row})[0].tree().tokens());
  }
}
