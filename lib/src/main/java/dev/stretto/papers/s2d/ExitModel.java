package dev.stretto.papers.s2d;

/** A model with several distributions of the next token, from cheap and rough to dear and good. */
public interface ExitModel {
  /** {@return how many exits there are, 1 or more} */
  int exits();

  /** {@return the most tokens of a text} */
  int maxLength();

  /**
   * What a token costs whose state went up to an exit.
   *
   * @param exit from 0
   * @param heads how often the head was asked on the way
   * @return multiply-adds, over those of a token that went to the top and asked the head there
   */
  double work(int exit, int heads);

  /**
   * Starts to read one text.
   *
   * @return owned by the caller
   */
  Session open();

  /** One text that is being read. */
  interface Session extends AutoCloseable {
    /**
     * The distribution of the next token.
     *
     * @param text all of it; what differs from the last call's is forgotten
     * @param exit from 0
     * @return natural logarithms
     */
    double[] logProbs(int[] text, int exit);

    /**
     * {@return what keys and values of layers that tokens had skipped cost so far, in tokens that
     * go to the top, without the first text's}
     */
    default double filled() {
      return 0;
    }

    @Override
    default void close() {}
  }
}
