package dev.stretto.papers.hiddentransfer;

import static dev.stretto.models.Histories.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Backbone;
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel.Session;
import dev.stretto.models.TokenModel.Verified;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.papers.hydra.DraftHeads;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pseudo states beside the real ones: who sees whom, what stays, what it costs. */
class HiddenTransferTest {
  private static final int K = 3;
  private static final int WIDTH = 16;
  private static final int[][] PROMPTS = {{1, 2, 3, 4}, {5}, {6, 7}};
  private static final TokenTree[] TREES = {
    new TokenTree(new int[] {4, 1, 2, 8, 9, 3}, new int[] {-1, 0, 0, 1, 1, 2}),
    TokenTree.chain(5, 6, 7),
    TokenTree.chain(7)
  };

  private final CausalLm base = CausalLm.gpt(4, WIDTH, 17, 48, 3);
  private final NDManager scope = Tensors.manager();

  @AfterEach
  void close() {
    scope.close();
    base.close();
  }

  /** Maps with weights drawn at random. */
  private HiddenTransfer drawn(int layer) {
    return drawn(new HiddenTransfer(base, layer, K));
  }

  private static HiddenTransfer drawn(HiddenTransfer model) {
    Rng random = SeedTree.of(4).rng();
    model
        .parameters()
        .values()
        .forEach(
            (name, values) -> {
              for (int i = 0; i < values.length; i++) {
                values[i] = (float) (.3 * random.nextGaussian());
              }
              model.parameters().load(name, values);
            });
    return model;
  }

  private static void assertClose(NDArray expected, NDArray actual, double most, String what) {
    double gap = expected.sub(actual).abs().max().getFloat();
    assertTrue(gap <= most, what + " differ by " + gap);
  }

  private static NDArray pseudo(Verified verified) {
    return verified.hidden().orElseThrow().tapsBND().get(HiddenTransfer.PSEUDO);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4})
  void realLawsAreTheBasesPassAfterPass(int layer) {
    try (HiddenTransfer model = drawn(layer);
        Session ahead = model.open(PROMPTS, true);
        Session plain = base.open(PROMPTS)) {
      TokenTree[] trees = TREES;
      int[][][] paths = {{{0, 2, 5}, {0, 1}, {0}}, {{0, 1}, {0}, {0, 1}}};
      for (int[][] path : paths) {
        NDArray expected = plain.score(scope, trees).logProbsBNV();
        NDArray actual = ahead.score(scope, trees).logProbsBNV();
        for (int b = 0; b < trees.length; b++) {
          for (int node = 0; node < trees[b].size(); node++) {
            assertClose(expected.get(b, node), actual.get(b, node), 1e-5, "row " + b + node);
          }
        }
        plain.commit(path);
        ahead.commit(path);
        assertArrayEquals(plain.lengths(), ahead.lengths());
        trees = new TokenTree[] {TokenTree.chain(3, 9), TokenTree.chain(6), TREES[0]};
      }
      plain.gather(new int[] {0, 2});
      ahead.gather(new int[] {0, 2});
      trees = new TokenTree[] {TREES[1], TREES[1]};
      assertClose(
          plain.score(scope, trees).logProbsBNV(),
          ahead.score(scope, trees).logProbsBNV(),
          1e-5,
          "distributions after a gather");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4})
  void anOffsetHasNoEffectOnSmallerOnesOrOnRealPositions(int layer) {
    try (HiddenTransfer model = drawn(layer);
        Session session = model.open(PROMPTS, true)) {
      Verified before = session.score(scope, TREES);
      float[] weight = model.parameters().get("transfer.weight").toFloatArray();
      for (int i = WIDTH * WIDTH; i < 2 * WIDTH * WIDTH; i++) {
        weight[i] += i / WIDTH % 2;
      }
      model.parameters().load("transfer.weight", weight);
      Verified after = session.score(scope, TREES);
      assertArrayEquals(
          before.logProbsBNV().get(0).toFloatArray(), after.logProbsBNV().get(0).toFloatArray());
      for (int j = 0; j < K; j++) {
        var at = new ai.djl.ndarray.index.NDIndex("0,:," + j * WIDTH + ":" + (j + 1) * WIDTH);
        double gap = pseudo(before).get(at).sub(pseudo(after).get(at)).abs().max().getFloat();
        boolean moves = j == 1 || (j == 2 && layer < 4);
        assertEquals(moves, gap > 1e-3, "offset " + (j + 1) + " moved by " + gap);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 4})
  void withTrueStatesThePseudoOutputsAreTheBasesOwn(int layer) {
    int[] at = {2, 5, 6};
    NDArray text =
        ids(scope, new int[][] {{3, 1, 4, 1, 5, 9, 2, 6, 5, 3}, {2, 7, 1, 8, 2, 8, 1, 8, 2, 8}});
    int[] ahead = new int[at.length * K];
    Arrays.setAll(ahead, i -> at[i / K] + i % K + 1);
    try (HiddenTransfer model = new HiddenTransfer(base, layer, K)) {
      Hidden all = model.lift(text, at, Set.of(layer)).real();
      NDArray states = DraftHeads.pick(all.tapsBND().get(layer), ahead);
      HiddenTransfer.Lifted lifted = model.lift(text, at, Set.of(4), h -> states);
      assertClose(
          DraftHeads.pick(all.lastBND(), ahead), lifted.pseudo().lastBND(), 1e-4, "outputs");
      assertClose(
          DraftHeads.pick(lifted.real().tapsBND().get(4), ahead),
          lifted.pseudo().tapsBND().get(4),
          1e-4,
          "states behind the last layer");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 4})
  void aNodesPseudoOutputsAreThoseOnItsPathAlone(int layer) {
    try (HiddenTransfer model = drawn(layer);
        Session session = model.open(PROMPTS, true)) {
      NDArray pseudo = pseudo(session.score(scope, TREES));
      for (int b = 0; b < TREES.length; b++) {
        for (int node = 0; node < TREES[b].size(); node++) {
          int[] path = TREES[b].path(node);
          int[] text = Arrays.copyOf(PROMPTS[b], PROMPTS[b].length + path.length - 1);
          for (int i = 1; i < path.length; i++) {
            text[PROMPTS[b].length + i - 1] = TREES[b].tokens()[path[i]];
          }
          NDArray alone =
              model
                  .lift(ids(scope, new int[][] {text}), new int[] {text.length - 1}, Set.of())
                  .pseudo()
                  .lastBND();
          assertClose(
              alone.flatten(), pseudo.get(b, node).flatten(), 1e-4, "row " + b + " node " + node);
        }
      }
    }
  }

  /** Counts positions times layers. */
  private record Counting(Backbone network, AtomicLong count) implements Backbone.Wrapper {
    @Override
    public Hidden forward(Step step, State state) {
      count.addAndGet((long) step.input().positions() * step.layers().of(layers()).length);
      return network.forward(step, state);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4})
  void aPassCostsItsFormulaAndLeavesNoPseudoKey(int layer) {
    AtomicLong count = new AtomicLong();
    try (HiddenTransfer model =
            drawn(new HiddenTransfer(base, new Counting(base.backbone(), count), layer, K));
        State state = new PseudoStateBackbone(model).newState(1, 48, StateKind.PREALLOCATED)) {
      PseudoStateBackbone network = new PseudoStateBackbone(model);
      network.forward(Step.of(ids(scope, new int[][] {{1, 2, 3}})), state);
      count.set(0);
      network.forward(Step.of(ids(scope, new int[][] {{4, 1, 2, 8}})).peek(), state);
      assertEquals(model.layerPositions(4), count.get());
      assertEquals(layer * 4L + (4 - layer) * 4L * (1 + K), count.get());
      state.commit(new int[][] {{0, 1}});
      assertEquals(2L * 4 * 5 * WIDTH, state.floats(), "five real positions in each layer");
      NDArray next =
          network.forward(Step.of(ids(scope, new int[][] {{7}})).peek(), state).lastBND();
      NDArray fresh =
          base.backbone().forward(Step.of(ids(scope, new int[][] {{1, 2, 3, 4, 1, 7}}))).lastBND();
      assertClose(fresh.get(0, 5), next.get(0, 0), 1e-5, "states after the commit");
    }
  }

  @Test
  void costIsThatOfTheTwoParts() {
    try (HiddenTransfer none = new HiddenTransfer(base, 2, 0);
        HiddenTransfer top = new HiddenTransfer(base, 4, K);
        HiddenTransfer half = new HiddenTransfer(base, 2, K)) {
      Cost.Shape shape = Cost.Shape.causal(2, 5, 11, 4);
      long maps = 2L * 5 * K * WIDTH * WIDTH;
      assertEquals(base.cost(shape).multiplyAdds(), none.cost(shape).multiplyAdds());
      assertEquals(base.cost(shape).multiplyAdds() + maps, top.cost(shape).multiplyAdds());
      // two upper layers over 20 positions that see 11 + 20 keys
      long dense = 2L * 2 * 5 * 16 + 2L * 2 * 20 * 31;
      assertEquals(dense, half.cost(shape).densePairs());
      long visible = 4 * Cost.Shape.causal(2, 5, 11, 1).visible() + 2L * 5 * (1 + 2 + 3);
      assertEquals(2 * visible + 2 * shape.visible(), half.cost(shape).visiblePairs());
    }
  }

  @Test
  void badInputIsNamed() {
    assertMessage("layer is 5, expected 0 to 4", () -> new HiddenTransfer(base, 5, 1));
    assertMessage("layer is -1, expected 0 to 4", () -> new HiddenTransfer(base, -1, 1));
    assertMessage("offsets is -1", () -> new HiddenTransfer(base, 1, -1));
    TransformerConfig learned =
        TransformerConfig.gpt(1, 16, 9, 8).with(new TransformerConfig.PositionKind.Learned(1));
    try (CausalLm other = new CausalLm(learned, true, SeedTree.of(1))) {
      assertMessage("the base has Learned", () -> new HiddenTransfer(other, 1, 1));
    }
    try (HiddenTransfer model = new HiddenTransfer(base, 1, 1);
        Session session = model.open(new int[][] {{1}}, true)) {
      TokenTree[] wide = {TokenTree.chain(new int[65])};
      assertMessage("a tree has 65 nodes", () -> session.score(scope, wide));
    }
  }

  private static void assertMessage(String start, Runnable bad) {
    String message = assertThrows(IllegalArgumentException.class, bad::run).getMessage();
    assertTrue(message.startsWith(start), message);
  }
}
