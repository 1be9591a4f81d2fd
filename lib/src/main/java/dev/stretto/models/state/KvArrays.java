package dev.stretto.models.state;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Keys and values that every pass makes anew, so that gradients flow through them: new positions
 * are concatenated behind the old, everything else is one gather. The arrays belong to the scopes
 * of the passes that committed them; a pass that only peeked may close its scope at once.
 */
final class KvArrays implements KvStorage {
  private final int heads;
  private final int width;

  /** [layer][keys or values]: (rows, heads, slots, width), empty before the first position. */
  private final NDArray[][] arrays;

  /** The same with the positions of the last pass behind them, until it is committed. */
  private final NDArray[][] fresh;

  KvArrays(int layers, int heads, int width) {
    this(heads, width, new NDArray[layers][2]);
  }

  private KvArrays(int heads, int width, NDArray[][] arrays) {
    this.heads = heads;
    this.width = width;
    this.arrays = arrays;
    this.fresh = new NDArray[arrays.length][2];
  }

  private int slots(int layer) {
    return slots(arrays[layer][0]);
  }

  private static int slots(NDArray array) {
    return array == null ? 0 : (int) array.getShape().get(2);
  }

  @Override
  public int base(int layer, int length) {
    return slots(layer);
  }

  @Override
  public int used(int layer, int n, int end) {
    return slots(layer) + n;
  }

  @Override
  public void reserve(int slots) {
    // each pass makes its arrays anew
  }

  @Override
  public void write(int layer, int firstRow, Fresh pass, int[][] slots) {
    append(layer, 0, pass.keysBNHd(), pass.keyFrom());
    append(layer, 1, pass.valuesBNHd(), pass.valueFrom());
  }

  private void append(int layer, int which, NDArray source, int from) {
    NDArray part =
        Tensors.narrow(source.getManager(), source, 2, from, from + heads).transpose(0, 2, 1, 3);
    NDArray old = arrays[layer][which];
    // the pass owns what it made, whoever owns the old
    fresh[layer][which] = part;
    if (old != null) {
      fresh[layer][which] = NDArrays.concat(new NDList(old, part), 2);
      fresh[layer][which].attach(source.getManager());
    }
  }

  @Override
  public NDArray read(NDManager scope, int which, int layer, int firstRow, int count, int used) {
    return fresh[layer][which];
  }

  @Override
  public void select(int layer, int firstRow, int[][] sources) {
    int most = Arrays.stream(sources).mapToInt(row -> row.length).max().orElse(0);
    int last = Arrays.stream(sources).flatMapToInt(Arrays::stream).max().orElse(-1);
    if (last >= slots(layer)) {
      arrays[layer] = fresh[layer];
    }
    fresh[layer] = new NDArray[2];
    int[] all = IntStream.range(0, slots(layer)).toArray();
    if (arrays[layer][0] == null
        || Arrays.stream(sources).allMatch(row -> Arrays.equals(row, all))) {
      return;
    }
    if (most == 0) {
      arrays[layer] = new NDArray[2];
      return;
    }
    int rows = sources.length;
    long[] index = new long[rows * heads * most * width];
    for (int b = 0, at = 0; b < rows; b++) {
      for (int h = 0; h < heads; h++) {
        for (int t = 0; t < most; t++) {
          long source = t < sources[b].length ? sources[b][t] : 0;
          Arrays.fill(index, at, at + width, source);
          at += width;
        }
      }
    }
    for (int which = 0; which < 2; which++) {
      NDArray old = arrays[layer][which];
      NDArray places = old.getManager().create(index, new Shape(rows, heads, most, width));
      arrays[layer][which] = old.gather(places, 2);
    }
  }

  @Override
  public KvStorage copy(int[] rows, int[][] lengths) {
    NDArray[][] copy = new NDArray[arrays.length][2];
    for (int layer = 0; layer < arrays.length; layer++) {
      for (int which = 0; which < 2; which++) {
        NDArray old = arrays[layer][which];
        copy[layer][which] = old == null ? null : chosen(old, rows);
      }
    }
    return new KvArrays(heads, width, copy);
  }

  @Override
  public KvStorage gather(int[] rows, int[][] lengths) {
    return copy(rows, lengths);
  }

  private static NDArray chosen(NDArray old, int[] rows) {
    NDList parts = new NDList();
    for (int row : rows) {
      parts.add(Tensors.narrow(old.getManager(), old, 0, row, row + 1));
    }
    return NDArrays.concat(parts, 0);
  }

  @Override
  public void copyRow(KvStorage source, int from, int to, int[] lengths) {
    KvArrays other = (KvArrays) source;
    for (int layer = 0; layer < arrays.length; layer++) {
      for (int which = 0; which < 2; which++) {
        arrays[layer][which] = withRow(arrays[layer][which], to, other.arrays[layer][which], from);
      }
    }
  }

  private static NDArray withRow(NDArray own, int to, NDArray other, int from) {
    if (own == null && other == null) {
      return null;
    }
    NDArray like = own == null ? other : own;
    NDManager scope = like.getManager();
    Shape shape = like.getShape();
    long rows = shape.get(0);
    int slots = Math.max(slots(own), slots(other));
    NDArray whole = padded(scope, own, shape, rows, slots);
    NDArray source = other == null ? null : Tensors.narrow(scope, other, 0, from, from + 1);
    NDArray changed = padded(scope, source, shape, 1, slots);
    NDList parts = new NDList();
    for (long row = 0; row < rows; row++) {
      parts.add(row == to ? changed : Tensors.narrow(scope, whole, 0, row, row + 1));
    }
    return NDArrays.concat(parts, 0);
  }

  /** With zeros behind its slots; zeros alone where there is none. */
  private static NDArray padded(NDManager scope, NDArray array, Shape like, long rows, int slots) {
    int has = slots(array);
    if (has == slots) {
      return array;
    }
    NDArray rest = scope.zeros(new Shape(rows, like.get(1), slots - has, like.get(3)));
    return has == 0 ? rest : NDArrays.concat(new NDList(array, rest), 2);
  }

  @Override
  public void wipe(int row) {
    // nothing is read behind a row's length, and nothing here is written in place
  }

  @Override
  public void close() {
    // the arrays belong to the scopes of the passes
  }
}
