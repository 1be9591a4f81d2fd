package dev.stretto.models.layers;

import ai.djl.ndarray.NDArray;
import dev.stretto.models.Conditions;
import dev.stretto.models.layers.TransformerConfig.Activation;
import dev.stretto.models.layers.TransformerConfig.Norm;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import java.util.Map;
import java.util.Optional;

/** Shapes of networks that only tests build so far. */
final class Shapes {
  private Shapes() {}

  /** A small Llama: RMS norm, SwiGLU, rotary positions, grouped-query attention. */
  static TransformerConfig llama(
      int layers, int width, int heads, int keyHeads, int vocabulary, int maxLength) {
    return new TransformerConfig(
        layers,
        width,
        heads,
        keyHeads,
        (8 * width / 3 + 7) / 8 * 8,
        vocabulary,
        maxLength,
        Norm.RMS,
        Activation.SWIGLU,
        false,
        false,
        new PositionKind.Rotary(10000, 0),
        false,
        0,
        0,
        1e-6);
  }

  /** With biases in the projections. */
  static TransformerConfig biased(TransformerConfig of) {
    return copy(of, true, of.queryKeyNorm(), of.condition(), of.dropout());
  }

  /** With normalised queries and keys. */
  static TransformerConfig queryKeyNorm(TransformerConfig of) {
    return copy(of, of.biases(), true, of.condition(), of.dropout());
  }

  /** With adaptive norms whose condition has this width. */
  static TransformerConfig conditioned(TransformerConfig of, int width) {
    return copy(of, of.biases(), of.queryKeyNorm(), width, of.dropout());
  }

  /** With dropout. */
  static TransformerConfig dropping(TransformerConfig of, double share) {
    return copy(of, of.biases(), of.queryKeyNorm(), of.condition(), share);
  }

  private static TransformerConfig copy(
      TransformerConfig of, boolean biases, boolean queryKeyNorm, int condition, double dropout) {
    return new TransformerConfig(
        of.layers(),
        of.width(),
        of.heads(),
        of.keyHeads(),
        of.feedForward(),
        of.vocabulary(),
        of.maxLength(),
        of.norm(),
        of.activation(),
        biases,
        queryKeyNorm,
        of.positions(),
        of.cross(),
        condition,
        dropout,
        of.epsilon());
  }

  /** Norms conditioned on a vector (rows or 1, positions or 1, condition width). */
  static Conditions adaptive(NDArray vectorBND) {
    return new Conditions(Optional.of(vectorBND), Optional.empty(), Map.of(), Map.of());
  }
}
