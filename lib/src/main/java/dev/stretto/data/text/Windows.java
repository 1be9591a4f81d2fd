package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.Arrays;

/** A token stream cut into windows. It has no state; random windows use the state of the Rng. */
public final class Windows {
  private final int[] tokens;
  private final int from;
  private final int to;

  /**
   * Windows of a stream.
   *
   * @param tokens the ids, kept and not copied
   */
  public Windows(int[] tokens) {
    this(tokens, 0, tokens.length);
  }

  private Windows(int[] tokens, int from, int to) {
    this.tokens = tokens;
    this.from = from;
    this.to = to;
  }

  /**
   * A stretch of the stream: {@code part(0, .9)} to train on, {@code part(.9, 1)} held out.
   *
   * @param start where it starts, as a share of this one, 0 to 1
   * @param end where it ends, start to 1
   * @return the windows of that stretch
   */
  public Windows part(double start, double end) {
    if (!(0 <= start && start <= end && end <= 1)) {
      throw new IllegalArgumentException(
          "part is " + start + " to " + end + ", expected shares from 0 to 1, upwards");
    }
    return new Windows(
        tokens, from + (int) Math.round(start * size()), from + (int) Math.round(end * size()));
  }

  /** {@return the number of tokens} */
  public int size() {
    return to - from;
  }

  /**
   * Random windows, each start as likely.
   *
   * @param rows how many, 0 or more
   * @param length tokens in each, 1 to {@link #size()}; for next-token training one more than the
   *     model's context
   * @param rng the random stream; the same state gives the same windows
   * @return ids, rows x length
   */
  public int[][] batch(int rows, int length, Rng rng) {
    Checks.range("length", length, 1, size());
    return rng.ints(rows, 0, size() - length + 1)
        .map(start -> from + start)
        .mapToObj(start -> Arrays.copyOfRange(tokens, start, start + length))
        .toArray(int[][]::new);
  }
}
