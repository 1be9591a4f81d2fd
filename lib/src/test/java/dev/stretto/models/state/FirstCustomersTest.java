package dev.stretto.models.state;

import static dev.stretto.models.Histories.VOCABULARY;
import static dev.stretto.models.Histories.assertClose;
import static dev.stretto.models.Histories.fresh;
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
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.Histories;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.Sliceable;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each use of the state that a family needs, against one pass under an explicit mask. */
class FirstCustomersTest {
  private static final TransformerConfig CONFIG = TransformerConfig.gpt(2, 16, VOCABULARY, 32);

  private final Parameters weights = new Parameters(SeedTree.of(8));
  private final Transformer model = new Transformer(CONFIG, weights);
  private final NDManager scope = Tensors.manager();

  @AfterEach
  void close() {
    scope.close();
    weights.close();
  }

  /** One row under a mask said one by one. */
  private static Mask.Visible visible(int n, BiPredicate<Integer, Integer> sees) {
    boolean[][] fresh = new boolean[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        fresh[i][j] = sees.test(i, j);
      }
    }
    return new Mask.Visible(new boolean[][][] {fresh}, new boolean[0][][]);
  }

  private Step tokens(int... row) {
    return Step.of(ids(scope, new int[][] {row}));
  }

  private NDArray noise(int seed, int... shape) {
    long[] wide = Arrays.stream(shape).asLongStream().toArray();
    return Tensors.normal(scope, SeedTree.of(seed).rng(), 1, new Shape(wide));
  }

  private static NDArray rows(NDArray hidden, int from, int to) {
    return hidden.get(0).get(new ai.djl.ndarray.index.NDIndex(from + ":" + to));
  }

  @ParameterizedTest
  @EnumSource(StateKind.class)
  void solverStepsPeekANoisyBlockWithOneState(StateKind kind) {
    try (State state = model.newState(1, 16, kind)) {
      model.forward(tokens(1, 2, 3), state);
      for (int solver = 0; solver < 3; solver++) {
        NDArray block = noise(solver, 1, 4, 16);
        NDManager pass = scope.newSubManager();
        block.attach(pass);
        NDArray peeked =
            model
                .forward(Step.of(new Step.Input.Vectors(block)).mask(new Mask.Full()).peek(), state)
                .lastBND();
        NDArray padded = noise(9, 1, 7, 16);
        padded.set(new ai.djl.ndarray.index.NDIndex(":, 3:, :"), block);
        NDArray which = scope.create(new float[] {0, 0, 0, 1, 1, 1, 1}, new Shape(1, 7, 1));
        NDArray whole =
            model
                .forward(
                    Step.of(
                            new Step.Input.Mixed(
                                ids(scope, new int[][] {{1, 2, 3, 0, 0, 0, 0}}), padded, which))
                        .mask(visible(7, (i, j) -> i >= 3 || j <= i)))
                .lastBND();
        assertClose(rows(whole, 3, 7), peeked.get(0), kind + ", solver step " + solver);
        pass.close();
        assertArrayEquals(new int[] {3}, state.lengths());
        assertEquals(2L * 2 * 3 * 16, state.floats());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(StateKind.class)
  void whatWasScatteredIsSeenAndTheSlotsBetweenAreNot(StateKind kind) {
    try (State state = model.newState(1, 16, kind)) {
      Mask full = new Mask.Full();
      model.forward(
          tokens(5, 6)
              .at(new int[][] {{5, 1}})
              .mask(full)
              .write(new Step.Write.At(new int[][] {{5, 1}})),
          state);
      Step question = tokens(8).at(new int[][] {{6}}).mask(full).peek();
      NDArray two = model.forward(question, state).lastBND();
      try (State.Mark mark = state.mark()) {
        model.forward(
            tokens(7).at(new int[][] {{3}}).mask(full).write(new Step.Write.At(new int[][] {{3}})),
            state);
        NDArray three = model.forward(question, state).lastBND();
        assertClose(
            rows(
                model
                    .forward(
                        tokens(5, 6, 7, 8)
                            .at(new int[][] {{5, 1, 3, 6}})
                            .mask(visible(4, (i, j) -> i < 2 ? j < 2 : j <= i)))
                    .lastBND(),
                3,
                4),
            three.get(0),
            "three");
        // the mark must not have learned of the third
        state.restore(mark, new boolean[] {true});
      }
      NDArray expected =
          model
              .forward(
                  tokens(5, 6, 8)
                      .at(new int[][] {{5, 1, 6}})
                      .mask(visible(3, (i, j) -> i < 2 ? j < 2 : true)))
              .lastBND();
      assertClose(rows(expected, 2, 3), two.get(0), "two");
      assertClose(two, model.forward(question, state).lastBND(), "restored");
    }
  }

  @ParameterizedTest
  @EnumSource(StateKind.class)
  void aRefreshedWindowIsWhatLaterPositionsRead(StateKind kind) {
    try (State state = model.newState(1, 16, kind)) {
      model.forward(tokens(1, 2, 3, 4, 5, 6, 7, 8), state);
      boolean[][][] before = new boolean[1][3][8];
      for (boolean[] row : before[0]) {
        Arrays.fill(row, 0, 3, true);
      }
      Mask.Visible causal = visible(3, (i, j) -> j <= i);
      model.forward(
          tokens(9, 10, 11)
              .at(new int[][] {{3, 4, 5}})
              .mask(new Mask.Visible(causal.fresh(), before))
              .write(new Step.Write.At(new int[][] {{3, 4, 5}})),
          state);
      assertArrayEquals(new int[] {8}, state.lengths());
      NDArray next = model.forward(tokens(12).peek(), state).lastBND();
      NDArray whole =
          model
              .forward(
                  tokens(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
                      .at(new int[][] {{0, 1, 2, 3, 4, 5, 6, 7, 3, 4, 5, 8}})
                      .mask(
                          visible(
                              12,
                              (i, j) ->
                                  j <= i
                                      && !(i >= 8 && i < 11 && j >= 3 && j < 8)
                                      && !(i == 11 && j >= 3 && j < 6))))
              .lastBND();
      assertClose(rows(whole, 11, 12), next.get(0), "after the refresh");
    }
  }

  /** FreeCache's bidirectional refresh: old keys of the window are seen by nobody any more. */
  @ParameterizedTest
  @EnumSource(StateKind.class)
  void aWindowIsRefreshedInSightOfAllButItsOldSelf(StateKind kind) {
    for (boolean causal : new boolean[] {false, true}) {
      try (State state = model.newState(1, 16, kind)) {
        model.forward(tokens(1, 2, 3, 4, 5, 6), state);
        NDArray window =
            model
                .forward(
                    tokens(9, 10)
                        .at(new int[][] {{2, 3}})
                        .mask(causal ? new Mask.Causal() : new Mask.Full())
                        .write(new Step.Write.At(new int[][] {{2, 3}})),
                    state)
                .lastBND();
        NDArray whole =
            model
                .forward(
                    tokens(1, 2, 3, 4, 5, 6, 9, 10)
                        .at(new int[][] {{0, 1, 2, 3, 4, 5, 2, 3}})
                        .mask(
                            visible(
                                8,
                                (i, j) ->
                                    (i < 6 || (causal && j >= 6)) ? j <= i : (j < 2 || j >= 4))))
                .lastBND();
        assertClose(rows(whole, 6, 8), window.get(0), "refreshed, causal " + causal);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(StateKind.class)
  void earlyExitsAreFilledUpLater(StateKind kind) {
    try (Parameters own = new Parameters(SeedTree.of(8))) {
      Transformer deep = new Transformer(TransformerConfig.gpt(3, 16, VOCABULARY, 32), own);
      KvState state = (KvState) deep.newState(1, 16, kind);
      deep.forward(tokens(1, 2), state);
      NDArray[] kept = new NDArray[3];
      for (int i = 0; i < 3; i++) {
        Hidden early =
            deep.forward(tokens(3 + i).layers(Step.Layers.range(0, 1)).taps(Set.of(1)), state);
        kept[i] = early.tapsBND().get(1);
      }
      assertArrayEquals(new int[] {5}, state.lengths(0));
      assertArrayEquals(new int[] {2}, state.lengths(1));
      assertArrayEquals(new int[] {2}, state.lengths(2));
      NDArray streams = ai.djl.ndarray.NDArrays.concat(new ai.djl.ndarray.NDList(kept), 1);
      NDArray filled =
          deep.forward(
                  Step.of(new Step.Input.Vectors(streams)).layers(Step.Layers.range(1, 3)), state)
              .lastBND();
      NDArray whole = deep.forward(tokens(1, 2, 3, 4, 5)).lastBND();
      assertClose(rows(whole, 2, 5), filled.get(0), "filled");
      assertArrayEquals(new int[] {5}, state.lengths(2));
      NDArray next = deep.forward(tokens(6).peek(), state).lastBND().get(0).get(0);
      assertClose(fresh(deep, scope, List.of(1, 2, 3, 4, 5, 6)), next, "next");
      state.close();
    }
  }

  @ParameterizedTest
  @EnumSource(StateKind.class)
  void theCleanBlockStaysAndItsNoisyCopyDoesNot(StateKind kind) {
    try (State state = model.newState(1, 16, kind);
        State clean = model.newState(1, 16, kind)) {
      model.forward(tokens(1, 2, 3), state);
      model.forward(tokens(1, 2, 3, 4, 5), clean);
      Mask apart = visible(4, (i, j) -> i / 2 == j / 2 && j <= i);
      NDArray both =
          model
              .forward(
                  tokens(4, 5, 14, 15)
                      .at(new int[][] {{3, 4, 3, 4}})
                      .mask(apart)
                      .write(new Step.Write.Append(new int[] {2})),
                  state)
              .lastBND();
      assertClose(fresh(model, scope, List.of(1, 2, 3, 14, 15)), both.get(0).get(3), "noisy");
      assertArrayEquals(new int[] {5}, state.lengths());
      assertClose(
          model.forward(tokens(6).peek(), clean).lastBND(),
          model.forward(tokens(6).peek(), state).lastBND(),
          "next");
    }
  }

  @ParameterizedTest
  @EnumSource(StateKind.class)
  void theOldestAreDroppedWhilePositionsGoRoundACircle(StateKind kind) {
    try (Parameters own = new Parameters(SeedTree.of(9))) {
      Transformer round = new Transformer(CONFIG.with(new PositionKind.Rotary(10000, 8)), own);
      Sliceable state = (Sliceable) round.newState(1, 6, kind);
      round.forward(tokens(1, 2, 3, 4, 5, 6).at(new int[][] {{5, 6, 7, 0, 1, 2}}), state);
      state.dropFirst(2);
      assertArrayEquals(new int[] {4}, state.lengths());
      NDArray next = round.forward(tokens(7).at(new int[][] {{3}}), state).lastBND();
      // the same circle turned by 3, never taken modulo its length
      NDArray whole =
          round
              .forward(
                  tokens(1, 2, 3, 4, 5, 6, 7)
                      .at(new int[][] {{8, 9, 10, 11, 12, 13, 14}})
                      .mask(visible(7, (i, j) -> j <= i && !(i == 6 && j < 2))))
              .lastBND();
      assertClose(rows(whole, 6, 7), next.get(0), "next");
      assertArrayEquals(new int[] {5}, state.lengths());
      state.close();
      IllegalArgumentException thrown;
      try (Sliceable empty = (Sliceable) round.newState(1, 6, kind)) {
        thrown = assertThrows(IllegalArgumentException.class, () -> empty.dropFirst(1));
      }
      assertTrue(thrown.getMessage().contains("row 0 has 0 positions"), thrown.getMessage());
    }
  }

  @Test
  void freedSlotsFullOfNanTouchNobodyAndAreCleanWhenReused() {
    int[][] prompts = {{1, 2, 3, 4}, {5, 6}, {7}};
    try (KvState state = (KvState) model.newState(3, 16, StateKind.PREALLOCATED)) {
      for (int b = 0; b < 3; b++) {
        model.forward(tokens(prompts[b]), state.window(b, b + 1));
      }
      state.move(2, 0);
      state.poison(2);
      Step step = Step.of(ids(scope, new int[][] {{8}, {9}, {0}}));
      NDArray next = model.forward(step.counts(new int[] {1, 1, 0}), state).lastBND();
      assertClose(fresh(model, scope, List.of(7, 8)), next.get(0).get(0), "moved");
      assertClose(fresh(model, scope, List.of(5, 6, 9)), next.get(1).get(0), "kept");
      assertArrayEquals(new int[] {2, 3, 0}, state.lengths());
      state.clear(2);
      model.forward(tokens(10, 11), state.window(2, 3));
      next = model.forward(Step.of(ids(scope, new int[][] {{1}, {2}, {3}})), state).lastBND();
      for (float value : next.toFloatArray()) {
        assertFalse(Float.isNaN(value));
      }
      assertClose(fresh(model, scope, List.of(10, 11, 3)), next.get(2).get(0), "reused");
      assertClose(fresh(model, scope, List.of(7, 8, 1)), next.get(0).get(0), "moved");
    }
  }

  @Test
  void rowsThatStayMoveUpInTheSameMemoryAndSeeNothingOfTheOneThatLeft() {
    int[][] prompts = {{1, 2, 3, 4, 5, 6}, {7, 8}, {9}};
    try (KvState state = (KvState) model.newState(3, 16, StateKind.PREALLOCATED)) {
      for (int b = 0; b < 3; b++) {
        model.forward(tokens(prompts[b]), state.window(b, b + 1));
      }
      state.poison(0);
      final long arrays = Histories.live(weights.manager());
      state.gather(new int[] {1, 2});
      assertEquals(arrays, Histories.live(weights.manager()));
      NDArray next = model.forward(Step.of(ids(scope, new int[][] {{3}, {4}})), state).lastBND();
      assertClose(fresh(model, scope, List.of(7, 8, 3)), next.get(0).get(0), "first");
      assertClose(fresh(model, scope, List.of(9, 4)), next.get(1).get(0), "second");
      state.gather(new int[] {1, 0, 1});
      next = model.forward(Step.of(ids(scope, new int[][] {{1}, {2}, {5}})), state).lastBND();
      assertClose(fresh(model, scope, List.of(9, 4, 1)), next.get(0).get(0), "changed places");
      assertClose(fresh(model, scope, List.of(7, 8, 3, 2)), next.get(1).get(0), "changed places");
      assertClose(fresh(model, scope, List.of(9, 4, 5)), next.get(2).get(0), "twice");
    }
  }

  @Test
  void memoryGrowsWithTheLongestRowUpToTheCapacity() {
    try (KvState state = (KvState) model.newState(2, 1 << 20, StateKind.PREALLOCATED)) {
      int[] text = new int[100];
      Arrays.setAll(text, i -> (i * i + 3) % VOCABULARY);
      for (int from = 0; from < 100; from += 20) {
        int[] part = Arrays.copyOfRange(text, from, from + 20);
        model.forward(
            Step.of(ids(scope, new int[][] {part, part})).counts(new int[] {20, from == 0 ? 3 : 0}),
            state);
      }
      NDArray last = model.forward(Step.of(ids(scope, new int[][] {{1}, {1}})), state).lastBND();
      List<Integer> whole = Arrays.stream(text).boxed().collect(Collectors.toList());
      whole.add(1);
      assertClose(fresh(model, scope, whole), last.get(0).get(0), "long");
      assertClose(
          fresh(model, scope, List.of(text[0], text[1], text[2], 1)), last.get(1).get(0), "short");
      assertEquals(1 << 20, state.capacity());
    }
  }

  @Test
  void conditionalAndNullStreamsAreTwoGroupsOfRows() {
    try (State state = model.newState(2, 16, StateKind.PREALLOCATED)) {
      Step prompts = Step.of(ids(scope, new int[][] {{1, 2, 3}, {0, 0, 0}}));
      model.forward(prompts.counts(new int[] {3, 1}), state);
      state.gather(new int[] {0, 0, 1, 1});
      NDArray next =
          model.forward(Step.of(ids(scope, new int[][] {{4}, {5}, {4}, {5}})), state).lastBND();
      for (int b = 0; b < 4; b++) {
        List<Integer> text = b < 2 ? List.of(1, 2, 3, 4 + b) : List.of(0, 2 + b);
        assertClose(fresh(model, scope, text), next.get(b).get(0), "row " + b);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(StateKind.class)
  void rejectingAPeekLeavesTheLengthsAndTheNextPassAsTheyWere(StateKind kind) {
    try (State state = model.newState(1, 16, kind)) {
      model.forward(tokens(1, 2, 3), state);
      float[] before = model.forward(tokens(4).peek(), state).lastBND().toFloatArray();
      try (NDManager pass = scope.newSubManager()) {
        model.forward(Step.of(ids(pass, new int[][] {{9, 9}})).peek(), state);
      }
      state.commit(new int[][] {{}});
      assertArrayEquals(before, model.forward(tokens(4).peek(), state).lastBND().toFloatArray());
    }
  }

  /** As on a GPU, where Java and the engine share no memory. */
  @Test
  void memoryThatIsWrittenThroughHoldsTheSame() {
    Backbone through =
        new Backbone() {
          @Override
          public State newState(int rows, int capacity, StateKind kind) {
            return kind == StateKind.FUNCTIONAL
                ? model.newState(rows, capacity, kind)
                : KvState.writtenThrough(weights.manager(), 2, rows, capacity, 1, 16);
          }

          @Override
          public Hidden forward(Step step, State state) {
            return model.forward(step, state);
          }

          @Override
          public Cost cost(Cost.Shape shape) {
            return model.cost(shape);
          }

          @Override
          public int maxLength() {
            return 32;
          }

          @Override
          public int layers() {
            return 2;
          }

          @Override
          public int width() {
            return 16;
          }

          @Override
          public Parameters parameters() {
            return weights;
          }
        };
    for (int seed = 0; seed < 6; seed++) {
      Histories.check(through, StateKind.PREALLOCATED, seed);
    }
  }

  @Test
  void aFullStateAndAWrongNumberOfRowsAreNamed() {
    try (State state = model.newState(1, 2, StateKind.PREALLOCATED)) {
      Step three = tokens(1, 2, 3);
      String full =
          assertThrows(IllegalArgumentException.class, () -> model.forward(three, state))
              .getMessage();
      assertEquals("the state holds 2 positions a row, the pass needs 3: open it with more", full);
      Step two = Step.of(ids(scope, new int[][] {{1}, {2}}));
      String rows =
          assertThrows(IllegalArgumentException.class, () -> model.forward(two, state))
              .getMessage();
      assertEquals("the pass has 2 rows, the state has 1", rows);
    }
  }
}
