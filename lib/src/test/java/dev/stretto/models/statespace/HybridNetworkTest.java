package dev.stretto.models.statespace;

import static dev.stretto.models.Histories.VOCABULARY;
import static dev.stretto.models.Histories.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Backbone;
import dev.stretto.models.Histories;
import dev.stretto.models.Mask;
import dev.stretto.models.Slopes;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenModel.Session;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.stree.TreeUnroller;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.ModelDrafter;
import dev.stretto.samplers.drafting.SpeculationSuite;
import dev.stretto.samplers.drafting.TreeExpansion;
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
import org.junit.jupiter.params.provider.ValueSource;

class HybridNetworkTest {
  private final NDManager scope = Tensors.manager();

  @AfterEach
  void close() {
    scope.close();
  }

  /** Two layers of width 16, all state-space or half attention. */
  private static CausalLm model(int attentionEvery) {
    return CausalLm.hybrid(
        new HybridConfig(2, attentionEvery, 16, 2, 8, 4, VOCABULARY, 128, 64), 3);
  }

  private static TokenTree random(Rng random, int n, int pending) {
    int[] tokens = random.ints(n, 0, VOCABULARY).toArray();
    int[] parents = new int[n];
    Arrays.setAll(parents, i -> i == 0 ? -1 : random.nextInt(i));
    tokens[0] = pending;
    return new TokenTree(tokens, parents);
  }

  private static float[] probabilities(NDManager scope, Session session, TokenTree tree, int node) {
    return session
        .score(scope, new TokenTree[] {tree})
        .logProbsBNV()
        .get(0)
        .get(node)
        .toFloatArray();
  }

  @ParameterizedTest
  @CsvSource({"0, PREALLOCATED", "0, FUNCTIONAL", "2, PREALLOCATED", "2, FUNCTIONAL"})
  void randomHistoriesEqualAFreshPass(int attentionEvery, StateKind kind) {
    try (CausalLm model = model(attentionEvery)) {
      for (int seed = 0; seed < 8; seed++) {
        Histories.check(model.backbone(), kind, seed);
      }
    }
  }

  /** Convolution, attention and state together, at ordinary and at very strong decays. */
  @ParameterizedTest
  @CsvSource({"0, 0", "0, 6", "2, 0", "2, 6"})
  void packedDistributionsAreThoseOfEachBranchAlone(int attentionEvery, float logDecay) {
    try (CausalLm model = model(attentionEvery)) {
      model.parameters().load("recurrences.0.log_decay", new float[] {logDecay, logDecay - 1});
      for (int seed = 0; seed < 4; seed++) {
        Rng random = SeedTree.of(seed).rng();
        int[] prompt = random.ints(1 + 9 * seed, 0, VOCABULARY).toArray();
        int n = new int[] {1, 7, 24, 64}[seed];
        TokenTree tree = random(random, n, prompt[prompt.length - 1]);
        try (Session packed = model.open(prompt)) {
          NDArray distributions = packed.score(scope, new TokenTree[] {tree}).logProbsBNV().get(0);
          for (int node = 0; node < n; node += 1 + n / 12) {
            int[] path = tree.path(node);
            int[] text = Arrays.copyOf(prompt, prompt.length + path.length - 1);
            for (int i = 1; i < path.length; i++) {
              text[prompt.length + i - 1] = tree.tokens()[path[i]];
            }
            try (Session alone = model.open(text)) {
              assertArrayEquals(
                  probabilities(scope, alone, TokenTree.chain(text[text.length - 1]), 0),
                  distributions.get(node).toFloatArray(),
                  1e-5f,
                  "seed %d, node %d".formatted(seed, node));
            }
          }
        }
      }
    }
  }

  /** Longer than a piece of the scan, so that pieces meet. */
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aTextAtOnceEqualsStepsAndPieces(int attentionEvery) {
    try (CausalLm model = model(attentionEvery)) {
      Backbone network = model.backbone();
      int[] text = SeedTree.of(4).rng().ints(100, 0, VOCABULARY).toArray();
      float[] whole =
          network.forward(Step.of(ids(scope, new int[][] {text}))).lastBND().toFloatArray();
      for (int piece : new int[] {1, 7, 65}) {
        try (State state = network.newState(1, 100, StateKind.PREALLOCATED)) {
          for (int from = 0; from < 100; from += piece) {
            int to = Math.min(100, from + piece);
            Step step = Step.of(ids(scope, new int[][] {Arrays.copyOfRange(text, from, to)}));
            assertArrayEquals(
                Arrays.copyOfRange(whole, from * 16, to * 16),
                network.forward(step, state).lastBND().toFloatArray(),
                2e-5f,
                "pieces of %d, from %d".formatted(piece, from));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void rejectingEverythingRestoresTheStateBitForBit(int attentionEvery) {
    try (CausalLm model = model(attentionEvery)) {
      Backbone network = model.backbone();
      HybridState state = (HybridState) network.newState(2, 64, StateKind.PREALLOCATED);
      network.forward(Step.of(ids(scope, new int[][] {{1, 2, 3, 4}, {5, 6, 7, 8}})), state);
      float[] before = state.recurrent().before(scope, 0).toFloatArray();
      Step pass = Step.of(ids(scope, new int[][] {{1, 2, 3}, {4, 5, 6}})).peek();
      network.forward(pass, state);
      state.commit(new int[][] {{}, {}});
      assertArrayEquals(before, state.recurrent().before(scope, 0).toFloatArray());
      // one row goes on, the other stays
      network.forward(pass, state);
      state.commit(new int[][] {{0, 1}, {}});
      float[] after = state.recurrent().before(scope, 0).toFloatArray();
      int half = before.length / 2;
      assertArrayEquals(
          Arrays.copyOfRange(before, half, 2 * half), Arrays.copyOfRange(after, half, 2 * half));
      assertFalse(Arrays.equals(before, 0, half, after, 0, half));
      state.close();
    }
  }

  /** State and window behind a path equal those behind the same text. */
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aCommittedPathIsATextThatWasRead(int attentionEvery) {
    try (CausalLm model = model(attentionEvery)) {
      Backbone network = model.backbone();
      for (int length = 1; length <= 5; length++) {
        int n = length;
        HybridState tree = (HybridState) network.newState(1, 64, StateKind.PREALLOCATED);
        HybridState text = (HybridState) network.newState(1, 64, StateKind.PREALLOCATED);
        Step prompt = Step.of(ids(scope, new int[][] {{1, 2, 3, 4}}));
        network.forward(prompt, tree);
        network.forward(prompt, text);
        // a path with a sibling beside every node
        int[] tokens = IntStream.range(0, 2 * n).map(i -> (5 * i) % VOCABULARY).toArray();
        int[] parents = IntStream.range(0, 2 * n).map(i -> i < 2 ? i - 1 : i / 2 * 2 - 2).toArray();
        int[] path = IntStream.range(0, n).map(i -> 2 * i).toArray();
        boolean[][] sees = new TokenTree(tokens, parents).ancestors();
        int[] depths = new TokenTree(tokens, parents).depths();
        network.forward(
            Step.of(ids(scope, new int[][] {tokens}))
                .mask(new Mask.Visible(new boolean[][][] {sees}, new boolean[0][][]))
                .at(new int[][] {Arrays.stream(depths).map(d -> d + 4).toArray()})
                .peek(),
            tree);
        tree.commit(new int[][] {path});
        int[] accepted = Arrays.stream(path).map(node -> tokens[node]).toArray();
        network.forward(Step.of(ids(scope, new int[][] {accepted})), text);
        for (int layer = 0; layer < (attentionEvery == 0 ? 2 : 1); layer++) {
          assertArrayEquals(
              text.recurrent().before(scope, layer).toFloatArray(),
              tree.recurrent().before(scope, layer).toFloatArray(),
              1e-6f,
              "path of %d, layer %d".formatted(n, layer));
        }
        assertArrayEquals(text.lengths(), tree.lengths());
        assertEquals(((HybridNetwork) network).config().stateFloats(4 + n), tree.floats());
        tree.close();
        text.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void theUnrolledTreeGivesTheSameLawsAndGoesOnAlike(int attentionEvery) {
    try (CausalLm model = model(attentionEvery)) {
      Rng random = SeedTree.of(21).rng();
      int[][] prompts = {{1, 2, 3}, {4}};
      try (Session packed = model.open(prompts);
          Session rows = new TreeUnroller(model).open(prompts)) {
        int[] pending = {3, 4};
        for (int round = 0; round < 4; round++) {
          TokenTree[] trees = new TokenTree[2];
          int[][] paths = new int[2][];
          for (int b = 0; b < 2; b++) {
            trees[b] = random(random, 1 + random.nextInt(9), pending[b]);
            paths[b] = round == 1 ? new int[0] : trees[b].path(random.nextInt(trees[b].size()));
            pending[b] = round == 1 ? pending[b] : random.nextInt(VOCABULARY);
          }
          NDArray one = packed.score(scope, trees).logProbsBNV();
          NDArray other = rows.score(scope, trees).logProbsBNV();
          for (int b = 0; b < 2; b++) {
            for (int node = 0; node < trees[b].size(); node++) {
              assertArrayEquals(
                  one.get(b).get(node).toFloatArray(),
                  other.get(b).get(node).toFloatArray(),
                  1e-5f,
                  "round %d, row %d, node %d".formatted(round, b, node));
            }
          }
          packed.commit(paths);
          rows.commit(paths);
          assertArrayEquals(packed.lengths(), rows.lengths());
        }
      }
    }
  }

  /** Drafts of which many are right: what plain decoding said, and wrong siblings. */
  private static Drafter knowing(int[][] texts, int[][] prompts) {
    return Drafter.of(
        row -> {
          int[] tokens = new int[9];
          int[] parents = new int[9];
          tokens[0] = row.pending();
          parents[0] = -1;
          int[] text = texts[row.request()];
          int done = row.length() - prompts[row.request()].length;
          for (int depth = 1; depth <= 4; depth++) {
            int at = done + depth - 1;
            int right = at < text.length && at % 5 != 4 ? text[at] : VOCABULARY - 1;
            tokens[2 * depth - 1] = (right + 1) % VOCABULARY;
            tokens[2 * depth] = right;
            parents[2 * depth - 1] = 2 * depth - 2;
            parents[2 * depth] = 2 * depth - 2;
          }
          return new TokenTree(tokens, parents);
        });
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "2, 0", "2, 1"})
  void speculationGivesThePlainText(int attentionEvery, double temperature) {
    try (CausalLm model = model(attentionEvery)) {
      int[][] all = {{1, 2, 3}, {4, 5, 6, 7, 8}, {9}};
      Sampling sampling = temperature == 0 ? Sampling.greedy() : Sampling.of(temperature, 11);
      int[] free = Decoder.decode(model, all, new Decoder.Options(30, -1, sampling)).tokens()[0];
      for (int batch : new int[] {1, 3}) {
        for (int limit : new int[] {30, 13}) {
          for (int end : new int[] {-1, free[7]}) {
            int[][] prompts = Arrays.copyOf(all, batch);
            Decoder.Options options = new Decoder.Options(limit, end, sampling);
            int[][] plain = Decoder.decode(model, prompts, options).tokens();
            for (var target : new TokenModel[] {model, new TreeUnroller(model)}) {
              SpeculativeDecoder.Run run =
                  SpeculativeDecoder.decode(
                      target, prompts, options, knowing(plain, prompts), new ExactMatch());
              assertArrayEquals(
                  plain,
                  run.tokens(),
                  "batch %d, limit %d, end %d, %s".formatted(batch, limit, end, target));
              assertTrue(limit < 30 || end >= 0 || run.acceptance().lengthWithBonus() > 2);
            }
          }
        }
      }
    }
  }

  /** A draft with a state of its own, which follows the same paths. */
  @Test
  void aStateSpaceDraftForAHybridTargetChangesNoToken() {
    try (CausalLm target = CausalLm.hybrid(new HybridConfig(2, 2, 16, 2, 8, 4, 16, 48, 64), 3);
        CausalLm draft = CausalLm.hybrid(new HybridConfig(1, 0, 8, 1, 8, 4, 16, 48, 64), 4)) {
      target.parameters().get("embedding").muli(20);
      draft.parameters().get("embedding").muli(20);
      SpeculationSuite.sameTokens(target, new ModelDrafter(draft, TreeExpansion.widths(3, 2, 1)));
    }
  }

  @Test
  void everyWeightLearnsFromAText() {
    try (CausalLm model = model(2)) {
      NDArray x = Tensors.normal(scope, SeedTree.of(8).rng(), 1, new Shape(1, 70, 16));
      List<NDArray> leaves = new ArrayList<>(List.of(x));
      model.parameters().all().entrySet().stream()
          .filter(entry -> !entry.getKey().equals("embedding"))
          .forEach(entry -> leaves.add(entry.getValue()));
      Slopes.check(
          "hybrid",
          s -> {
            NDArray view = x.add(0);
            view.attach(s);
            return model.backbone().forward(Step.of(new Step.Input.Vectors(view))).lastBND();
          },
          leaves.toArray(NDArray[]::new));
    }
  }

  private static String message(Runnable action) {
    return assertThrows(IllegalArgumentException.class, action::run).getMessage();
  }

  @Test
  void badInputIsNamed() {
    try (CausalLm model = model(2)) {
      Backbone network = model.backbone();
      boolean[][] ahead = {{true, true}, {false, true}};
      boolean[][] roots = {{true, false}, {false, true}};
      boolean[][] holes = {{true, false, false}, {true, true, false}, {false, true, true}};
      assertEquals(
          "position 0 of row 0 sees position 1 behind it, expected parents before children",
          message(() -> look(network, ahead)));
      assertEquals(
          "position 1 of row 0 has no parent and is a second root, expected one root, position 0",
          message(() -> look(network, roots)));
      assertEquals(
          "position 2 of row 0 sees other positions than its parent 1 does, expected a tree",
          message(() -> look(network, holes)));
      assertTrue(
          message(() -> look(network, TokenTree.chain(new int[65]).ancestors()))
              .contains("a tree of 65 nodes, expected at most the 64"));
      assertTrue(
          message(() -> network.forward(Step.of(tokens(3)).mask(new Mask.Full())))
              .contains("under the mask Full"));
      assertThrows(
          IllegalArgumentException.class,
          () -> network.forward(Step.of(tokens(3)).layers(Step.Layers.range(0, 1))));
      assertThrows(IllegalArgumentException.class, () -> HybridConfig.small(8, 3, 32, 17, 64));
      assertThrows(IllegalArgumentException.class, () -> HybridConfig.small(8, 1, 32, 17, 64));
    }
  }

  private NDArray tokens(int n) {
    return ids(scope, new int[][] {new int[n]});
  }

  private void look(Backbone network, boolean[][] sees) {
    network.forward(
        Step.of(tokens(sees.length))
            .mask(new Mask.Visible(new boolean[][][] {sees}, new boolean[0][][])));
  }
}
