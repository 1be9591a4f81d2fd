package dev.stretto.models.language;

import ai.djl.ndarray.NDArray;
import dev.stretto.models.Backbone;
import dev.stretto.models.Conditions;
import dev.stretto.models.Cost;
import dev.stretto.models.Parameters;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.Trainable;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.models.statespace.HybridConfig;
import dev.stretto.models.statespace.HybridNetwork;
import dev.stretto.tensor.SeedTree;

/**
 * A causal language model: a transformer or a hybrid network and a head, which is the embedding
 * table again or a matrix of its own. Shapes are named layers x width; with 96 characters and 256
 * positions a GPT of 1x64 has 55,680 weights, 2x96 231,360, 4x64 203,904, 4x128 801,024, 12x96
 * 1,341,120, 12x144 3,007,008.
 */
public final class CausalLm implements TokenModel, Trainable {
  private final Backbone body;
  private final Parameters parameters;
  private final NDArray head;
  private final int vocabulary;

  /**
   * A model with fresh weights.
   *
   * @param config its shape, with a vocabulary
   * @param tied whether the head is the embedding table
   * @param seed where weights are drawn from
   */
  public CausalLm(TransformerConfig config, boolean tied, SeedTree seed) {
    this(config, tied, new Parameters(seed));
  }

  /** A model whose weights go into a set. */
  CausalLm(TransformerConfig config, boolean tied, Parameters parameters) {
    this.parameters = parameters;
    Transformer network = new Transformer(config, parameters);
    body = network;
    vocabulary = config.vocabulary();
    head =
        tied
            ? network.embedding().orElseThrow()
            : parameters.normal(
                "head.weight", 1 / Math.sqrt(config.width()), vocabulary, config.width());
  }

  private CausalLm(HybridNetwork body) {
    this.parameters = body.parameters();
    this.body = body;
    vocabulary = body.config().vocabulary();
    head = body.embedding();
  }

  /**
   * State-space layers, alone or among attention, with a tied head.
   *
   * @param config its shape
   * @param seed of the weights
   * @return the model
   */
  public static CausalLm hybrid(HybridConfig config, long seed) {
    return new CausalLm(new HybridNetwork(config, new Parameters(SeedTree.of(seed))));
  }

  /**
   * A small GPT with a tied head.
   *
   * @param layers layers
   * @param width D
   * @param vocabulary tokens
   * @param maxLength positions
   * @param seed of the weights
   * @return the model
   */
  public static CausalLm gpt(int layers, int width, int vocabulary, int maxLength, long seed) {
    return new CausalLm(
        TransformerConfig.gpt(layers, width, vocabulary, maxLength), true, SeedTree.of(seed));
  }

  /**
   * The network below the head.
   *
   * @return a transformer
   */
  public Backbone backbone() {
    return body;
  }

  /** {@return the transformer below the head, for methods that run parts of it} */
  public Transformer body() {
    if (body instanceof Transformer transformer) {
      return transformer;
    }
    throw new IllegalArgumentException(
        "this model stands on %s, expected a transformer"
            .formatted(body.getClass().getSimpleName()));
  }

  /**
   * The head.
   *
   * @param hiddenBND from the backbone (rows, positions, width)
   * @return logits (rows, positions, vocabulary), owned by the scope of the hidden states
   */
  public NDArray logits(NDArray hiddenBND) {
    return Ops.linear(hiddenBND, head);
  }

  /**
   * The head's weights, for those that start from a copy.
   *
   * @return (vocabulary, width), owned by the model
   */
  public NDArray headWeight() {
    return head;
  }

  /**
   * The table of input embeddings.
   *
   * @return (vocabulary, width), owned by the model
   */
  public NDArray embedding() {
    return body instanceof HybridNetwork hybrid
        ? hybrid.embedding()
        : body().embedding().orElseThrow();
  }

  /**
   * Logits of whole sequences, for training and for scoring.
   *
   * @param idsBN 64-bit ids (rows, positions)
   * @param training whether dropout is on
   * @return logits (rows, positions, vocabulary) of the token behind each position
   */
  public NDArray logits(NDArray idsBN, boolean training) {
    Step step = Step.of(idsBN);
    return logits(body.forward(training ? step.train() : step).lastBND());
  }

  @Override
  public Cost cost(Cost.Shape shape) {
    long weights = (long) vocabulary * body.width();
    long positions = (long) shape.rows() * shape.positions();
    return body.cost(shape).plus(new Cost(positions * weights, 0, 0, Float.BYTES * weights));
  }

  @Override
  public int layers() {
    return body.layers();
  }

  @Override
  public int vocabulary() {
    return vocabulary;
  }

  @Override
  public int maxLength() {
    return body.maxLength();
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public void close() {
    parameters.close();
  }

  @Override
  public Session open(int[][] prompts, boolean hidden) {
    NetworkSession.check(prompts, vocabulary, maxLength());
    return new NetworkSession(body, this::logits, prompts, Conditions.NONE, hidden);
  }
}
