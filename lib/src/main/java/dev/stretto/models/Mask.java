package dev.stretto.models;

import dev.stretto.tensor.SvgDrawable;

/** What the new positions of a pass see: committed positions and each other. */
public sealed interface Mask {
  /** All committed positions, and new ones up to itself. */
  record Causal() implements Mask {}

  /** All committed and all new positions. */
  record Full() implements Mask {}

  /**
   * A relation between groups: block-causal, scale-wise, ring-wise. A position of group g sees one
   * of group h where {@code sees[g][h]}.
   *
   * @param cached group of each committed position
   * @param fresh group of each new position
   * @param sees the relation
   */
  record Groups(int[] cached, int[] fresh, boolean[][] sees) implements Mask {}

  /**
   * Said one by one: a token tree, isolated prompts, a stack.
   *
   * @param fresh [row][position][new position]
   * @param cached [row][position][committed position]; empty where all are seen
   */
  record Visible(boolean[][][] fresh, boolean[][][] cached) implements Mask {}

  /**
   * One row that holds whole sequences one behind the other, each seeing itself alone: padding-free
   * training. Nothing may be committed before it.
   *
   * @param lengths of the sequences; their sum is the number of positions
   * @param causal whether a position sees only those before it
   * @param ragged whether attention runs a sequence at a time (no pair between sequences is
   *     computed) or over all pairs under a block-diagonal mask
   */
  record Segments(int[] lengths, boolean causal, boolean ragged) implements Mask {
    private boolean together(int position, int other) {
      int end = 0;
      for (int length : lengths) {
        int start = end;
        end += length;
        if (position < end) {
          return other >= start && other < end && (!causal || other <= position);
        }
      }
      return false;
    }
  }

  /**
   * Whether a new position sees a committed one.
   *
   * @param row of both
   * @param position the new one
   * @param cached the committed one
   * @return the mask's answer
   */
  default boolean seesCached(int row, int position, int cached) {
    return switch (this) {
      case Causal causal -> true;
      case Full full -> true;
      case Groups groups -> groups.sees[groups.fresh[position]][groups.cached[cached]];
      case Visible visible -> visible.cached.length == 0 || visible.cached[row][position][cached];
      case Segments segments -> false;
    };
  }

  /**
   * Whether a new position sees another new one.
   *
   * @param row of both
   * @param position the one that looks
   * @param other the one looked at
   * @return the mask's answer
   */
  default boolean seesFresh(int row, int position, int other) {
    return switch (this) {
      case Causal causal -> other <= position;
      case Full full -> true;
      case Groups groups -> groups.sees[groups.fresh[position]][groups.fresh[other]];
      case Visible visible -> visible.fresh[row][position][other];
      case Segments segments -> segments.together(position, other);
    };
  }

  /**
   * A picture of the first row: a line a new position, filled where it sees.
   *
   * @param cached committed positions, drawn grey, 0 or more
   * @param fresh new positions, drawn blue, 1 or more
   * @return the picture
   */
  default SvgDrawable sketch(int cached, int fresh) {
    return MaskAndTreeSvg.mask(this, cached, fresh);
  }
}
