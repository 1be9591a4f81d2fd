package dev.stretto.models.language;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tables and n-grams against brute force, their sessions against texts kept by hand. */
class ContextModelTest {

  @Test
  void aTableGivesTheProbabilitiesItWasGivenForEveryLengthOfContext() {
    TableModel table =
        TableModel.of(
            3, 2, context -> new double[] {1 + Arrays.stream(context).sum(), context.length, 2});
    double[] probabilities = table.logProbs(new int[] {2, 0, 1, 2}); // looks back two: 1 + 3, 2, 2
    assertArrayEquals(new double[] {4 / 8.0, 2 / 8.0, 2 / 8.0}, exp(probabilities), 1e-15);
    assertArrayEquals(new double[] {1 / 3.0, 0, 2 / 3.0}, exp(table.logProbs(new int[0])), 1e-15);
    assertArrayEquals(
        new double[] {3 / 6.0, 1 / 6.0, 2 / 6.0}, exp(table.logProbs(new int[] {2})), 1e-15);
  }

  @Test
  void theSameSeedGivesTheSameTableAndABlurredOneIsFurtherAway() {
    TableModel table = TableModel.random(5, 2, 2, SeedTree.of(1));
    TableModel again = TableModel.random(5, 2, 2, SeedTree.of(1));
    int[] context = {4, 1};
    assertArrayEquals(table.logProbs(context), again.logProbs(context));
    assertArrayEquals(
        table.logProbs(context),
        table.blurred(1, 0, SeedTree.of(2)).logProbs(context),
        1e-12,
        "all of the truth and no noise");
    double near = distance(table, table.blurred(.7, .3, SeedTree.of(2)));
    double far = distance(table, table.blurred(.7, 3, SeedTree.of(2)));
    assertTrue(near > .01 && far > 1.5 * near, near + " and " + far);
  }

  private static double distance(TableModel left, TableModel right) {
    double sum = 0;
    for (int i = 0; i < 25; i++) {
      double[] p = exp(left.logProbs(new int[] {i / 5, i % 5}));
      double[] q = exp(right.logProbs(new int[] {i / 5, i % 5}));
      sum += IntStream.range(0, 5).mapToDouble(x -> Math.abs(p[x] - q[x])).sum() / 50;
    }
    return sum;
  }

  @Test
  void anNGramEqualsWittenBellCountedByHand() {
    // a b a b a c with V = 3, behind a: b twice, c once
    NGramModel model = NGramModel.count(3, 2, new int[] {0, 1, 0, 1, 0, 2});
    double[] unigram = {(3 + 3 / 3.0) / 9, (2 + 3 / 3.0) / 9, (1 + 3 / 3.0) / 9};
    assertArrayEquals(unigram, exp(model.logProbs(new int[0])), 1e-15);
    double[] behindA = {
      2 * unigram[0] / 5, (2 + 2 * unigram[1]) / 5, (1 + 2 * unigram[2]) / 5,
    };
    assertArrayEquals(behindA, exp(model.logProbs(new int[] {0})), 1e-15);
    assertArrayEquals(unigram, exp(model.logProbs(new int[] {2})), 1e-15, "c never went on");
    assertArrayEquals(new int[] {1, 2}, model.successors(0).tokens());
    assertArrayEquals(new int[] {2, 1}, model.successors(0).counts());
    assertEquals(0, model.successors(2).total());
    assertEquals(0, model.successors(0, 1).total(), "beyond the order");
  }

  @Test
  void randomNGramsEqualTheRecursionOverBruteForceCounts() {
    for (long seed = 0; seed < 20; seed++) {
      Rng rng = SeedTree.of(seed).rng();
      int vocabulary = 2 + rng.nextInt(5);
      int order = 1 + rng.nextInt(5);
      int[][] texts = new int[1 + rng.nextInt(3)][];
      for (int t = 0; t < texts.length; t++) {
        texts[t] = rng.ints(rng.nextInt(60), 0, vocabulary).toArray();
      }
      NGramModel model = NGramModel.count(vocabulary, order, texts);
      for (int draw = 0; draw < 30; draw++) {
        int[] context = rng.ints(rng.nextInt(order), 0, vocabulary).toArray();
        double[] probabilities = exp(model.logProbs(context));
        assertArrayEquals(
            recursion(texts, vocabulary, context), probabilities, 1e-12, "seed " + seed);
        int[] counts = counts(texts, vocabulary, context);
        NGramModel.Successors next = model.successors(context);
        assertEquals(Arrays.stream(counts).sum(), next.total(), "seed " + seed);
        int[] ranked =
            IntStream.range(0, vocabulary)
                .filter(x -> counts[x] > 0)
                .boxed()
                .sorted((x, y) -> counts[y] - counts[x])
                .mapToInt(x -> x)
                .toArray();
        assertArrayEquals(ranked, next.tokens(), "seed " + seed);
        assertEquals(Math.min(2, ranked.length), next.top(2).length);
      }
    }
  }

  private static int[] counts(int[][] texts, int vocabulary, int[] context) {
    int[] counts = new int[vocabulary];
    for (int[] text : texts) {
      for (int at = context.length; at < text.length; at++) {
        if (Arrays.equals(text, at - context.length, at, context, 0, context.length)) {
          counts[text[at]]++;
        }
      }
    }
    return counts;
  }

  private static double[] recursion(int[][] texts, int vocabulary, int[] context) {
    int[] counts = counts(texts, vocabulary, context);
    double[] shorter = new double[vocabulary];
    if (context.length == 0) {
      Arrays.fill(shorter, 1.0 / vocabulary);
    } else {
      shorter = recursion(texts, vocabulary, Arrays.copyOfRange(context, 1, context.length));
    }
    long kinds = Arrays.stream(counts).filter(count -> count > 0).count();
    double total = Arrays.stream(counts).sum() + kinds;
    for (int x = 0; x < vocabulary && total > 0; x++) {
      shorter[x] = (counts[x] + kinds * shorter[x]) / total;
    }
    return shorter;
  }

  @Test
  void randomSessionsEqualTextsKeptByHand() {
    try (NDManager scope = Tensors.manager()) {
      for (long seed = 0; seed < 20; seed++) {
        Rng rng = SeedTree.of(seed).child("session").rng();
        TableModel model = TableModel.random(4, 2, 1, SeedTree.of(seed));
        List<List<Integer>> texts = new ArrayList<>(); // read tokens; the pending one apart
        int[][] prompts = new int[3][];
        for (int row = 0; row < 3; row++) {
          prompts[row] = rng.ints(1 + rng.nextInt(20), 0, 4).toArray();
          texts.add(new ArrayList<>(Arrays.stream(prompts[row]).boxed().toList()));
          texts.get(row).removeLast();
        }
        TokenModel.Session session = model.open(prompts);
        for (int pass = 0; pass < 12; pass++) {
          TokenTree[] trees = new TokenTree[texts.size()];
          int[][] paths = new int[texts.size()][];
          for (int row = 0; row < trees.length; row++) {
            int nodes = 1 + rng.nextInt(6);
            int[] parents =
                IntStream.range(0, nodes).map(i -> i == 0 ? -1 : rng.nextInt(i)).toArray();
            trees[row] = new TokenTree(rng.ints(nodes, 0, 4).toArray(), parents);
          }
          NDArray distributions = session.score(scope, trees).logProbsBNV();
          for (int row = 0; row < trees.length; row++) {
            for (int node = 0; node < trees[row].size(); node++) {
              List<Integer> text = new ArrayList<>(texts.get(row));
              for (int on : trees[row].path(node)) {
                text.add(trees[row].tokens()[on]);
              }
              double[] expected =
                  model.logProbs(
                      text.subList(Math.max(0, text.size() - 2), text.size()).stream()
                          .mapToInt(t -> t)
                          .toArray());
              float[] probabilities = distributions.get(row).get(node).toFloatArray();
              for (int x = 0; x < 4; x++) {
                assertEquals(expected[x], probabilities[x], 1e-6, "seed " + seed + " row " + row);
              }
            }
            paths[row] =
                rng.nextInt(4) == 0 ? new int[0] : trees[row].path(rng.nextInt(trees[row].size()));
            for (int on : paths[row]) {
              texts.get(row).add(trees[row].tokens()[on]);
            }
          }
          session.commit(paths);
          assertArrayEquals(texts.stream().mapToInt(List::size).toArray(), session.lengths());
          if (pass == 6) {
            session.gather(new int[] {2, 0});
            texts = new ArrayList<>(List.of(texts.get(2), texts.get(0)));
          }
        }
      }
    }
  }

  @Test
  void badInputIsNamed() {
    TableModel table = TableModel.random(4, 1, 1, SeedTree.of(0));
    assertMessage("prompt 1 has 0 tokens", () -> table.open(new int[] {1}, new int[0]));
    assertMessage("row 0 has token 4", () -> table.open(new int[] {1, 4}));
    assertMessage("hidden states", () -> table.open(new int[][] {{1}}, true));
    assertMessage("vocabulary 96 and order 9", () -> TableModel.random(96, 9, 1, SeedTree.of(0)));
    assertMessage(
        "behind [0]",
        () -> TableModel.of(2, 1, c -> c.length == 0 ? new double[] {1, 1} : new double[3]));
    assertMessage("behind []", () -> TableModel.of(2, 1, c -> new double[2]));
    assertMessage(
        "token 1 of text 0 is 7", () -> NGramModel.count(4, 2, new int[] {1, 7}, new int[] {2}));
    TokenModel.Session session = table.open(new int[] {1});
    assertMessage("one path a scored row", () -> session.commit(new int[][] {{0}}));
    try (NDManager scope = Tensors.manager()) {
      session.score(
          scope, new TokenTree[] {new TokenTree(new int[] {1, 2, 3}, new int[] {-1, 0, 0})});
      assertMessage("path [0, 1, 2] of row 0", () -> session.commit(new int[][] {{0, 1, 2}}));
    }
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
  }

  private static double[] exp(double[] logProbs) {
    return Arrays.stream(logProbs).map(Math::exp).toArray();
  }
}
