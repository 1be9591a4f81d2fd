package dev.stretto.models.state;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Parameters;
import dev.stretto.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Keys and values in memory that Java and the engine share: a new position is a copy of a few
 * hundred bytes a head, a moved one too, and no operation of the engine. Slots are allocated as
 * passes need them, twice as many each time. On a device of its own the memory cannot be shared;
 * there each pass writes it through before it reads.
 */
final class KvBuffers implements KvStorage {
  private static final int FEWEST = 16;

  private final NDManager manager;
  private final int layers;
  private final int rows;
  private final int heads;
  private final int limit;
  private final int width;
  private final boolean shared;

  /** Slots allocated so far. */
  private int capacity;

  /** [layer][keys or values], layout (rows, heads, capacity, width). */
  private final FloatBuffer[][] memory;

  private final NDArray[][] arrays;

  KvBuffers(NDManager parent, int layers, int rows, int heads, int limit, int width) {
    this(parent, layers, new int[] {rows, heads, limit, width}, !parent.getDevice().isGpu());
  }

  /** With memory shared, or each change written through to an array of its own. */
  KvBuffers(NDManager parent, int layers, int[] shape4, boolean shared) {
    this.manager = parent.newSubManager();
    this.layers = layers;
    this.rows = shape4[0];
    this.heads = shape4[1];
    this.limit = shape4[2];
    this.width = shape4[3];
    this.shared = shared;
    memory = new FloatBuffer[layers][2];
    arrays = new NDArray[layers][2];
  }

  @Override
  public synchronized void reserve(int slots) {
    if (slots <= capacity) {
      return;
    }
    int old = capacity;
    capacity = Math.min(limit, Math.max(Math.max(slots, FEWEST), 2 * old));
    Shape shape = new Shape(rows, heads, capacity, width);
    int bytes = Math.toIntExact(shape.size() * Float.BYTES);
    for (int layer = 0; layer < layers; layer++) {
      for (int which = 0; which < 2; which++) {
        FloatBuffer before = memory[layer][which];
        ByteBuffer block = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        FloatBuffer now = block.asFloatBuffer();
        for (int i = 0; old > 0 && i < rows * heads; i++) {
          now.put(i * capacity * width, before, i * old * width, old * width);
        }
        if (old > 0) {
          arrays[layer][which].close();
        }
        memory[layer][which] = now;
        arrays[layer][which] =
            shared ? manager.create(block, shape, DataType.FLOAT32) : manager.zeros(shape);
        writeThrough(layer, which);
      }
    }
  }

  private void writeThrough(int layer, int which) {
    if (!shared) {
      NDArray device = arrays[layer][which];
      // set(Buffer) would lay the array over the buffer, and warn
      try (NDArray now = manager.create(memory[layer][which].duplicate(), device.getShape())) {
        Parameters.assign(device, now);
      }
    }
  }

  private int at(int row, int head, int slot) {
    return ((row * heads + head) * capacity + slot) * width;
  }

  @Override
  public int base(int layer, int length) {
    return length;
  }

  @Override
  public int used(int layer, int n, int end) {
    return end;
  }

  @Override
  public void write(int layer, int firstRow, Fresh fresh, int[][] slots) {
    put(layer, 0, firstRow, fresh.keysBNHd(), fresh.keyFrom(), slots);
    put(layer, 1, firstRow, fresh.valuesBNHd(), fresh.valueFrom(), slots);
  }

  private void put(int layer, int which, int firstRow, NDArray source, int from, int[][] slots) {
    FloatBuffer numbers = Tensors.floats(source);
    int sourceHeads = (int) source.getShape().get(2);
    FloatBuffer target = memory[layer][which];
    int n = (int) source.getShape().get(1);
    for (int b = 0; b < slots.length; b++) {
      for (int i = 0; i < n; i++) {
        if (slots[b][i] < 0) {
          continue;
        }
        int start = ((b * n + i) * sourceHeads + from) * width;
        for (int h = 0; h < heads; h++) {
          target.put(at(firstRow + b, h, slots[b][i]), numbers, start + h * width, width);
        }
      }
    }
    writeThrough(layer, which);
  }

  @Override
  public NDArray read(NDManager scope, int which, int layer, int firstRow, int count, int used) {
    NDArray some = Tensors.narrow(scope, arrays[layer][which], 0, firstRow, firstRow + count);
    return Tensors.narrow(scope, some, 2, 0, used);
  }

  @Override
  public void select(int layer, int firstRow, int[][] sources) {
    for (int which = 0; which < 2; which++) {
      FloatBuffer block = memory[layer][which];
      for (int b = 0; b < sources.length; b++) {
        for (int t = 0; t < sources[b].length; t++) {
          if (sources[b][t] != t) {
            for (int h = 0; h < heads; h++) {
              int row = firstRow + b;
              block.put(at(row, h, t), block, at(row, h, sources[b][t]), width);
            }
          }
        }
      }
    }
  }

  @Override
  public KvStorage copy(int[] chosen, int[][] lengths) {
    int[] shape4 = {chosen.length, heads, limit, width};
    KvBuffers copy = new KvBuffers(manager.getParentManager(), layers, shape4, shared);
    for (int i = 0; i < chosen.length; i++) {
      copy.copyRow(this, chosen[i], i, column(lengths, i));
    }
    return copy;
  }

  private static int[] column(int[][] lengths, int row) {
    return Arrays.stream(lengths).mapToInt(layer -> layer[row]).toArray();
  }

  @Override
  public KvStorage gather(int[] chosen, int[][] lengths) {
    if (IntStream.range(0, chosen.length).anyMatch(i -> chosen[i] < i)) {
      KvStorage copy = copy(chosen, lengths);
      close();
      return copy;
    }
    for (int i = 0; i < chosen.length; i++) {
      if (chosen[i] > i) {
        copyRow(this, chosen[i], i, column(lengths, i));
      }
    }
    return this;
  }

  @Override
  public void copyRow(KvStorage source, int from, int to, int[] lengths) {
    KvBuffers other = (KvBuffers) source;
    int longest = Arrays.stream(lengths).max().orElse(0);
    reserve(longest);
    for (int layer = 0; layer < layers; layer++) {
      for (int which = 0; which < 2; which++) {
        for (int h = 0; longest > 0 && h < heads; h++) {
          memory[layer][which].put(
              at(to, h, 0),
              other.memory[layer][which],
              other.at(from, h, 0),
              lengths[layer] * width);
          // what lies behind a row is hidden, but a NaN would shine through
          fill(layer, which, at(to, h, lengths[layer]), capacity - lengths[layer], (byte) 0);
        }
      }
    }
  }

  @Override
  public void wipe(int row) {
    fill(row, (byte) 0);
  }

  /** Fills the bytes of a row's memory: 0 wipes it, -1 makes every number NaN. */
  void fill(int row, byte value) {
    for (int layer = 0; capacity > 0 && layer < layers; layer++) {
      for (int which = 0; which < 2; which++) {
        fill(layer, which, at(row, 0, 0), heads * capacity, value);
      }
    }
  }

  private void fill(int layer, int which, int start, int slots, byte value) {
    MemorySegment.ofBuffer(memory[layer][which].slice(start, slots * width)).fill(value);
  }

  @Override
  public void close() {
    manager.close();
  }
}
