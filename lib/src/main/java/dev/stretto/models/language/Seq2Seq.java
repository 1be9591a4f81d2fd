package dev.stretto.models.language;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Conditions;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.Trainable;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;

/**
 * An encoder-decoder from text to text (Vaswani et al. 2017): an encoder that sees all of the
 * source, a decoder with cross-attention and a tied head. Under a causal mask the decoder is
 * autoregressive, under a full one it fills in masked places all at once.
 */
public final class Seq2Seq implements Trainable {
  // cross-attention finds places by these alone, so they cannot be rotary
  private static final PositionKind PLACES = new PositionKind.Learned(1);

  private final Config config;
  private final Parameters parameters;
  private final Transformer encoder;
  private final Transformer decoder;

  /**
   * A shape.
   *
   * @param encoderLayers 1 or more
   * @param decoderLayers 1 or more
   * @param width D
   * @param vocabulary tokens of both languages
   * @param maxSource positions of the encoder
   * @param maxTokens positions of the decoder
   */
  public record Config(
      int encoderLayers,
      int decoderLayers,
      int width,
      int vocabulary,
      int maxSource,
      int maxTokens) {}

  /**
   * A model with fresh weights.
   *
   * @param config its shape
   * @param seed where weights are drawn from
   */
  public Seq2Seq(Config config, SeedTree seed) {
    this.config = config;
    parameters = new Parameters(seed);
    encoder =
        new Transformer(
            TransformerConfig.gpt(
                    config.encoderLayers(), config.width(), config.vocabulary(), config.maxSource())
                .with(PLACES),
            parameters.under("encoder"));
    decoder =
        new Transformer(
            TransformerConfig.gpt(
                    config.decoderLayers(), config.width(), config.vocabulary(), config.maxTokens())
                .with(PLACES)
                .withCross(),
            parameters.under("decoder"));
  }

  /**
   * Runs the encoder.
   *
   * @param scope who owns the result
   * @param sources ids of each row, 1 to {@code maxSource} of them; an empty source is to be given
   *     as one token that says so
   * @return what the decoder attends to; throws IllegalArgumentException naming row and token
   */
  public Conditions.Memory read(NDManager scope, int[][] sources) {
    NetworkSession.check(sources, config.vocabulary(), config.maxSource());
    int[] lengths = Arrays.stream(sources).mapToInt(source -> source.length).toArray();
    int longest = Arrays.stream(lengths).max().orElseThrow();
    Step step =
        Step.of(NetworkSession.padded(scope, sources, longest))
            .mask(new Mask.Full())
            .counts(lengths);
    return decoder.memory(encoder.forward(step).lastBND(), lengths);
  }

  /**
   * Logits of given outputs.
   *
   * @param memory what was read
   * @param idsBU 64-bit ids read by the decoder (rows, tokens), padded
   * @param counts tokens of each row
   * @param mask causal, or full for a decoder that fills in
   * @return logits behind, or for a full mask at, each token (rows, tokens, vocabulary)
   */
  public NDArray logits(Conditions.Memory memory, NDArray idsBU, int[] counts, Mask mask) {
    Step step = Step.of(idsBU).counts(counts).mask(mask).conditions(Conditions.memory(memory));
    return head(decoder.forward(step).lastBND());
  }

  private NDArray head(NDArray hiddenBND) {
    return Ops.linear(hiddenBND, decoder.embedding().orElseThrow());
  }

  /**
   * The decoder as a language model that has read sources, one row a source.
   *
   * @param sources ids of each row
   * @return closing it forgets what was read and leaves the weights alone
   */
  public TokenModel conditionedOn(int[][] sources) {
    NDManager own = parameters.manager().newSubManager();
    Conditions memory = Conditions.memory(read(own, sources));
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
      public int layers() {
        return config.decoderLayers();
      }

      @Override
      public Session open(int[][] prompts, boolean hidden) {
        NetworkSession.check(prompts, config.vocabulary(), config.maxTokens());
        if (prompts.length != sources.length) {
          throw new IllegalArgumentException(
              "%d prompts and %d sources, expected as many"
                  .formatted(prompts.length, sources.length));
        }
        return new NetworkSession(decoder, Seq2Seq.this::head, prompts, memory, hidden);
      }

      @Override
      public void close() {
        own.close();
      }
    };
  }

  /** {@return the shape} */
  public Config config() {
    return config;
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }
}
