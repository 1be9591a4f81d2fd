package dev.stretto.models.language;

import static dev.stretto.models.Histories.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Cost;
import dev.stretto.models.Histories;
import dev.stretto.models.TokenModel.Session;
import dev.stretto.models.TokenModel.Verified;
import dev.stretto.models.TokenTree;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CausalLmTest {
  private static final int VOCABULARY = 17;

  private final CausalLm model = CausalLm.gpt(2, 16, VOCABULARY, 64, 3);
  private final NDManager scope = Tensors.manager();

  @AfterEach
  void close() {
    scope.close();
    model.close();
  }

  /** The distribution of the token behind a text, from one pass over it. */
  private float[] probabilities(List<Integer> text) {
    int[][] row = {text.stream().mapToInt(Integer::intValue).toArray()};
    NDArray logits = model.logits(ids(scope, row), false);
    return logits.logSoftmax(2).get(0).get(text.size() - 1).toFloatArray();
  }

  private static List<Integer> text(int... tokens) {
    return new ArrayList<>(IntStream.of(tokens).boxed().toList());
  }

  @Test
  void treesOfDifferentSizesAreScoredLikeTheirBranches() {
    Rng random = SeedTree.of(6).rng();
    int[][] prompts = {{1, 2, 3, 4}, {5}, {6, 7}};
    List<List<Integer>> texts = new ArrayList<>();
    for (int[] prompt : prompts) {
      texts.add(text(Arrays.copyOf(prompt, prompt.length - 1)));
    }
    int[] pending = {4, 5, 7};
    try (Session session = model.open(prompts)) {
      for (int round = 0; round < 6; round++) {
        TokenTree[] trees = new TokenTree[3];
        int[][] paths = new int[3][];
        for (int b = 0; b < 3; b++) {
          int size = round == 2 ? 1 : 1 + random.nextInt(6);
          int[] tokens = new int[size];
          int[] parents = new int[size];
          for (int i = 0; i < size; i++) {
            tokens[i] = i == 0 ? pending[b] : random.nextInt(VOCABULARY);
            parents[i] = i == 0 ? -1 : round == 3 ? i - 1 : random.nextInt(i);
          }
          trees[b] = new TokenTree(tokens, parents);
        }
        Verified verified = session.score(scope, trees);
        for (int b = 0; b < 3; b++) {
          for (int node = 0; node < trees[b].size(); node++) {
            List<Integer> branch = new ArrayList<>(texts.get(b));
            for (int at : trees[b].path(node)) {
              branch.add(trees[b].tokens()[at]);
            }
            assertArrayEquals(
                probabilities(branch),
                verified.logProbsBNV().get(b).get(node).toFloatArray(),
                1e-4f,
                "round %d, row %d, node %d".formatted(round, b, node));
          }
          // one row in three keeps nothing
          paths[b] = round % 3 == b ? new int[0] : trees[b].path(random.nextInt(trees[b].size()));
          for (int at : paths[b]) {
            texts.get(b).add(trees[b].tokens()[at]);
          }
          pending[b] = paths[b].length == 0 ? pending[b] : random.nextInt(VOCABULARY);
        }
        session.commit(paths);
        assertArrayEquals(texts.stream().mapToInt(List::size).toArray(), session.lengths());
      }
      session.gather(new int[] {2, 0});
      NDArray last =
          session
              .score(scope, new TokenTree[] {TokenTree.chain(9), TokenTree.chain(10)})
              .logProbsBNV();
      for (int i = 0; i < 2; i++) {
        List<Integer> whole = new ArrayList<>(texts.get(i == 0 ? 2 : 0));
        whole.add(9 + i);
        assertArrayEquals(
            probabilities(whole), last.get(i).get(0).toFloatArray(), 1e-4f, "row " + i);
      }
    }
  }

  @Test
  void rowsOfDifferentLengthDecodeLikeEachAlone() {
    int[][] prompts = {{1, 2, 3, 4, 5, 6}, {7}, {8, 9, 10}};
    int[][] together = greedy(prompts, 8);
    for (int b = 0; b < 3; b++) {
      assertArrayEquals(greedy(new int[][] {prompts[b]}, 8)[0], together[b], "row " + b);
    }
    assertArrayEquals(together[0], greedy(prompts, 8)[0], "twice");
    try (CausalLm same = CausalLm.gpt(2, 16, VOCABULARY, 64, 3)) {
      assertEquals(model.parameters().checksum(), same.parameters().checksum());
    }
  }

  private int[][] greedy(int[][] prompts, int steps) {
    int[][] out = new int[prompts.length][steps];
    try (Session session = model.open(prompts)) {
      int[] pending = Arrays.stream(prompts).mapToInt(p -> p[p.length - 1]).toArray();
      for (int t = 0; t < steps; t++) {
        TokenTree[] trees =
            IntStream.of(pending).mapToObj(TokenTree::chain).toArray(TokenTree[]::new);
        NDArray distributions = session.score(scope, trees).logProbsBNV();
        session.commit(Arrays.stream(trees).map(tree -> new int[] {0}).toArray(int[][]::new));
        for (int b = 0; b < pending.length; b++) {
          pending[b] = (int) distributions.get(b).get(0).argMax().getLong();
          out[b][t] = pending[b];
        }
      }
    }
    return out;
  }

  @Test
  void arraysStayFlatOverThreeHundredTokens() {
    try (CausalLm small = CausalLm.gpt(1, 16, VOCABULARY, 320, 3);
        Session session = small.open(new int[] {1, 2}, new int[] {3})) {
      long held = 0;
      for (int t = 0; t < 300; t++) {
        try (NDManager pass = scope.newSubManager()) {
          session.score(pass, new TokenTree[] {TokenTree.chain(4), TokenTree.chain(5)});
          session.commit(new int[][] {{0}, {0}});
        }
        long now = Histories.live(small.parameters().manager()) + Histories.live(scope);
        held = t == 0 ? now : held;
        assertEquals(held, now, "token " + t);
      }
      assertArrayEquals(new int[] {301, 300}, session.lengths());
    }
  }

  /** What the documentation of the class says. */
  @ParameterizedTest
  @CsvSource({
    "1, 64, 55680",
    "2, 96, 231360",
    "4, 64, 203904",
    "4, 128, 801024",
    "12, 96, 1341120",
    "12, 144, 3007008"
  })
  void weightsAreAsManyAsTheDocumentationSays(int layers, int width, long weights) {
    try (CausalLm named = CausalLm.gpt(layers, width, 96, 256, 1)) {
      assertEquals(weights, named.parameters().count());
      long d = width;
      // table, projections, two norms a layer and one behind them
      assertEquals(96 * d + layers * (12 * d * d + 4 * d) + 2 * d, named.parameters().count());
    }
  }

  @Test
  void theHeadIsInTheCostAndMayBeItsOwn() {
    try (CausalLm own =
        new CausalLm(TransformerConfig.gpt(2, 16, VOCABULARY, 64), false, SeedTree.of(3))) {
      assertEquals(model.parameters().count() + 16 * VOCABULARY, own.parameters().count());
      Cost.Shape shape = Cost.Shape.causal(2, 3, 4, 2);
      assertEquals(
          model.backbone().cost(shape).multiplyAdds() + 6L * 16 * VOCABULARY,
          model.cost(shape).multiplyAdds());
    }
  }

  @Test
  void hiddenStatesComeWhereAskedForAndGiveTheDistributions() {
    try (Session session = model.open(new int[][] {{1, 2, 3}}, true);
        Session plain = model.open(new int[] {1, 2, 3})) {
      TokenTree[] chain = {TokenTree.chain(3, 4)};
      Verified verified = session.score(scope, chain);
      assertTrue(plain.score(scope, chain).hidden().isEmpty());
      NDArray hidden = verified.hidden().orElseThrow().lastBND();
      assertArrayEquals(
          verified.logProbsBNV().toFloatArray(),
          model.logits(hidden).logSoftmax(2).toFloatArray(),
          1e-5f);
    }
  }

  @Test
  void badPromptsAreNamed() {
    String empty =
        assertThrows(IllegalArgumentException.class, () -> model.open(new int[] {1}, new int[] {}))
            .getMessage();
    assertEquals("the prompt of row 1 has 0 tokens, expected 1 to 64", empty);
    String token =
        assertThrows(IllegalArgumentException.class, () -> model.open(new int[] {1, 17}))
            .getMessage();
    assertEquals("token 1 of row 0 is 17, expected 0 to 16", token);
  }
}
