package dev.stretto.papers.hiddentransfer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Backbone;
import dev.stretto.models.Hidden;
import dev.stretto.models.Mask;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.layers.Ops;
import dev.stretto.tensor.Tensors;
import java.util.Map;
import java.util.Set;

/** The network of a {@link HiddenTransfer} session: passes over trees carry pseudo states. */
record PseudoStateBackbone(HiddenTransfer ahead) implements Backbone.Wrapper {
  @Override
  public Backbone network() {
    return ahead.body();
  }

  @Override
  public State newState(int rows, int capacity, StateKind kind) {
    // pseudo states need places after the nodes until the commit
    int most = HiddenTransfer.MOST_NODES * (1 + ahead.offsets());
    return network().newState(rows, capacity + most, kind);
  }

  @Override
  public Hidden forward(Step step, State state) {
    return step.write() instanceof Step.Write.Peek
        ? pass(step, state)
        : network().forward(step, state);
  }

  /** One logical pass: layers 0 to t, then t to L with the pseudo states. */
  private Hidden pass(Step step, State state) {
    int layer = ahead.layer();
    int offsets = ahead.offsets();
    int rows = step.input().rows();
    int n = step.input().positions();
    NDManager scope = step.input().scope();
    if (n > HiddenTransfer.MOST_NODES) {
      throw new IllegalArgumentException(
          "a tree has %d nodes, expected at most %d".formatted(n, HiddenTransfer.MOST_NODES));
    }
    NDArray h =
        layer == 0
            ? Ops.embedding(step.input().array(), ahead.model().body().embedding().orElseThrow())
            : network()
                .forward(step.layers(Step.Layers.range(0, layer)).taps(Set.of(layer)), state)
                .tapsBND()
                .get(layer);
    NDArray both = NDArrays.concat(new NDList(h, ahead.transfer(h)), 1);
    boolean[][][] sees = new boolean[rows][][];
    int[][] places = new int[rows][n * (1 + offsets)];
    int[] lengths = state.lengths();
    for (int b = 0; b < rows; b++) {
      boolean[][] nodes = new boolean[n][n];
      for (int i = 0; i < step.count(b); i++) {
        places[b][i] =
            step.positions() instanceof Step.Positions.At at
                ? (int) at.coordinates()[b][i][0]
                : lengths[b] + i;
        for (int other = 0; other < step.count(b); other++) {
          nodes[i][other] = step.mask().seesFresh(b, i, other);
        }
        for (int j = 0; j < offsets; j++) {
          places[b][n + i * offsets + j] = places[b][i] + j + 1;
        }
      }
      sees[b] = HiddenTransfer.sees(nodes, offsets);
    }
    Hidden last =
        ahead.upper(
            Step.of(new Step.Input.Vectors(both))
                .at(places)
                .mask(new Mask.Visible(sees, new boolean[0][][]))
                .peek(),
            state);
    NDArray all = last.lastBND();
    long width = all.getShape().get(2);
    NDArray real = Tensors.narrow(scope, all, 1, 0, n);
    NDArray pseudo =
        Tensors.narrow(scope, all, 1, n, all.getShape().get(1)).reshape(rows, n, offsets * width);
    return new Hidden(real, Map.of(HiddenTransfer.PSEUDO, pseudo));
  }
}
