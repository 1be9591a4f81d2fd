package dev.stretto.models.layers;

/**
 * The shape of a {@link Transformer}.
 *
 * @param layers 1 or more
 * @param width D, a multiple of {@code heads}
 * @param heads query heads
 * @param keyHeads key and value heads, a divisor of {@code heads} (grouped-query attention)
 * @param feedForward width inside the feed-forward
 * @param vocabulary rows of the embedding table, 0 for a network fed with vectors alone
 * @param maxLength the most positions of a row
 * @param norm kind of norm
 * @param activation inside the feed-forward
 * @param biases whether projections have biases
 * @param queryKeyNorm whether queries and keys are normalised a head (RMS)
 * @param positions how positions enter
 * @param cross whether every layer has cross-attention
 * @param condition width of the adaptive norms' condition, 0 for plain norms
 * @param dropout share of the residual branches' numbers dropped in training
 * @param epsilon inside the norms
 */
public record TransformerConfig(
    int layers,
    int width,
    int heads,
    int keyHeads,
    int feedForward,
    int vocabulary,
    int maxLength,
    Norm norm,
    Activation activation,
    boolean biases,
    boolean queryKeyNorm,
    PositionKind positions,
    boolean cross,
    int condition,
    double dropout,
    double epsilon) {

  /** Kinds of norm. */
  public enum Norm {
    /** Mean and variance, gain and bias. */
    LAYER,
    /** Root mean square, gain. */
    RMS
  }

  /** What stands between the two products of the feed-forward. */
  public enum Activation {
    /** The Gaussian error linear unit, exact. */
    GELU,
    /** Its approximation by a hyperbolic tangent, as in GPT-2. */
    GELU_TANH,
    /** Two upward products, one of which gates the other by SiLU (Shazeer 2020). */
    SWIGLU
  }

  /** How positions enter. */
  public sealed interface PositionKind {
    /** Not at all. */
    record None() implements PositionKind {}

    /**
     * A trained table an axis, added to the input.
     *
     * @param axes how many coordinates a position has
     */
    record Learned(int axes) implements PositionKind {}

    /** Sines and cosines added to the input (Vaswani et al. 2017, section 3.5); one axis. */
    record Sinusoidal() implements PositionKind {}

    /**
     * Queries and keys turned by angles (Su et al. 2021, section 3.4); neighbouring numbers of a
     * head form a pair, and the pairs are shared out among the axes.
     *
     * @param base of the frequencies, 10000 as a rule
     * @param scaling for texts longer than those of the training
     * @param periods one an axis: 0 for a line, p for a circle on which p is 0 again
     */
    record Rotary(double base, Scaling scaling, double... periods) implements PositionKind {
      /**
       * Unscaled.
       *
       * @param base of the frequencies
       * @param periods one an axis
       */
      public Rotary(double base, double... periods) {
        this(base, Scaling.NONE, periods);
      }
    }

    /**
     * Slower rotations, so that a longer text turns no pair further than the texts of the training
     * did (the rule of Llama 3.1): frequencies below {@code low} turns in the original length are
     * divided by the factor, those above {@code high} stay, in between both are blended.
     *
     * @param factor by how much longer texts may be
     * @param low turns, below {@code high}
     * @param high turns; infinity divides all frequencies alike
     * @param original positions of the training
     */
    record Scaling(double factor, double low, double high, double original) {
      /** Frequencies as they are. */
      public static final Scaling NONE = linear(1);

      /**
       * All frequencies divided alike (position interpolation, Chen et al. 2023).
       *
       * @param factor by how much
       * @return the rule
       */
      public static Scaling linear(double factor) {
        return new Scaling(factor, 0, Double.POSITIVE_INFINITY, 1);
      }

      /**
       * The rule.
       *
       * @param frequency radians a position
       * @return slower or equal
       */
      public double apply(double frequency) {
        double turns = original * frequency / (2 * Math.PI);
        double kept = Math.clamp((turns - low) / (high - low), 0, 1);
        return frequency * (kept + (1 - kept) / factor);
      }
    }
  }

  /** Checks the shape. */
  public TransformerConfig {
    if (layers < 1 || width < 1 || heads < 1 || width % heads != 0 || maxLength < 1) {
      throw new IllegalArgumentException(
          "%d layers, width %d, %d heads, %d positions: expected 1 or more, the width a multiple of the heads"
              .formatted(layers, width, heads, maxLength));
    }
    if (keyHeads < 1 || heads % keyHeads != 0) {
      throw new IllegalArgumentException(
          "%d key heads for %d heads: expected a divisor".formatted(keyHeads, heads));
    }
    if (positions instanceof PositionKind.Rotary && (width / heads) % 2 != 0) {
      throw new IllegalArgumentException(
          "heads of width %d cannot be turned in pairs: expected an even width"
              .formatted(width / heads));
    }
    if (dropout < 0 || dropout >= 1) {
      throw new IllegalArgumentException(
          "dropout is " + dropout + ", expected 0 or more and below 1");
    }
  }

  /**
   * A small GPT: layer norm, GELU, no biases in the projections, rotary positions.
   *
   * @param layers layers
   * @param width D; heads of 32, or of 16 where the width is below 64 or no multiple of 32
   * @param vocabulary tokens
   * @param maxLength positions
   * @return the shape, with {@code 12 D^2} weights a layer
   */
  public static TransformerConfig gpt(int layers, int width, int vocabulary, int maxLength) {
    int head = width % 32 == 0 && width >= 64 ? 32 : 16;
    int heads = Math.max(1, width / head);
    return new TransformerConfig(
        layers,
        width,
        heads,
        heads,
        4 * width,
        vocabulary,
        maxLength,
        Norm.LAYER,
        Activation.GELU,
        false,
        false,
        new PositionKind.Rotary(10000, 0),
        false,
        0,
        0,
        1e-5);
  }

  /**
   * With cross-attention in every layer.
   *
   * @return the altered shape
   */
  public TransformerConfig withCross() {
    return copy(heads, keyHeads, positions, true);
  }

  /**
   * With other heads.
   *
   * @param query query heads
   * @param key key heads
   * @return the altered shape
   */
  public TransformerConfig withHeads(int query, int key) {
    return copy(query, key, positions, cross);
  }

  /**
   * With other positions.
   *
   * @param kind how they enter
   * @return the altered shape
   */
  public TransformerConfig with(PositionKind kind) {
    return copy(heads, keyHeads, kind, cross);
  }

  private TransformerConfig copy(int query, int key, PositionKind kind, boolean withCross) {
    return new TransformerConfig(
        layers,
        width,
        query,
        key,
        feedForward,
        vocabulary,
        maxLength,
        norm,
        activation,
        biases,
        queryKeyNorm,
        kind,
        withCross,
        condition,
        dropout,
        epsilon);
  }

  /** {@return whether the feed-forward has a gate} */
  public boolean gate() {
    return activation == Activation.SWIGLU;
  }

  /**
   * Width of a head.
   *
   * @return D / heads
   */
  public int headWidth() {
    return width / heads;
  }
}
