package dev.stretto.models.state;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What a recurrence remembers: one vector a row and layer, whatever the length. A pass leaves the
 * activations of its positions here; {@link #commit} replays those of the accepted path onto the
 * committed vector and drops the others, so that no state a position is stored and nothing has to
 * be undone.
 */
public final class RecurrentState implements State {
  /** How a network's vector goes on along a path. */
  @FunctionalInterface
  public interface Replay {
    /**
     * The vector behind a path.
     *
     * @param layer which
     * @param stateBS committed vectors (rows, size)
     * @param pathBKS activations along each row's path, each (rows, positions, width)
     * @param realBK1 1 at positions of the path, 0 behind its end
     * @return (rows, size), unchanged to the bit for an empty path; owned by the path's scope
     */
    NDArray after(int layer, NDArray stateBS, NDList pathBKS, NDArray realBK1);
  }

  private final NDManager manager;
  private final StateKind kind;
  private final Replay replay;
  private int rows;

  /** [layer]: (rows, size); never changed in place, so that forks may share it. */
  private final NDArray[] states;

  private final int[][] lengths;

  /** [layer]: activations of the last pass, each (rows x positions, width). */
  private final NDList[] pending;

  /**
   * An empty state: zeros.
   *
   * @param parent a long-lived scope; a preallocated state's memory is a child of it
   * @param kind owning its arrays, or leaving them to the scopes of the passes
   * @param rows sequences
   * @param sizes of each layer's vector
   * @param replay how the network goes on
   */
  public RecurrentState(NDManager parent, StateKind kind, int rows, int[] sizes, Replay replay) {
    this(parent, kind, rows, replay, new NDArray[sizes.length], new int[sizes.length][rows]);
    Arrays.setAll(states, layer -> manager.zeros(new Shape(rows, sizes[layer])));
  }

  private RecurrentState(
      NDManager parent,
      StateKind kind,
      int rows,
      Replay replay,
      NDArray[] states,
      int[][] lengths) {
    this.manager = parent.newSubManager();
    this.kind = kind;
    this.rows = rows;
    this.replay = replay;
    this.states = states;
    this.lengths = lengths;
    this.pending = new NDList[states.length];
  }

  /**
   * The committed vectors before a pass.
   *
   * @param scope who owns the view
   * @param layer which
   * @return (rows, 1, size)
   */
  public NDArray before(NDManager scope, int layer) {
    NDArray view = states[layer].expandDims(1);
    view.attach(scope);
    return view;
  }

  /**
   * Takes the activations of a pass, from which any path can be replayed.
   *
   * @param layer which
   * @param activationsBNS each (rows, positions, width)
   */
  public void keep(int layer, NDArray... activationsBNS) {
    forget(layer);
    pending[layer] = new NDList();
    for (NDArray array : activationsBNS) {
      NDArray flat = array.reshape(-1, array.getShape().get(2));
      if (kind == StateKind.PREALLOCATED) {
        flat.attach(manager);
      }
      pending[layer].add(flat);
    }
  }

  private void forget(int layer) {
    if (pending[layer] != null && kind == StateKind.PREALLOCATED) {
      pending[layer].close();
    }
    pending[layer] = null;
  }

  /**
   * Ends a pass: commits what the step says.
   *
   * @param step the pass; throws IllegalArgumentException where it writes at chosen places
   */
  public void finish(Step step) {
    int[] counts = new int[rows];
    switch (step.write()) {
      case Step.Write.Peek peek -> {
        return;
      }
      case Step.Write.AppendAll all -> Arrays.setAll(counts, step::count);
      case Step.Write.Append append -> Arrays.setAll(counts, b -> append.first()[b]);
      case Step.Write.At at ->
          throw new IllegalArgumentException(
              "a recurrence has no places to write at, expected a peek or an append");
    }
    int[][] paths = new int[rows][];
    Arrays.setAll(paths, b -> IntStream.range(0, counts[b]).toArray());
    commit(paths, step.layers().of(states.length));
  }

  @Override
  public void commit(int[][] accepted) {
    commit(accepted, IntStream.range(0, states.length).toArray());
  }

  private void commit(int[][] accepted, int[] layers) {
    int longest = Arrays.stream(accepted).mapToInt(path -> path.length).max().orElse(0);
    for (int layer : layers) {
      if (pending[layer] != null && longest > 0) {
        NDManager owner = pending[layer].head().getManager();
        if (Tensors.recording()) {
          // the backward pass reads what is made on the way
          set(layer, replayed(owner, layer, accepted, longest), owner);
        } else {
          try (NDManager scope = manager.newSubManager()) {
            set(layer, replayed(scope, layer, accepted, longest), owner);
          }
        }
      }
      forget(layer);
    }
  }

  private NDArray replayed(NDManager scope, int layer, int[][] accepted, int longest) {
    int n = (int) pending[layer].head().getShape().get(0) / rows;
    long[] index = new long[rows * longest];
    float[] real = new float[rows * longest];
    for (int b = 0; b < rows; b++) {
      for (int k = 0; k < accepted[b].length; k++) {
        index[b * longest + k] = (long) b * n + accepted[b][k];
        real[b * longest + k] = 1;
      }
      lengths[layer][b] += accepted[b].length;
    }
    NDArray places = scope.create(index, new Shape(rows, longest));
    NDList path = new NDList();
    pending[layer].forEach(array -> path.add(chosen(array, places)));
    NDArray realBK1 = scope.create(real, new Shape(rows, longest, 1));
    return replay.after(layer, states[layer], path, realBK1);
  }

  /** Rows of a table; owned by the scope of the indices. */
  private static NDArray chosen(NDArray table, NDArray places) {
    return JniUtils.embedding((PtNDArray) places, (PtNDArray) table, false);
  }

  private void set(int layer, NDArray array, NDManager owner) {
    array.attach(owner);
    if (kind == StateKind.PREALLOCATED) {
      states[layer].close();
    }
    states[layer] = array;
  }

  private void choose(int layer, NDArray table, long[] index) {
    forget(layer);
    NDManager owner = states[layer].getManager();
    NDArray places = owner.create(index);
    set(layer, chosen(table, places), owner);
    // the backward pass reads the places
    if (!Tensors.recording()) {
      places.close();
    }
  }

  @Override
  public void gather(int[] chosen) {
    for (int layer = 0; layer < states.length; layer++) {
      int[] old = lengths[layer];
      lengths[layer] = Arrays.stream(chosen).map(b -> old[b]).toArray();
      choose(layer, states[layer], Arrays.stream(chosen).asLongStream().toArray());
    }
    rows = chosen.length;
  }

  @Override
  public State fork() {
    NDArray[] copies = states.clone();
    int[][] ends = Arrays.stream(lengths).map(int[]::clone).toArray(int[][]::new);
    RecurrentState fork =
        new RecurrentState(manager.getParentManager(), kind, rows, replay, copies, ends);
    if (kind == StateKind.PREALLOCATED) {
      Arrays.setAll(copies, layer -> states[layer].duplicate());
      Arrays.stream(copies).forEach(copy -> copy.attach(fork.manager));
    }
    return fork;
  }

  private record Snapshot(RecurrentState copy) implements Mark {
    @Override
    public void close() {
      copy.close();
    }
  }

  @Override
  public Mark mark() {
    return new Snapshot((RecurrentState) fork());
  }

  @Override
  public void restore(Mark mark, boolean[] back) {
    RecurrentState copy = ((Snapshot) mark).copy();
    long[] index = new long[rows];
    Arrays.setAll(index, b -> back[b] ? rows + b : b);
    for (int layer = 0; layer < states.length; layer++) {
      for (int b = 0; b < rows; b++) {
        lengths[layer][b] = back[b] ? copy.lengths[layer][b] : lengths[layer][b];
      }
      try (NDArray both = NDArrays.concat(new NDList(states[layer], copy.states[layer]))) {
        choose(layer, both, index);
      }
    }
  }

  @Override
  public StateKind kind() {
    return kind;
  }

  @Override
  public int[] lengths() {
    return lengths[0].clone();
  }

  @Override
  public long floats() {
    return Arrays.stream(states).mapToLong(NDArray::size).sum();
  }

  @Override
  public void close() {
    manager.close();
  }
}
