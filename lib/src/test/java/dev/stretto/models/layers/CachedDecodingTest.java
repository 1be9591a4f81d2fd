package dev.stretto.models.layers;

import static dev.stretto.models.Histories.assertClose;
import static dev.stretto.models.Histories.fresh;
import static dev.stretto.models.Histories.ids;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Histories;
import dev.stretto.models.Parameters;
import dev.stretto.models.Sliceable;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A state after any history of operations gives what a pass over the committed text gives. */
class CachedDecodingTest {
  private static TransformerConfig config(String flavour) {
    TransformerConfig gpt = TransformerConfig.gpt(2, 32, Histories.VOCABULARY, 64);
    return switch (flavour) {
      case "gpt" -> gpt;
      case "learned" -> Shapes.biased(gpt.with(new PositionKind.Learned(1)));
      case "sinusoidal" -> gpt.with(new PositionKind.Sinusoidal());
      case "llama" -> Shapes.llama(2, 32, 4, 2, Histories.VOCABULARY, 64);
      case "qk-norm" -> Shapes.queryKeyNorm(gpt);
      default -> throw new IllegalArgumentException(flavour);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "gpt, PREALLOCATED",
    "gpt, FUNCTIONAL",
    "learned, PREALLOCATED",
    "sinusoidal, FUNCTIONAL",
    "llama, PREALLOCATED",
    "llama, FUNCTIONAL",
    "qk-norm, PREALLOCATED"
  })
  void randomHistoriesEqualAFreshPass(String flavour, StateKind kind) {
    try (Parameters weights = new Parameters(SeedTree.of(3))) {
      Transformer model = new Transformer(config(flavour), weights);
      for (int seed = 0; seed < 5; seed++) {
        Histories.check(model, kind, seed);
      }
    }
  }

  @Test
  void windowsMovesAndDirtySlotsLeaveNeighboursAlone() {
    try (Parameters weights = new Parameters(SeedTree.of(3));
        NDManager scope = Tensors.manager()) {
      Transformer model = new Transformer(config("gpt"), weights);
      Sliceable state = (Sliceable) model.newState(4, 16, StateKind.PREALLOCATED);
      int[][] prompts = {{1, 2, 3}, {4, 5}, {6, 7, 8, 9}, {10}};
      for (int row = 0; row < 4; row++) {
        model.forward(Step.of(ids(scope, new int[][] {prompts[row]})), state.window(row, row + 1));
      }
      state.move(3, 1);
      assertArrayEquals(new int[] {3, 1, 4, 0}, state.lengths());
      NDArray next =
          model
              .forward(Step.of(ids(scope, new int[][] {{11}, {12}})).peek(), state.window(1, 3))
              .lastBND();
      assertClose(fresh(model, scope, List.of(10, 11)), next.get(0).get(0), "moved");
      assertClose(fresh(model, scope, List.of(6, 7, 8, 9, 12)), next.get(1).get(0), "kept");
      assertEquals(2L * 2 * 32 * 8, state.floats());
    }
  }
}
