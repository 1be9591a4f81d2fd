package dev.stretto.profilers;

import dev.stretto.data.manifest.Cut;
import dev.stretto.samplers.batching.PackBudget;

/**
 * What one utterance costs in an attention encoder-decoder, in closed form (canary-efficiency, cost
 * model of the small experiment). T is the number of encoder positions, U the number of output
 * tokens, D the width, H the heads, V the vocabulary:
 *
 * <ul>
 *   <li>multiply-adds: encoder layer 12 D² T + 2 T² D, decoder layer 16 D² U + 2 U² D + 2 U T D;
 *   <li>floats kept for the backward pass: encoder layer 17 D T + H T², decoder layer 20 D U + H U²
 *       + H U T, logits 2 V U.
 * </ul>
 *
 * @param width D, at least 1
 * @param encoderLayers layers that see T positions, 0 or more
 * @param decoderLayers layers that see U positions, 0 or more
 * @param heads H, at least 1
 * @param vocabulary V, at least 1
 * @param frameRate encoder positions per second of audio, above 0 (12.5 in Canary: 10 ms frames,
 *     subsampled 8 times)
 */
public record SpeechCost(
    int width, int encoderLayers, int decoderLayers, int heads, int vocabulary, double frameRate) {

  /** Checks ranges; throws IllegalArgumentException naming the field and its value. */
  public SpeechCost {
    require(width >= 1, "width", width, "1 or more");
    require(encoderLayers >= 0, "encoderLayers", encoderLayers, "0 or more");
    require(decoderLayers >= 0, "decoderLayers", decoderLayers, "0 or more");
    require(encoderLayers + decoderLayers >= 1, "encoderLayers + decoderLayers", 0, "1 or more");
    require(heads >= 1, "heads", heads, "1 or more");
    require(vocabulary >= 1, "vocabulary", vocabulary, "1 or more");
    require(frameRate > 0 && frameRate < 1e6, "frameRate", frameRate, "positions/s above 0");
  }

  private static void require(boolean holds, String field, Number value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(field + " is " + value + ", expected " + expected);
    }
  }

  /**
   * The small experiment's model: D = 64, 4 + 4 layers, 4 heads, V = 1000, 12.5 positions/s.
   *
   * @return the model
   */
  public static SpeechCost small() {
    return new SpeechCost(64, 4, 4, 4, 1000, 12.5);
  }

  /**
   * The same model at another width.
   *
   * @param newWidth D, at least 1
   * @return the model
   */
  public SpeechCost withWidth(int newWidth) {
    return new SpeechCost(newWidth, encoderLayers, decoderLayers, heads, vocabulary, frameRate);
  }

  /**
   * Encoder positions of a cut, T = ceil(duration * frameRate).
   *
   * @param cut any cut
   * @return T, at least 1
   */
  public int frames(Cut cut) {
    return frames(cut.duration());
  }

  /**
   * Encoder positions of so many seconds, T = ceil(seconds * frameRate).
   *
   * @param seconds above 0
   * @return T, at least 1
   */
  public int frames(double seconds) {
    // .56 s * 12.5 is 7.000000000000001 in doubles and must not count as 8
    return Math.max(1, (int) Math.ceil(seconds * frameRate - 1e-9));
  }

  /**
   * Multiply-adds of the encoder.
   *
   * @param t encoder positions T
   * @return multiply-adds
   */
  public long encoderMacs(long t) {
    long d = width;
    return encoderLayers * (12 * d * d * t + 2 * t * t * d);
  }

  /**
   * Multiply-adds of the decoder, cross-attention included.
   *
   * @param t encoder positions T
   * @param u output tokens U
   * @return multiply-adds
   */
  public long decoderMacs(long t, long u) {
    long d = width;
    return decoderLayers * (16 * d * d * u + 2 * u * u * d + 2 * u * t * d);
  }

  /**
   * Multiply-adds of one utterance, encoder and decoder.
   *
   * @param t encoder positions T
   * @param u output tokens U
   * @return multiply-adds
   */
  public long macs(long t, long u) {
    return encoderMacs(t) + decoderMacs(t, u);
  }

  /**
   * Multiply-adds of one cut without any padding.
   *
   * @param cut any cut
   * @return multiply-adds
   */
  public long macs(Cut cut) {
    return macs(frames(cut), cut.tokens());
  }

  /** The part of {@link #macs} that grows with pairs of positions: all attention products. */
  long attentionMacs(long t, long u) {
    long d = width;
    return 2L * encoderLayers * t * t * d + decoderLayers * (2 * u * u * d + 2 * u * t * d);
  }

  /** The part of {@link #memory} that grows with pairs of positions: all attention weights. */
  long attentionMemory(long t, long u) {
    long h = heads;
    return h * encoderLayers * t * t + decoderLayers * (h * u * u + h * u * t);
  }

  /**
   * Floats kept for the backward pass of one utterance.
   *
   * @param t encoder positions T
   * @param u output tokens U
   * @return floats
   */
  public long memory(long t, long u) {
    long d = width;
    return 17L * encoderLayers * d * t
        + 20L * decoderLayers * d * u
        + 2L * vocabulary * u
        + attentionMemory(t, u);
  }

  /**
   * Floats of one cut without any padding.
   *
   * @param cut any cut
   * @return floats
   */
  public long memory(Cut cut) {
    return memory(frames(cut), cut.tokens());
  }

  /**
   * The memory of so many equal utterances, the usual way to say how large a device is: the small
   * experiment's is 32 cuts of 40 s with the 99.99-percentile token count of clean cuts.
   *
   * @param cuts how many, at least 1
   * @param seconds length of each
   * @param tokens tokens of each
   * @return floats
   */
  public long memoryOf(int cuts, double seconds, int tokens) {
    require(cuts >= 1, "cuts", cuts, "1 or more");
    return cuts * memory(frames(seconds), tokens);
  }

  /**
   * A packer's budget in encoder positions: a row's length.
   *
   * @param limit positions a bin
   * @return the budget
   */
  public PackBudget framesBudget(long limit) {
    return new PackBudget("frames", limit, this::frames);
  }

  /**
   * A packer's budget in floats: as much as the device holds.
   *
   * @param limit floats a bin
   * @return the budget
   */
  public PackBudget memoryBudget(long limit) {
    return new PackBudget("floats", limit, this::memory);
  }

  /**
   * The squared length T² of a cut, the load that packers balance over ranks.
   *
   * @param cut any cut
   * @return T²
   */
  public long squaredFrames(Cut cut) {
    long t = frames(cut);
    return t * t;
  }
}
