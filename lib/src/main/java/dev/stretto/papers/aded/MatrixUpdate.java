package dev.stretto.papers.aded;

import dev.stretto.samplers.decoding.Drafter;

/** How a {@link TrigramMatrix} follows a text: before each draft, from committed tokens alone. */
public sealed interface MatrixUpdate {
  /**
   * Follows a row.
   *
   * @param matrix changed
   * @param row its committed text
   * @param fresh how many tokens at its end no earlier update has seen
   */
  void update(TrigramMatrix matrix, Drafter.Row row, int fresh);

  /** The published constants: .04 a tri-gram of the last 16 tokens, up to 3. */
  WindowBoost PUBLISHED = new WindowBoost(.04, 16, 3);

  /**
   * The paper's update: each tri-gram of a window at the text's end gains a constant. The window
   * moves by the accepted tokens, so a tri-gram is boosted about (window - 2) / tau times.
   *
   * @param delta what an entry gains, 0 or more
   * @param window tokens, 3 or more
   * @param cap no entry grows beyond it, above 0
   */
  record WindowBoost(double delta, int window, double cap) implements MatrixUpdate {
    /** Checks ranges; throws IllegalArgumentException naming the fields. */
    public WindowBoost {
      if (!(delta >= 0) || window < 3 || !(cap > 0)) {
        throw new IllegalArgumentException(
            "delta is %s, window %d, cap %s: expected 0 or more, 3 or more, above 0"
                .formatted(delta, window, cap));
      }
    }

    @Override
    public void update(TrigramMatrix matrix, Drafter.Row row, int fresh) {
      boost(matrix, row, Math.min(window, row.length()) - 2, 1, delta, cap);
    }
  }

  /**
   * An exponential mean: each committed tri-gram once, its row stays a distribution.
   *
   * @param alpha weight of the newest, 0 to 1
   */
  record Ema(double alpha) implements MatrixUpdate {
    /** Checks the range; throws IllegalArgumentException naming the field. */
    public Ema {
      if (!(alpha >= 0 && alpha <= 1)) {
        throw new IllegalArgumentException("alpha is " + alpha + ", expected 0 to 1");
      }
    }

    @Override
    public void update(TrigramMatrix matrix, Drafter.Row row, int fresh) {
      boost(matrix, row, Math.min(fresh, row.length() - 2), 1 - alpha, alpha, 1);
    }
  }

  /** No update: what was counted stays. */
  record Static() implements MatrixUpdate {
    @Override
    public void update(TrigramMatrix matrix, Drafter.Row row, int fresh) {}
  }

  /** Boosts the last tri-grams of a row, the oldest first. */
  private static void boost(
      TrigramMatrix matrix, Drafter.Row row, int trigrams, double keep, double add, double cap) {
    for (int back = trigrams - 1; back >= 0; back--) {
      matrix.boost(row.last(back + 2), row.last(back + 1), row.last(back), keep, add, cap);
    }
    matrix.trim();
  }
}
