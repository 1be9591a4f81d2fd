package dev.stretto.models.state;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Mask;
import dev.stretto.models.Sliceable;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.BiFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Keys and values of attention. Committed positions of a row lie in slots 0 to length - 1; a pass
 * writes its new positions behind them and attention reads both, so that nothing is concatenated;
 * what was not committed is simply written over by the next pass. Lengths may differ from row to
 * row and, where a pass runs some of the layers, from layer to layer.
 */
public final class KvState implements Sliceable {
  /** What cannot be seen; finite, so that a position that sees nothing gives no NaN. */
  private static final float HIDDEN = -1e9f;

  private final StateKind kind;
  private final int heads;
  private final int width;
  private final int capacity;
  private final boolean borrowed;
  private final int first;
  private int rows;
  private KvStorage storage;

  /** [layer][row of the storage]. */
  private int[][] lengths;

  /** Slots below a row's length that nobody wrote, where a pass wrote at chosen slots. */
  private BitSet[][] holes;

  /** [layer]: the positions of the last pass that may still be committed. */
  private final Pass[] pending;

  /**
   * An empty state.
   *
   * @param manager a long-lived scope; the state's memory is a child of it
   * @param kind allocated once, or made anew by each pass
   * @param layers of the network
   * @param rows sequences
   * @param capacity the most positions of a row
   * @param heads key heads
   * @param width of a head
   */
  public KvState(
      NDManager manager, StateKind kind, int layers, int rows, int capacity, int heads, int width) {
    this(
        kind,
        kind == StateKind.PREALLOCATED
            ? new KvBuffers(manager, layers, rows, heads, capacity, width)
            : new KvArrays(layers, heads, width),
        new int[layers][rows],
        new BitSet[layers][rows],
        new int[] {0, rows, capacity, heads, width},
        false);
  }

  /** Over memory that is not shared with the engine, as on a GPU. */
  static KvState writtenThrough(
      NDManager manager, int layers, int rows, int capacity, int heads, int width) {
    return new KvState(
        StateKind.PREALLOCATED,
        new KvBuffers(manager, layers, new int[] {rows, heads, capacity, width}, false),
        new int[layers][rows],
        new BitSet[layers][rows],
        new int[] {0, rows, capacity, heads, width},
        false);
  }

  private KvState(
      StateKind kind,
      KvStorage storage,
      int[][] lengths,
      BitSet[][] holes,
      int[] geometry,
      boolean borrowed) {
    this.kind = kind;
    this.storage = storage;
    this.lengths = lengths;
    this.holes = holes;
    this.first = geometry[0];
    this.rows = geometry[1];
    this.capacity = geometry[2];
    this.heads = geometry[3];
    this.width = geometry[4];
    this.borrowed = borrowed;
    this.pending = new Pass[lengths.length];
  }

  @Override
  public StateKind kind() {
    return kind;
  }

  @Override
  public int[] lengths() {
    return lengths(0);
  }

  /**
   * Committed positions in a layer.
   *
   * @param layer which
   * @return one length a row, a copy
   */
  public int[] lengths(int layer) {
    return Arrays.copyOfRange(lengths[layer], first, first + rows);
  }

  /**
   * How many sequences.
   *
   * @return rows
   */
  public int rows() {
    return rows;
  }

  /**
   * The most positions of a row.
   *
   * @return slots
   */
  public int capacity() {
    return capacity;
  }

  /** One layer's share of a pass: where its new positions go and what they see. */
  public final class Pass {
    private final Step step;
    private final int layer;
    private final int n;
    private final int[][] slots;
    private final int used;

    private Pass(Step step, int layer) {
      this.step = step;
      this.layer = layer;
      this.n = step.input().positions();
      slots = new int[rows][n];
      int end = 0;
      for (int b = 0; b < rows; b++) {
        int base = storage.base(layer, length(layer, b));
        for (int i = 0; i < n; i++) {
          slots[b][i] = i < step.count(b) ? base + i : -1;
          if (step.write() instanceof Step.Write.At at && kind == StateKind.PREALLOCATED) {
            slots[b][i] = i < step.count(b) ? at.slots()[b][i] : -1;
          }
          end = Math.max(end, slots[b][i] + 1);
        }
        end = Math.max(end, length(layer, b));
      }
      if (end > capacity && kind == StateKind.PREALLOCATED) {
        throw new IllegalArgumentException(
            "the state holds %d positions a row, the pass needs %d: open it with more"
                .formatted(capacity, end));
      }
      storage.reserve(Math.max(1, end));
      used = storage.used(layer, n, end);
    }

    /**
     * Puts the new keys and values into the state.
     *
     * @param keysBNHd array whose heads from {@code keyFrom} on are the keys
     * @param keyFrom first key head
     * @param valuesBNHd array whose heads from {@code valueFrom} on are the values
     * @param valueFrom first value head
     */
    public void write(NDArray keysBNHd, int keyFrom, NDArray valuesBNHd, int valueFrom) {
      storage.write(
          layer, first, new KvStorage.Fresh(keysBNHd, keyFrom, valuesBNHd, valueFrom), slots);
    }

    /**
     * Keys of committed and new positions.
     *
     * @param scope who owns the view
     * @return (rows, key heads, keys, head width)
     */
    public NDArray keys(NDManager scope) {
      return storage.read(scope, 0, layer, first, rows, used);
    }

    /**
     * Values like {@link #keys}.
     *
     * @param scope who owns the view
     * @return (rows, key heads, keys, head width)
     */
    public NDArray values(NDManager scope) {
      return storage.read(scope, 1, layer, first, rows, used);
    }

    /**
     * How many keys attention reads.
     *
     * @return committed and new ones, of the longest row
     */
    public int used() {
      return used;
    }

    /**
     * Whether this layer's pass sees exactly what another's sees.
     *
     * @param other of the same step
     * @return true where one bias serves both
     */
    public boolean sameAs(Pass other) {
      return used == other.used
          && Arrays.equals(holes[layer], holes[other.layer])
          && Arrays.equals(lengths(layer), lengths(other.layer));
    }

    /**
     * Whether every new position sees all keys.
     *
     * @return true where no bias is needed
     */
    public boolean unmasked() {
      boolean plain =
          step.mask() instanceof Mask.Full || (step.mask() instanceof Mask.Causal && n == 1);
      return plain
          && step.counts().length == 0
          && uniform()
          // what a restored row left behind is not to be seen
          && used == length(layer, 0) + n;
    }

    private boolean uniform() {
      if (step.write() instanceof Step.Write.At) {
        return false;
      }
      for (int b = 0; b < rows; b++) {
        if (length(layer, b) != length(layer, 0) || holes[layer][first + b] != null) {
          return false;
        }
      }
      return true;
    }

    /**
     * What is added to the scores: 0 where a position sees a key, a large negative number where
     * not.
     *
     * @param scope who owns it
     * @return (rows, or 1 where all rows see alike, 1, positions, keys)
     */
    public NDArray bias(NDManager scope) {
      Mask mask = step.mask();
      boolean alike =
          uniform()
              && step.counts().length == 0
              && !(mask instanceof Mask.Visible visible && visible.fresh().length > 1);
      int count = alike ? 1 : rows;
      FloatBuffer bias = FloatBuffer.allocate(count * n * used);
      for (int b = 0; b < count; b++) {
        int committed = length(layer, b);
        BitSet hidden = hidden(b);
        for (int i = 0; i < n; i++) {
          int at = (b * n + i) * used;
          Arrays.fill(bias.array(), at, at + used, HIDDEN);
          for (int s = 0; s < committed; s++) {
            if (!hidden.get(s) && mask.seesCached(b, i, s)) {
              bias.put(at + s, 0);
            }
          }
          for (int j = 0; j < step.count(b); j++) {
            if (mask.seesFresh(b, i, j)) {
              bias.put(at + slots[b][j], 0);
            }
          }
        }
      }
      return scope.create(bias, new Shape(count, 1, n, used));
    }

    private BitSet hidden(int b) {
      BitSet holesBefore = holes[layer][first + b];
      BitSet hidden = holesBefore == null ? new BitSet() : (BitSet) holesBefore.clone();
      if (step.write() instanceof Step.Write.At at) {
        for (int i = 0; i < step.count(b); i++) {
          hidden.set(at.slots()[b][i]);
        }
      }
      return hidden;
    }
  }

  private int length(int layer, int row) {
    return lengths[layer][first + row];
  }

  /**
   * Prepares a layer for a pass.
   *
   * @param step the pass
   * @param layer which
   * @return the layer's share. Throws IllegalArgumentException where the rows differ in number or
   *     the state is full.
   */
  public Pass pass(Step step, int layer) {
    if (step.input().rows() != rows) {
      throw new IllegalArgumentException(
          "the pass has %d rows, the state has %d".formatted(step.input().rows(), rows));
    }
    Pass pass = new Pass(step, layer);
    pending[layer] = pass;
    return pass;
  }

  /**
   * Ends a pass: commits what the step says.
   *
   * @param step the pass
   */
  public void finish(Step step) {
    switch (step.write()) {
      case Step.Write.Peek peek -> {}
      case Step.Write.AppendAll all -> keepFirst(step, b -> step.count(b));
      case Step.Write.Append append -> keepFirst(step, b -> append.first()[b]);
      case Step.Write.At at -> scatter(step, at.slots());
    }
  }

  private void keepFirst(Step step, IntUnaryOperator count) {
    int[][] paths = new int[rows][];
    for (int b = 0; b < rows; b++) {
      paths[b] = IntStream.range(0, count.applyAsInt(b)).toArray();
    }
    commit(paths, step.layers().of(lengths.length));
  }

  private void scatter(Step step, int[][] slots) {
    for (int layer : step.layers().of(lengths.length)) {
      Pass pass = pending[layer];
      pending[layer] = null;
      if (pass == null) {
        continue;
      }
      int[][] sources = new int[rows][];
      for (int b = 0; b < rows; b++) {
        int old = length(layer, b);
        int end = old;
        for (int i = 0; i < step.count(b); i++) {
          end = Math.max(end, slots[b][i] + 1);
        }
        // a copy: forks and marks may hold the same set
        BitSet empty = new BitSet();
        if (holes[layer][first + b] != null) {
          empty.or(holes[layer][first + b]);
        }
        empty.set(old, end);
        sources[b] = new int[end];
        Arrays.setAll(sources[b], t -> t < old ? t : 0);
        for (int i = 0; i < step.count(b); i++) {
          empty.clear(slots[b][i]);
          sources[b][slots[b][i]] = pass.slots[b][i];
        }
        holes[layer][first + b] = empty.isEmpty() ? null : empty;
        lengths[layer][first + b] = end;
      }
      if (kind == StateKind.FUNCTIONAL) {
        storage.select(layer, first, sources);
      }
    }
  }

  /** Commits, in every layer, positions of the last pass that ran through it. */
  @Override
  public void commit(int[][] accepted) {
    commit(accepted, IntStream.range(0, lengths.length).toArray());
  }

  private void commit(int[][] accepted, int[] layers) {
    for (int layer : layers) {
      Pass pass = pending[layer];
      pending[layer] = null;
      if (pass == null) {
        continue;
      }
      int[][] sources = new int[rows][];
      boolean moves = kind == StateKind.FUNCTIONAL;
      for (int b = 0; b < rows; b++) {
        int length = length(layer, b);
        sources[b] = IntStream.range(0, length + accepted[b].length).toArray();
        for (int k = 0; k < accepted[b].length; k++) {
          sources[b][length + k] = pass.slots[b][accepted[b][k]];
          moves |= sources[b][length + k] != length + k;
        }
        lengths[layer][first + b] = length + accepted[b].length;
      }
      if (moves || kind == StateKind.FUNCTIONAL) {
        storage.select(layer, first, sources);
      }
    }
  }

  /** Each layer keeps, of each row, the slots from {@code from} to {@code to}. */
  private void keep(int from, int[][] to) {
    for (int layer = 0; layer < lengths.length; layer++) {
      pending[layer] = null;
      int[][] sources = new int[rows][];
      for (int b = 0; b < rows; b++) {
        sources[b] = IntStream.range(from, to[layer][b]).toArray();
        lengths[layer][first + b] = sources[b].length;
        BitSet empty = holes[layer][first + b];
        holes[layer][first + b] =
            empty == null || empty.get(from, to[layer][b]).isEmpty()
                ? null
                : empty.get(from, to[layer][b]);
      }
      storage.select(layer, first, sources);
    }
  }

  @Override
  public void truncate(int[] ends) {
    int[][] to = new int[lengths.length][rows];
    for (int layer = 0; layer < lengths.length; layer++) {
      for (int b = 0; b < rows; b++) {
        to[layer][b] = Math.min(length(layer, b), ends[b]);
      }
    }
    keep(0, to);
  }

  @Override
  public void dropFirst(int n) {
    int[][] to = new int[lengths.length][];
    for (int layer = 0; layer < lengths.length; layer++) {
      to[layer] = lengths(layer);
      for (int b = 0; b < rows; b++) {
        if (to[layer][b] < n) {
          throw new IllegalArgumentException(
              "row %d has %d positions in layer %d, %d cannot be dropped"
                  .formatted(b, to[layer][b], layer, n));
        }
      }
    }
    keep(n, to);
  }

  @Override
  public void move(int from, int to) {
    int[] ends = new int[lengths.length];
    for (int layer = 0; layer < ends.length; layer++) {
      ends[layer] = length(layer, from);
      lengths[layer][first + to] = ends[layer];
      holes[layer][first + to] = holes[layer][first + from];
    }
    storage.copyRow(storage, first + from, first + to, ends);
    clear(from);
  }

  @Override
  public void clear(int row) {
    for (int layer = 0; layer < lengths.length; layer++) {
      lengths[layer][first + row] = 0;
      holes[layer][first + row] = null;
    }
    storage.wipe(first + row);
  }

  @Override
  public Sliceable window(int lo, int hi) {
    if (lo < 0 || hi > rows || lo >= hi) {
      throw new IllegalArgumentException(
          "rows %d to %d of a state of %d rows".formatted(lo, hi, rows));
    }
    if (kind == StateKind.FUNCTIONAL) {
      return chosen(IntStream.range(lo, hi).toArray(), storage::copy);
    }
    // windows may run in threads of their own: the memory they share must not move any more
    storage.reserve(capacity);
    int[] geometry = {first + lo, hi - lo, capacity, heads, width};
    return new KvState(kind, storage, lengths, holes, geometry, true);
  }

  private KvState chosen(int[] chosen, BiFunction<int[], int[][], KvStorage> rowsOf) {
    int[][] ends = new int[lengths.length][chosen.length];
    BitSet[][] gaps = new BitSet[lengths.length][chosen.length];
    int[] absolute = new int[chosen.length];
    for (int i = 0; i < chosen.length; i++) {
      absolute[i] = first + chosen[i];
      for (int layer = 0; layer < lengths.length; layer++) {
        ends[layer][i] = length(layer, chosen[i]);
        gaps[layer][i] = holes[layer][absolute[i]];
      }
    }
    int[] geometry = {0, chosen.length, capacity, heads, width};
    return new KvState(kind, rowsOf.apply(absolute, ends), ends, gaps, geometry, false);
  }

  @Override
  public State fork() {
    return chosen(IntStream.range(0, rows).toArray(), storage::copy);
  }

  @Override
  public void gather(int[] chosen) {
    if (borrowed) {
      throw new IllegalStateException("a window of a state cannot choose rows: ask the whole");
    }
    KvState other = chosen(chosen, storage::gather);
    storage = other.storage;
    lengths = other.lengths;
    holes = other.holes;
    rows = other.rows;
    Arrays.fill(pending, null);
  }

  @Override
  public long floats() {
    long positions = 0;
    for (int layer = 0; layer < lengths.length; layer++) {
      positions += Arrays.stream(lengths(layer)).sum();
    }
    return 2 * positions * heads * width;
  }

  private record Snapshot(KvState copy) implements Mark {
    @Override
    public void close() {
      copy.close();
    }
  }

  @Override
  public Mark mark() {
    return new Snapshot((KvState) fork());
  }

  @Override
  public void restore(Mark mark, boolean[] back) {
    KvState copy = ((Snapshot) mark).copy();
    for (int b = 0; b < rows; b++) {
      if (back[b]) {
        int[] ends = new int[lengths.length];
        for (int layer = 0; layer < ends.length; layer++) {
          ends[layer] = copy.lengths[layer][b];
          lengths[layer][first + b] = ends[layer];
          holes[layer][first + b] = copy.holes[layer][b];
        }
        storage.copyRow(copy.storage, b, first + b, ends);
      }
    }
    Arrays.fill(pending, null);
  }

  /** Fills a row's memory, for tests that poison what nobody may read. */
  void poison(int row) {
    ((KvBuffers) storage).fill(first + row, (byte) -1);
  }

  @Override
  public void close() {
    if (!borrowed) {
      storage.close();
    }
  }
}
