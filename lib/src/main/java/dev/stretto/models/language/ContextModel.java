package dev.stretto.models.language;

import dev.stretto.models.TokenModel;

/**
 * A {@link TokenModel} in plain Java, known by its distribution behind a context. A user's own
 * needs three methods; sessions with trees and commits come with it:
 *
 * <pre>{@code
 * record Repeats(int vocabulary) implements ContextModel { // the last token again, with .9
 *   public int reach() { return 1; }
 *   public double[] logProbs(int[] context) {
 *     double[] distribution = new double[vocabulary];
 *     Arrays.fill(distribution, Math.log(.1 / vocabulary));
 *     if (context.length > 0) distribution[context[0]] = Math.log(.9 + .1 / vocabulary);
 *     return distribution;
 *   }
 * }
 * }</pre>
 */
public interface ContextModel extends TokenModel {
  /** {@return how far it looks back: the most tokens of context that matter, 0 or more} */
  int reach();

  /**
   * The distribution of the next token.
   *
   * @param context the last tokens, oldest first: at most {@link #reach()} of them, fewer only
   *     where the text has just begun
   * @return natural logarithms that sum to one after {@code exp}; minus infinity where a token
   *     cannot come. The caller may not change them.
   */
  double[] logProbs(int[] context);

  @Override
  default int maxLength() {
    return 1 << 20;
  }

  /** {@inheritDoc} There are no hidden states: asking for them is refused. */
  @Override
  default Session open(int[][] prompts, boolean hidden) {
    if (hidden) {
      throw new IllegalArgumentException(
          "hidden states were asked for, but %s has none: open without them"
              .formatted(getClass().getSimpleName()));
    }
    return new ContextSession(this, prompts);
  }
}
