package dev.stretto.models.statespace;

import ai.djl.ndarray.NDArray;
import dev.stretto.models.Backbone;
import dev.stretto.models.Conditions;
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.state.KvState;
import dev.stretto.models.state.RecurrentState;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * State-space layers, alone or with an attention layer behind every few of them. Both kinds take a
 * token tree in one pass, by its mask and its depths, and both commit the same path of it.
 */
public final class HybridNetwork implements Backbone {
  private static final double EPSILON = 1e-5;

  private final HybridConfig config;
  private final Parameters parameters;
  private final NDArray embedding;
  private final SsmLayer[] recurrences;
  private final Optional<Transformer> attention;
  private final NDArray[] finalNorm;

  /**
   * A network with fresh weights.
   *
   * @param config its shape
   * @param parameters where its weights go
   */
  public HybridNetwork(HybridConfig config, Parameters parameters) {
    this.config = config;
    this.parameters = parameters;
    embedding = parameters.normal("embedding", 0.02, config.vocabulary(), config.width());
    recurrences = new SsmLayer[config.layers() - config.attentionLayers()];
    for (int layer = 0; layer < recurrences.length; layer++) {
      recurrences[layer] = new SsmLayer(config, parameters.under("recurrences." + layer));
    }
    // the transformer's own last norm is the network's: its top layer is attention
    attention =
        config.attentionLayers() == 0
            ? Optional.empty()
            : Optional.of(new Transformer(config.attention(), parameters.under("attention")));
    finalNorm =
        attention.isPresent()
            ? new NDArray[0]
            : new NDArray[] {
              parameters.constant("norm.gain", 1, config.width()),
              parameters.constant("norm.bias", 0, config.width())
            };
  }

  @Override
  public State newState(int rows, int capacity, StateKind kind) {
    int[] sizes = new int[recurrences.length];
    Arrays.fill(sizes, config.memory());
    return new HybridState(
        new RecurrentState(
            parameters.manager(),
            kind,
            rows,
            sizes,
            (layer, memory, path, real) -> recurrences[layer].after(memory, path, real)),
        attention.map(network -> (KvState) network.newState(rows, capacity, kind)));
  }

  /**
   * {@inheritDoc} Masks must be causal or trees of at most the declared size; all layers run, and
   * there are no conditions and no taps.
   */
  @Override
  public Hidden forward(Step step, State state) {
    HybridState memory = (HybridState) state;
    if (step.input().rows() != memory.lengths().length) {
      throw new IllegalArgumentException(
          "the pass has %d rows, the state has %d"
              .formatted(step.input().rows(), memory.lengths().length));
    }
    if (!step.conditions().equals(Conditions.NONE)
        || step.layers().active().length > 0
        || !step.taps().isEmpty()) {
      throw new IllegalArgumentException(
          "a hybrid network runs whole, expected no conditions, no choice of layers and no taps");
    }
    TreeTables tables = TreeTables.of(step, HybridConfig.TAPS, config.maxTree());
    NDArray x = embedded(step.input());
    int recurrent = 0;
    int attended = 0;
    for (int layer = 0; layer < config.layers(); layer++) {
      if (config.isAttention(layer)) {
        Step part = step.input(new Step.Input.Vectors(x));
        x =
            attention
                .orElseThrow()
                .forward(
                    part.layers(Step.Layers.range(attended, attended + 1)),
                    memory.attention().orElseThrow())
                .lastBND();
        attended++;
      } else {
        x = recurrences[recurrent].forward(x, memory.recurrent(), recurrent, tables);
        recurrent++;
      }
    }
    memory.recurrent().finish(step);
    return new Hidden(
        finalNorm.length == 0 ? x : Ops.layerNorm(x, finalNorm[0], finalNorm[1], EPSILON),
        Map.of());
  }

  private NDArray embedded(Step.Input input) {
    return switch (input) {
      case Step.Input.Ids ids -> Ops.embedding(ids.idsBN(), embedding);
      case Step.Input.Vectors vectors -> vectors.xBND();
      case Step.Input.Mixed mixed -> {
        NDArray ids = Ops.embedding(mixed.idsBN(), embedding);
        yield ids.add(mixed.xBND().sub(ids).mul(mixed.vectorBN1()));
      }
    };
  }

  /**
   * The embedding table, for a head that shares it.
   *
   * @return (vocabulary, width)
   */
  public NDArray embedding() {
    return embedding;
  }

  /**
   * The shape.
   *
   * @return as given
   */
  public HybridConfig config() {
    return config;
  }

  @Override
  public Cost cost(Cost.Shape shape) {
    long positions = (long) shape.rows() * shape.positions();
    long pairs = positions * shape.positions();
    long inner = config.inner();
    // a state is read once a node and, when the path is replayed, written
    long once =
        positions * (SsmLayer.weights(config) + 2 * inner * config.stateWidth())
            + pairs * (inner + config.stateWidth());
    long numbers = SsmLayer.weights(config) + 2L * shape.rows() * config.memory();
    long count = recurrences.length;
    Cost own = new Cost(count * once, 0, count * pairs, count * numbers * Float.BYTES);
    Cost.Shape part =
        new Cost.Shape(
            shape.rows(),
            shape.positions(),
            shape.keys(),
            shape.visible(),
            config.attentionLayers(),
            0);
    return attention.map(network -> own.plus(network.cost(part))).orElse(own);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public int maxLength() {
    return config.maxLength();
  }

  @Override
  public int layers() {
    return config.layers();
  }

  @Override
  public int width() {
    return config.width();
  }
}
