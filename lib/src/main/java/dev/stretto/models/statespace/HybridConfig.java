package dev.stretto.models.statespace;

import dev.stretto.models.layers.TransformerConfig;

/**
 * The shape of a {@link HybridNetwork}.
 *
 * @param layers all of them, each with a feed-forward
 * @param attentionEvery one layer in so many is attention, 0 for none; a divisor of {@code layers},
 *     so that the top layer is one
 * @param width D
 * @param heads of a state-space layer
 * @param headWidth P
 * @param stateWidth S: a head's state has S x P numbers
 * @param vocabulary tokens
 * @param maxLength the most positions of a row
 * @param maxTree the most nodes of a tree in one pass
 */
public record HybridConfig(
    int layers,
    int attentionEvery,
    int width,
    int heads,
    int headWidth,
    int stateWidth,
    int vocabulary,
    int maxLength,
    int maxTree) {
  /** Taps of the short convolution. */
  static final int TAPS = 4;

  /** Checks the shape. */
  public HybridConfig {
    if (layers < 1 || attentionEvery < 0 || (attentionEvery > 0 && layers % attentionEvery != 0)) {
      throw new IllegalArgumentException(
          "%d layers with attention in every %d: expected 1 or more layers, and 0 or a divisor of them"
              .formatted(layers, attentionEvery));
    }
    if (attentionEvery == 1) {
      throw new IllegalArgumentException(
          "attention in every layer leaves no state-space layer, expected 0, 2 or more");
    }
    if (Math.min(Math.min(width, heads), Math.min(headWidth, stateWidth)) < 1
        || Math.min(vocabulary, Math.min(maxLength, maxTree)) < 1) {
      throw new IllegalArgumentException(
          "width %d, %d heads x %d, state %d, vocabulary %d, %d positions, trees of %d: expected 1 or more"
              .formatted(width, heads, headWidth, stateWidth, vocabulary, maxLength, maxTree));
    }
  }

  /**
   * A small one: heads of 32, twice as wide together as the network, states of 16, trees of 64.
   *
   * @param layers all of them
   * @param attentionEvery 2 for half attention, 4 for a quarter, 0 for none
   * @param width D, a multiple of 16
   * @param vocabulary tokens
   * @param maxLength positions
   * @return the shape
   */
  public static HybridConfig small(
      int layers, int attentionEvery, int width, int vocabulary, int maxLength) {
    return new HybridConfig(
        layers, attentionEvery, width, width / 16, 32, 16, vocabulary, maxLength, 64);
  }

  /** {@return how many layers are attention} */
  public int attentionLayers() {
    return attentionEvery == 0 ? 0 : layers / attentionEvery;
  }

  /** Whether a layer is attention. */
  boolean isAttention(int layer) {
    return attentionEvery > 0 && (layer + 1) % attentionEvery == 0;
  }

  /** Width of all heads. */
  int inner() {
    return heads * headWidth;
  }

  /** Channels of the convolution: x, B and C. */
  int channels() {
    return inner() + 2 * stateWidth;
  }

  /** A state-space layer's memory of a row: the state and the convolution's last inputs. */
  int memory() {
    return inner() * stateWidth + (TAPS - 1) * channels();
  }

  TransformerConfig attention() {
    return TransformerConfig.gpt(attentionLayers(), width, 0, maxLength);
  }

  /**
   * The state of one row in floats: what every copy of it costs.
   *
   * @param length committed positions
   * @return recurrent memory of the state-space layers, keys and values of the others
   */
  public long stateFloats(int length) {
    return (long) (layers - attentionLayers()) * memory() + 2L * attentionLayers() * length * width;
  }

  /**
   * What a pass keeps of its nodes until it is known which are accepted, in floats: step size, x, B
   * and the convolution's input; keys and values.
   *
   * @param nodes of the pass, of all rows
   * @return floats
   */
  public long activationFloats(int nodes) {
    long each = (long) heads + inner() + stateWidth + channels();
    return nodes * ((long) (layers - attentionLayers()) * each + 2L * attentionLayers() * width);
  }
}
