package dev.stretto.models.statespace;

import static dev.stretto.models.Histories.VOCABULARY;
import static dev.stretto.models.Histories.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Conditions;
import dev.stretto.models.Histories;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.state.RecurrentState;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GatedRecurrenceTest {
  private final Parameters weights = new Parameters(SeedTree.of(5));
  private final GatedRecurrence model = new GatedRecurrence(2, 16, VOCABULARY, weights);

  @ParameterizedTest
  @EnumSource(StateKind.class)
  void randomHistoriesEqualAFreshPass(StateKind kind) {
    for (int seed = 0; seed < 12; seed++) {
      Histories.check(model, kind, seed);
    }
  }

  /** The naive twin: one layer, one position after the other. */
  @Test
  void theScanEqualsTheRecurrence() {
    try (Parameters own = new Parameters(SeedTree.of(6));
        NDManager scope = Tensors.manager()) {
      GatedRecurrence one = new GatedRecurrence(1, 16, VOCABULARY, own);
      int[] text = {3, 1, 4, 1, 5, 9, 2, 6};
      int[] parents = {-1, 0, 1, 0, 3, 2, 5, 5};
      TokenTree tree = new TokenTree(text, parents);
      NDArray all =
          one.forward(
                  Step.of(ids(scope, new int[][] {text}))
                      .mask(
                          new Mask.Visible(
                              new boolean[][][] {tree.ancestors()}, new boolean[0][][])))
              .lastBND();
      float[] table = own.get("embedding").toFloatArray();
      float[] in = own.get("layers.0.in.weight").toFloatArray();
      float[] out = own.get("layers.0.out.weight").toFloatArray();
      double[][] h = new double[text.length][16];
      for (int i = 0; i < text.length; i++) {
        double[] x = new double[16];
        for (int d = 0; d < 16; d++) {
          x[d] = table[text[i] * 16 + d];
        }
        double[] normed = norm(x);
        double[] gated = new double[16];
        for (int c = 0; c < 16; c++) {
          double gate = 1e-3 + (1 - 1e-3) / (1 + Math.exp(-dot(in, c, normed) - 2));
          double parent = parents[i] < 0 ? 0 : h[parents[i]][c];
          h[i][c] = gate * parent + (1 - gate) * dot(in, 16 + c, normed);
          double o = dot(in, 32 + c, normed);
          gated[c] = h[i][c] * o / (1 + Math.exp(-o));
        }
        for (int d = 0; d < 16; d++) {
          x[d] += dot(out, d, gated);
        }
        double[] expected = norm(x);
        for (int d = 0; d < 16; d++) {
          assertEquals(expected[d], all.getFloat(0, i, d), 1e-4, "node " + i);
        }
      }
    }
  }

  private static double dot(float[] matrix, int row, double[] vector) {
    double sum = 0;
    for (int d = 0; d < vector.length; d++) {
      sum += matrix[row * vector.length + d] * vector[d];
    }
    return sum;
  }

  private static double[] norm(double[] x) {
    double square = 0;
    for (double value : x) {
      square += value * value / x.length;
    }
    double scale = 1 / Math.sqrt(square + 1e-6);
    return Arrays.stream(x).map(value -> value * scale).toArray();
  }

  @ParameterizedTest
  @EnumSource(StateKind.class)
  void rejectingEverythingLeavesTheStateBitForBit(StateKind kind) {
    try (NDManager scope = Tensors.manager();
        RecurrentState state = (RecurrentState) model.newState(2, 32, kind)) {
      model.forward(Step.of(ids(scope, new int[][] {{1, 2, 3}, {4, 5, 6}})), state);
      float[] before = state.before(scope, 1).toFloatArray();
      NDManager pass = scope.newSubManager();
      model.forward(Step.of(ids(pass, new int[][] {{7, 8, 9}, {7, 8, 9}})).peek(), state);
      pass.close();
      state.commit(new int[][] {{}, {}});
      assertArrayEquals(before, state.before(scope, 1).toFloatArray());
      model.forward(Step.of(ids(scope, new int[][] {{7, 8, 9}, {7, 8, 9}})).peek(), state);
      state.commit(new int[][] {{0, 1}, {}});
      float[] after = state.before(scope, 1).toFloatArray();
      assertArrayEquals(Arrays.copyOfRange(before, 16, 32), Arrays.copyOfRange(after, 16, 32));
      assertArrayEquals(new int[] {5, 3}, state.lengths());
      assertEquals(2L * 2 * 16, state.floats());
      Histories.assertClose(
          Histories.fresh(model, scope, List.of(1, 2, 3, 7, 8, 2)),
          model
              .forward(Step.of(ids(scope, new int[][] {{2}, {2}})).peek(), state)
              .lastBND()
              .get(0)
              .get(0),
          "committed");
    }
  }

  /** Between branches and behind a position the exponent would overflow. */
  @Test
  void shutGatesOverManyPositionsStayFinite() {
    float[] shut = new float[16];
    Arrays.fill(shut, -30);
    weights.load("layers.0.gate.bias", shut);
    int[] text = new int[24];
    Arrays.setAll(text, i -> i % VOCABULARY);
    try (NDManager scope = Tensors.manager();
        State state = model.newState(1, 32, StateKind.PREALLOCATED)) {
      float[] all = model.forward(Step.of(ids(scope, new int[][] {text}))).lastBND().toFloatArray();
      float[] last = new float[16];
      for (int token : text) {
        last =
            model
                .forward(Step.of(ids(scope, new int[][] {{token}})), state)
                .lastBND()
                .toFloatArray();
      }
      assertArrayEquals(last, Arrays.copyOfRange(all, 23 * 16, 24 * 16), 1e-4f);
    }
  }

  @Test
  void treesOfDifferentSizesInASessionAreCommittedByReplay() {
    NDArray table = weights.get("embedding");
    try (NDManager scope = Tensors.manager();
        NetworkSession session =
            new NetworkSession(
                model,
                hidden -> Ops.linear(hidden, table),
                new int[][] {{1, 2, 3}, {4}},
                Conditions.NONE,
                true)) {
      TokenTree[] trees = {
        new TokenTree(new int[] {3, 5, 6, 7, 8}, new int[] {-1, 0, 0, 2, 1}), TokenTree.chain(4, 9)
      };
      NDArray nodes = session.score(scope, trees).hidden().orElseThrow().lastBND();
      List<Integer> branch = List.of(1, 2, 3, 6, 7);
      Histories.assertClose(Histories.fresh(model, scope, branch), nodes.get(0).get(3), "branch");
      session.commit(new int[][] {trees[0].path(3), {0}});
      assertArrayEquals(new int[] {5, 1}, session.lengths());
      TokenTree[] next = {TokenTree.chain(10), TokenTree.chain(11)};
      NDArray after = session.score(scope, next).hidden().orElseThrow().lastBND();
      List<Integer> longer = List.of(1, 2, 3, 6, 7, 10);
      Histories.assertClose(Histories.fresh(model, scope, longer), after.get(0).get(0), "row 0");
      Histories.assertClose(
          Histories.fresh(model, scope, List.of(4, 11)), after.get(1).get(0), "row 1");
    }
  }

  @Test
  void looksAheadAndPlacesAreRefused() {
    try (NDManager scope = Tensors.manager();
        State state = model.newState(1, 8, StateKind.PREALLOCATED)) {
      Step step = Step.of(ids(scope, new int[][] {{1, 2}}));
      assertThrows(
          IllegalArgumentException.class, () -> model.forward(step.mask(new Mask.Full()), state));
      assertThrows(
          IllegalArgumentException.class,
          () -> model.forward(step.write(new Step.Write.At(new int[][] {{0, 1}})), state));
    }
  }
}
