package dev.stretto.models.state;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** Where keys and values lie: slot by slot, row by row, layer by layer. */
sealed interface KvStorage permits KvBuffers, KvArrays {
  /** The slot of the first new position of a row whose committed length is {@code length}. */
  int base(int layer, int length);

  /** How many slots attention reads when n positions come and the longest row then ends at end. */
  int used(int layer, int n, int end);

  /** Makes room for so many slots a row. */
  void reserve(int slots);

  /**
   * Puts new keys and values at their slots.
   *
   * @param fresh of n positions in each of the rows from {@code firstRow} on
   * @param slots [row][position], -1 for nowhere
   */
  void write(int layer, int firstRow, Fresh fresh, int[][] slots);

  /** Keys (0) or values (1) of some rows: (rows, heads, used, head width), owned by the scope. */
  NDArray read(NDManager scope, int which, int layer, int firstRow, int rows, int used);

  /** Slot t of row firstRow + b becomes what slot {@code sources[b][t]} was; sources[b][t] >= t. */
  void select(int layer, int firstRow, int[][] sources);

  /** Another storage whose row i is this one's row {@code rows[i]}, up to its lengths. */
  KvStorage copy(int[] rows, int[][] lengths);

  /** What {@link #copy} gives, in this one's memory where that can be; this one ends with it. */
  KvStorage gather(int[] rows, int[][] lengths);

  /** Row {@code to} becomes row {@code from} of another storage of the same shape. */
  void copyRow(KvStorage source, int from, int to, int[] lengths);

  /** Wipes a row. */
  void wipe(int row);

  void close();

  /**
   * New keys and values as the projection left them: heads {@code from} on of arrays (rows,
   * positions, heads, head width).
   */
  record Fresh(NDArray keysBNHd, int keyFrom, NDArray valuesBNHd, int valueFrom) {}
}
