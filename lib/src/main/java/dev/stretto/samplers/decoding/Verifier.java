package dev.stretto.samplers.decoding;

/**
 * Decides which candidates are kept. A verifier is lossless where the output has the target's
 * distribution (greedy: is the target's text) whatever the drafter proposes.
 */
public interface Verifier {
  /**
   * The decision of one row in one pass.
   *
   * @param draft what was fed
   * @param distributions what the target says behind each node
   * @param position of the first new token in the output, from 0
   * @param random of the row
   * @return what is kept
   */
  Decision verify(
      Draft draft, NodeDistributions distributions, int position, DecodingRandom random);

  /** {@return whether the output has the target's distribution; a verifier that is so says so} */
  default boolean lossless() {
    return false;
  }

  /** {@return whether it must be shown the target's final hidden states} */
  default boolean wantsHidden() {
    return false;
  }

  /**
   * What is kept.
   *
   * @param path nodes from 0 on
   * @param next the token behind them: the bonus
   */
  record Decision(int[] path, int next) {}
}
