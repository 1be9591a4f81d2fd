package dev.stretto.models.speech;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Backbone;
import dev.stretto.models.Conditions;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.Trainable;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;

/**
 * An attention encoder-decoder for speech, as Canary is (Zelasko et al. 2025): log-mel frames,
 * convolutions that halve the time, an encoder that sees all, a causal decoder with
 * cross-attention. An encoder layer has 12 D^2 weights, a decoder layer 16 D^2, so 4 encoder and 4
 * decoder layers weigh as much as 8 and 1: 112 D^2.
 */
public final class SpeechModel implements Trainable {
  /** Frames that become one position. */
  public static final int STRIDE = 2;

  private static final int KERNEL = 3;

  private final Config config;
  private final Parameters parameters;
  private final NDArray[] front;
  private final Transformer encoder;
  private final Transformer decoder;

  /**
   * A shape.
   *
   * @param encoderLayers 1 or more
   * @param decoderLayers 1 or more
   * @param width D
   * @param heads of both
   * @param bins of a log-mel frame
   * @param vocabulary tokens
   * @param maxPositions of the encoder: half the frames
   * @param maxTokens of the decoder
   */
  public record Config(
      int encoderLayers,
      int decoderLayers,
      int width,
      int heads,
      int bins,
      int vocabulary,
      int maxPositions,
      int maxTokens) {}

  /**
   * Frames of several utterances: beside each other and padded, or one behind the other in a single
   * row.
   *
   * @param featuresBTM log-mel frames (rows, frames, bins), zeros where there is no utterance
   * @param frames of each utterance
   * @param ragged whether the utterances share one row; each begins at an even frame and at least
   *     two zero frames and the end of its last pair separate it from the next, as {@link #ragged}
   *     lays them out
   */
  public record Sound(NDArray featuresBTM, int[] frames, boolean ragged) {}

  /**
   * What the encoder made of a sound.
   *
   * @param encodedBTD (rows, positions, width)
   * @param lengths positions of each utterance
   * @param ragged as of the sound
   */
  public record Encoded(NDArray encodedBTD, int[] lengths, boolean ragged) {}

  /**
   * A model with fresh weights.
   *
   * @param config its shape
   * @param seed where weights are drawn from
   */
  public SpeechModel(Config config, SeedTree seed) {
    this.config = config;
    parameters = new Parameters(seed);
    int width = config.width();
    double deviation = 1 / Math.sqrt(KERNEL * (double) config.bins());
    front =
        new NDArray[] {
          parameters.normal("front.0.weight", deviation, width, (long) KERNEL * config.bins()),
          parameters.constant("front.0.bias", 0, width),
          parameters.normal(
              "front.1.weight",
              1 / Math.sqrt(KERNEL * (double) width),
              width,
              (long) KERNEL * width),
          parameters.constant("front.1.bias", 0, width)
        };
    encoder =
        new Transformer(
            TransformerConfig.gpt(config.encoderLayers(), width, 0, config.maxPositions())
                .withHeads(config.heads(), config.heads()),
            parameters.under("encoder"));
    decoder =
        new Transformer(
            TransformerConfig.gpt(
                    config.decoderLayers(), width, config.vocabulary(), config.maxTokens())
                .withHeads(config.heads(), config.heads())
                .withCross(),
            parameters.under("decoder"));
  }

  /**
   * Lays utterances out in one row.
   *
   * @param scope who owns the row
   * @param features log-mel frames of each utterance, frame by frame
   * @param bins of a frame
   * @return a ragged sound
   */
  public static Sound ragged(NDManager scope, float[][] features, int bins) {
    int[] frames = new int[features.length];
    int total = 0;
    for (int s = 0; s < frames.length; s++) {
      frames[s] = features[s].length / bins;
      total += room(frames[s]);
    }
    float[] row = new float[total * bins];
    int at = 0;
    for (int s = 0; s < frames.length; s++) {
      System.arraycopy(features[s], 0, row, at * bins, features[s].length);
      at += room(frames[s]);
    }
    return new Sound(scope.create(row, new Shape(1, total, bins)), frames, true);
  }

  /** Frames an utterance takes in a shared row: whole pairs and a pair of silence behind them. */
  private static int room(int frames) {
    return STRIDE * (positions(frames) + 1);
  }

  /**
   * Encoder positions of an utterance.
   *
   * @param frames its frames
   * @return half of them, rounded up
   */
  public static int positions(int frames) {
    return (frames + STRIDE - 1) / STRIDE;
  }

  /**
   * Runs the encoder.
   *
   * @param sound what is heard
   * @return owned by the scope of the features
   */
  public Encoded encode(Sound sound) {
    int[] lengths = new int[sound.frames().length];
    for (int s = 0; s < lengths.length; s++) {
      lengths[s] = positions(sound.frames()[s]);
    }
    NDArray x = Ops.gelu(Ops.convolution(sound.featuresBTM(), front[0], front[1], KERNEL, STRIDE));
    // the second convolution must find zeros behind an utterance, as at the end of a lone one
    x = x.mul(real(sound, lengths, (int) x.getShape().get(1)));
    x = Ops.gelu(Ops.convolution(x, front[2], front[3], KERNEL, 1));
    Step.Input input = new Step.Input.Vectors(sound.ragged() ? joined(x, lengths) : x);
    Step step = Step.of(input);
    step =
        sound.ragged()
            ? step.mask(new Mask.Segments(lengths, false, true))
            : step.mask(new Mask.Full()).counts(lengths);
    return new Encoded(encoder.forward(step).lastBND(), lengths, sound.ragged());
  }

  private static NDArray real(Sound sound, int[] lengths, int total) {
    int rows = sound.ragged() ? 1 : lengths.length;
    float[] mask = new float[rows * total];
    int start = 0;
    for (int s = 0; s < lengths.length; s++) {
      Arrays.fill(mask, start, start + lengths[s], 1);
      start += sound.ragged() ? lengths[s] + 1 : total;
    }
    return sound.featuresBTM().getManager().create(mask, new Shape(rows, total, 1));
  }

  private static NDArray joined(NDArray x1Td, int[] lengths) {
    NDList parts = new NDList();
    int start = 0;
    for (int length : lengths) {
      parts.add(Tensors.narrow(x1Td.getManager(), x1Td, 1, start, start + length));
      start += length + 1;
    }
    return NDArrays.concat(parts, 1);
  }

  /**
   * Logits of given transcripts, for training.
   *
   * @param encoded what was heard
   * @param idsBU 64-bit ids read by the decoder (utterances, tokens), padded; or (1, all tokens)
   *     one behind the other where the sound is ragged
   * @param counts tokens of each utterance
   * @return logits behind each token (rows, tokens, vocabulary)
   */
  public NDArray logits(Encoded encoded, NDArray idsBU, int[] counts) {
    Conditions memory = Conditions.memory(decoder.memory(encoded.encodedBTD(), encoded.lengths()));
    Step step = Step.of(idsBU).conditions(memory);
    step =
        encoded.ragged() ? step.mask(new Mask.Segments(counts, true, true)) : step.counts(counts);
    return head(decoder.forward(step).lastBND());
  }

  /**
   * The head, which is the embedding table.
   *
   * @param hiddenBND of the decoder (rows, positions, width)
   * @return logits (rows, positions, vocabulary)
   */
  public NDArray head(NDArray hiddenBND) {
    return Ops.linear(hiddenBND, decoder.embedding().orElseThrow());
  }

  /**
   * The decoder as a language model that has heard something: one row an utterance.
   *
   * @param encoded padded, not ragged; its scope must outlive the model's sessions
   * @return closing it leaves the weights alone
   */
  public TokenModel conditionedOn(Encoded encoded) {
    Conditions memory = Conditions.memory(decoder.memory(encoded.encodedBTD(), encoded.lengths()));
    return new TokenModel() {
      @Override
      public int vocabulary() {
        return config.vocabulary();
      }

      @Override
      public int maxLength() {
        return config.maxTokens();
      }

      @Override
      public Session open(int[][] prompts, boolean hidden) {
        NetworkSession.check(prompts, config.vocabulary(), config.maxTokens());
        return new NetworkSession(decoder, SpeechModel.this::head, prompts, memory, hidden);
      }
    };
  }

  /**
   * The encoder behind the convolutions.
   *
   * @return a network fed with vectors
   */
  public Backbone encoder() {
    return encoder;
  }

  /**
   * The decoder below the head.
   *
   * @return a network with cross-attention
   */
  public Transformer decoder() {
    return decoder;
  }

  /**
   * The shape.
   *
   * @return as given
   */
  public Config config() {
    return config;
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }
}
