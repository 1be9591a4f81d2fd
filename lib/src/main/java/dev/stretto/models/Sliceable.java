package dev.stretto.models;

/** A state whose positions can be addressed one by one: attention's keys and values. */
public interface Sliceable extends State {
  /**
   * Forgets the end of each row.
   *
   * @param lengths what stays, at most what is there
   */
  void truncate(int[] lengths);

  /**
   * Forgets the oldest positions of every row.
   *
   * @param n how many, at most the shortest row's length
   */
  void dropFirst(int n);

  /**
   * Moves a row's content over another's and empties where it came from.
   *
   * @param from row
   * @param to row
   */
  void move(int from, int to);

  /**
   * Empties a row and wipes its memory, so that nothing of its tenant is left.
   *
   * @param row which
   */
  void clear(int row);

  /**
   * A view of neighbouring rows over the same memory: passes over it read and write those rows.
   *
   * @param lo first row
   * @param hi behind the last row
   * @return a state of hi - lo rows; closing it leaves the memory alone
   */
  Sliceable window(int lo, int hi);
}
