package dev.stretto.models;

/**
 * What a network remembers of the rows it has read. After a pass that peeked, {@link #commit} says
 * which of its positions stay; attention gathers their keys and values, a recurrence replays them.
 */
public interface State extends AutoCloseable {

  /** A point to go back to; owned by whoever asked for it. */
  interface Mark extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * How it is kept.
   *
   * @return the kind asked for when it was made
   */
  StateKind kind();

  /**
   * Committed positions of each row; where layers differ, those of the lowest layer.
   *
   * @return one length a row, a copy
   */
  int[] lengths();

  /**
   * An independent copy.
   *
   * @return owned by the caller
   */
  State fork();

  /**
   * Chooses rows: row i becomes what row {@code rows[i]} was. Doubles, drops and reorders them.
   *
   * @param rows old row numbers; as many as there will be
   */
  void gather(int[] rows);

  /**
   * Keeps positions of the last pass that peeked, in this order, and forgets the others.
   *
   * @param accepted for each row the indices among the pass's positions, rising, each the parent
   *     path of the next; an empty path keeps nothing
   */
  void commit(int[][] accepted);

  /**
   * The numbers it holds for its rows now (not what was allocated).
   *
   * @return a count of floats
   */
  long floats();

  /**
   * Remembers the present.
   *
   * @return a mark, which holds a copy: to be closed by the caller
   */
  Mark mark();

  /**
   * Goes back.
   *
   * @param mark of this state
   * @param rows which rows go back; the others stay as they are
   */
  void restore(Mark mark, boolean[] rows);

  @Override
  void close();
}
