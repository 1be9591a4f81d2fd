package dev.stretto.models.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Backbone;
import dev.stretto.models.Conditions;
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.layers.TransformerConfig.Activation;
import dev.stretto.models.layers.TransformerConfig.Norm;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import dev.stretto.models.state.KvState;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The one transformer (pre-norm; Vaswani et al. 2017, Xiong et al. 2020): encoder or decoder by the
 * mask of each pass. Adaptive norms are DiT's (Peebles and Xie 2023, adaLN-Zero): shift, scale and
 * gate of both branches from a condition, zero at the start.
 */
public final class Transformer implements Backbone {
  private final TransformerConfig config;
  private final Parameters parameters;
  private final Block[] blocks;
  private final NDArray[] finalNorm;
  private final Optional<NDArray> finalAdaptive;
  private final Optional<NDArray> embedding;
  private final NDArray[] positionTables;
  private final Optional<Rotary> rotary;

  /** The weights of a layer. */
  private record Block(
      NDArray[] norm,
      NDArray[] qkv,
      Optional<NDArray[]> queryKeyGains,
      NDArray[] out,
      Optional<Cross> cross,
      NDArray[] feedNorm,
      NDArray[] up,
      NDArray[] down,
      Optional<NDArray> adaptive) {}

  private record Cross(NDArray[] norm, NDArray[] query, NDArray[] keyValue, NDArray[] out) {}

  /**
   * A network with fresh weights.
   *
   * @param config its shape
   * @param parameters where its weights go; a view with a prefix for a part of a larger network
   */
  public Transformer(TransformerConfig config, Parameters parameters) {
    this.config = config;
    this.parameters = parameters;
    int width = config.width();
    embedding =
        config.vocabulary() == 0
            ? Optional.empty()
            : Optional.of(parameters.normal("embedding", 0.02, config.vocabulary(), width));
    int tables = config.positions() instanceof PositionKind.Learned learned ? learned.axes() : 0;
    positionTables = new NDArray[tables];
    for (int axis = 0; axis < tables; axis++) {
      positionTables[axis] =
          parameters.normal("positions." + axis, 0.02, config.maxLength(), width);
    }
    rotary =
        config.positions() instanceof PositionKind.Rotary kind
            ? Optional.of(new Rotary(kind, config.headWidth()))
            : Optional.empty();
    blocks = new Block[config.layers()];
    for (int layer = 0; layer < blocks.length; layer++) {
      blocks[layer] = block(parameters.under("layers." + layer));
    }
    finalNorm = norm(parameters, "norm", width);
    finalAdaptive = adaptive(parameters, "adaptive", 2);
  }

  private Block block(Parameters weights) {
    int width = config.width();
    int qkv = (config.heads() + 2 * config.keyHeads()) * config.headWidth();
    Optional<Cross> cross =
        config.cross()
            ? Optional.of(
                new Cross(
                    norm(weights, "cross.norm", width),
                    projection(weights, "cross.query", width, width, 1),
                    projection(weights, "cross.key_value", width, 2 * width, 1),
                    projection(weights, "cross.out", width, width, 2 * config.layers())))
            : Optional.empty();
    Optional<NDArray[]> gains =
        config.queryKeyNorm()
            ? Optional.of(
                new NDArray[] {
                  weights.constant("attention.query_gain", 1, config.headWidth()),
                  weights.constant("attention.key_gain", 1, config.headWidth())
                })
            : Optional.empty();
    return new Block(
        norm(weights, "attention.norm", width),
        projection(weights, "attention.qkv", width, qkv, 1),
        gains,
        projection(weights, "attention.out", width, width, 2 * config.layers()),
        cross,
        norm(weights, "feed.norm", width),
        projection(weights, "feed.up", width, (config.gate() ? 2 : 1) * config.feedForward(), 1),
        projection(weights, "feed.down", config.feedForward(), width, 2 * config.layers()),
        adaptive(weights, "adaptive", 6));
  }

  private NDArray[] norm(Parameters weights, String name, int width) {
    NDArray gain = weights.constant(name + ".gain", 1, width);
    return config.norm() == Norm.RMS
        ? new NDArray[] {gain}
        : new NDArray[] {gain, weights.constant(name + ".bias", 0, width)};
  }

  private NDArray[] projection(Parameters weights, String name, int in, int out, int depth) {
    NDArray weight = weights.normal(name + ".weight", 1 / Math.sqrt((double) in * depth), out, in);
    return config.biases()
        ? new NDArray[] {weight, weights.constant(name + ".bias", 0, out)}
        : new NDArray[] {weight};
  }

  private Optional<NDArray> adaptive(Parameters weights, String name, int parts) {
    return config.condition() == 0
        ? Optional.empty()
        : Optional.of(
            weights.constant(
                name + ".weight", 0, (long) parts * config.width(), config.condition()));
  }

  @Override
  public State newState(int rows, int capacity, StateKind kind) {
    return new KvState(
        parameters.manager(),
        kind,
        config.layers(),
        rows,
        capacity,
        config.keyHeads(),
        config.headWidth());
  }

  /** What the layers of one pass share; whole: one product turns and scales a projection. */
  private record Pass(
      Step step,
      NDManager scope,
      KvState state,
      Optional<Rotary.Turn> turn,
      Optional<NDArray> memoryBias,
      boolean whole,
      boolean recording) {}

  @Override
  public Hidden forward(Step step, State state) {
    KvState cache = (KvState) state;
    NDManager scope = step.input().scope();
    int[] active = step.layers().of(config.layers());
    boolean recording = Tensors.recording();
    float[][][] coordinates = coordinates(step, cache, active[0]);
    NDArray x = input(step, active[0] == 0, coordinates, recording);
    Pass pass = pass(step, cache, coordinates, recording);
    Map<Integer, NDArray> taps = new HashMap<>();
    KvState.Pass before = null;
    Optional<NDArray> bias = Optional.empty();
    for (int layer : active) {
      x = joined(x, pass, layer, taps);
      KvState.Pass now = cache.pass(step, layer);
      if (before == null || !now.sameAs(before)) {
        bias = bias(step, now, scope);
      }
      before = now;
      Optional<NDList> modulation = modulation(step, blocks[layer].adaptive, 6);
      x = attend(x, blocks[layer], pass, now, layer, bias, modulation);
      x = cross(x, blocks[layer], pass, layer);
      x = feed(x, blocks[layer], pass, modulation);
    }
    cache.finish(step);
    int passed = active[active.length - 1] + 1;
    x = joined(x, pass, passed, taps);
    if (passed == config.layers()) {
      x = modulated(finalNorm(x), modulation(step, finalAdaptive, 2), 0, 1);
    }
    return new Hidden(x, taps);
  }

  /**
   * Keys and values of layers that a stream does not run through, as if it entered each of them as
   * it is: nothing is attended to and nothing added. What an early exit copies upwards (S2D's
   * approximate fill).
   *
   * @param step vectors (rows, positions, width) and the layers, which hold equally many positions;
   *     anything else throws IllegalArgumentException
   * @param state that is written
   */
  public void project(Step step, State state) {
    if (!(step.input() instanceof Step.Input.Vectors vectors)) {
      throw new IllegalArgumentException("only vectors can be projected, these are ids");
    }
    KvState cache = (KvState) state;
    int[] active = step.layers().of(config.layers());
    for (int layer : active) {
      if (!Arrays.equals(cache.lengths(layer), cache.lengths(active[0]))) {
        throw new IllegalArgumentException(
            "layers %d and %d hold %s and %s positions, expected equally many"
                .formatted(
                    active[0],
                    layer,
                    Arrays.toString(cache.lengths(active[0])),
                    Arrays.toString(cache.lengths(layer))));
      }
    }
    float[][][] coordinates = coordinates(step, cache, active[0]);
    Pass pass = pass(step, cache, coordinates, false);
    for (int layer : active) {
      Optional<NDList> modulation = modulation(step, blocks[layer].adaptive, 6);
      written(vectors.xBND(), blocks[layer], pass, cache.pass(step, layer), modulation);
    }
    cache.finish(step);
  }

  /**
   * The final norm alone, for a residual stream that runs through no more layers.
   *
   * @param xBND (rows, positions, width)
   * @return as x
   */
  public NDArray finalNorm(NDArray xBND) {
    return normed(xBND, finalNorm);
  }

  private Pass pass(Step step, KvState state, float[][][] coordinates, boolean recording) {
    NDManager scope = step.input().scope();
    boolean whole = rotary.isPresent() && !config.queryKeyNorm() && !recording;
    double root = 1 / Math.sqrt(config.headWidth());
    return new Pass(
        step,
        scope,
        state,
        rotary.map(
            kind ->
                whole
                    ? kind.projected(scope, coordinates, config.heads(), config.keyHeads(), root)
                    : kind.turn(scope, coordinates)),
        step.conditions().memory().flatMap(memory -> memoryBias(scope, step, memory)),
        whole,
        recording);
  }

  private static Optional<NDArray> bias(Step step, KvState.Pass pass, NDManager scope) {
    return isRagged(step) || pass.unmasked() ? Optional.empty() : Optional.of(pass.bias(scope));
  }

  private static boolean isRagged(Step step) {
    return step.mask() instanceof Mask.Segments segments && segments.ragged();
  }

  private float[][][] coordinates(Step step, KvState state, int layer) {
    if (step.positions() instanceof Step.Positions.At at) {
      return at.coordinates();
    }
    int n = step.input().positions();
    if (step.mask() instanceof Mask.Segments segments) {
      float[][] row = new float[n][1];
      int at = 0;
      for (int length : segments.lengths()) {
        for (int i = 0; i < length; i++) {
          row[at++][0] = i;
        }
      }
      return new float[][][] {row};
    }
    int[] lengths = state.lengths(layer);
    boolean alike = Arrays.stream(lengths).allMatch(length -> length == lengths[0]);
    float[][][] coordinates = new float[alike ? 1 : lengths.length][n][1];
    for (int b = 0; b < coordinates.length; b++) {
      for (int i = 0; i < n; i++) {
        coordinates[b][i][0] = lengths[b] + i;
      }
    }
    return coordinates;
  }

  private NDArray input(Step step, boolean bottom, float[][][] coordinates, boolean recording) {
    NDArray x =
        switch (step.input()) {
          case Step.Input.Ids ids -> embed(ids.idsBN());
          // later layers add to it in place
          case Step.Input.Vectors vectors ->
              recording ? vectors.xBND() : vectors.xBND().duplicate();
          case Step.Input.Mixed mixed -> {
            NDArray ids = embed(mixed.idsBN());
            yield ids.add(mixed.xBND().sub(ids).mul(mixed.vectorBN1()));
          }
        };
    if (!bottom) {
      return x;
    }
    if (config.positions() instanceof PositionKind.Sinusoidal) {
      return x.add(sinusoids(step.input().scope(), coordinates));
    }
    for (int axis = 0; axis < positionTables.length; axis++) {
      x = x.add(Ops.embedding(places(step, coordinates, axis), positionTables[axis]));
    }
    return x;
  }

  private NDArray embed(NDArray ids) {
    return Ops.embedding(
        ids,
        embedding.orElseThrow(
            () ->
                new IllegalArgumentException(
                    "this network has no vocabulary, expected vectors as its input")));
  }

  private NDArray places(Step step, float[][][] coordinates, int axis) {
    int n = coordinates[0].length;
    long[] index = new long[coordinates.length * n];
    int longest = Arrays.stream(step.counts()).max().orElse(n);
    for (int b = 0; b < coordinates.length; b++) {
      // padding may reach over the table's end
      int real = step.counts().length == coordinates.length ? step.count(b) : longest;
      for (int i = 0; i < real; i++) {
        long place = (long) coordinates[b][i][axis];
        if (place < 0 || place >= config.maxLength()) {
          throw new IllegalArgumentException(
              "position %d of row %d is %d, expected 0 to %d"
                  .formatted(i, b, place, config.maxLength() - 1));
        }
        index[b * n + i] = place;
      }
    }
    return step.input().scope().create(index, new Shape(coordinates.length, n));
  }

  private NDArray sinusoids(NDManager scope, float[][][] coordinates) {
    int n = coordinates[0].length;
    int width = config.width();
    float[] table = new float[coordinates.length * n * width];
    for (int at = 0; at < table.length; at++) {
      int k = at % width;
      double angle =
          coordinates[at / width / n][at / width % n][0]
              * Math.pow(10000, -(double) (k - k % 2) / width);
      table[at] = (float) (k % 2 == 0 ? Math.sin(angle) : Math.cos(angle));
    }
    return scope.create(table, new Shape(coordinates.length, n, width));
  }

  private static NDArray joined(NDArray x, Pass pass, int passed, Map<Integer, NDArray> taps) {
    NDArray extra = pass.step.conditions().additive().get(passed);
    NDArray joined = extra == null ? x : x.add(extra);
    if (pass.step.taps().contains(passed)) {
      taps.put(passed, pass.recording ? joined : joined.duplicate());
    }
    return joined;
  }

  private NDArray attend(
      NDArray x,
      Block block,
      Pass pass,
      KvState.Pass cache,
      int layer,
      Optional<NDArray> bias,
      Optional<NDList> modulation) {
    NDManager scope = pass.scope;
    Shape shape = x.getShape();
    int heads = config.heads();
    NDArray turnedBNHd = written(x, block, pass, cache, modulation);
    NDArray queries = Tensors.narrow(scope, turnedBNHd, 2, 0, heads).transpose(0, 2, 1, 3);
    if (!pass.whole) {
      double root = 1 / Math.sqrt(config.headWidth());
      queries = pass.recording ? Ops.times(queries, root) : queries.muli(root);
    }
    NDArray keys = cache.keys(scope);
    NDArray values = cache.values(scope);
    Optional<NDArray> scores = bias;
    Conditions.Prefix prefix = pass.step.conditions().prefixes().get(layer);
    if (prefix != null) {
      long more = prefix.keysBHPd().getShape().get(2);
      keys = inFront(scope, prefix.keysBHPd(), keys);
      values = inFront(scope, prefix.valuesBHPd(), values);
      scores =
          bias.map(
              old -> {
                Shape s = old.getShape();
                NDArray open = scope.zeros(new Shape(s.get(0), 1, s.get(2), more));
                return NDArrays.concat(new NDList(open, old), 3);
              });
    }
    NDArray mixed =
        pass.step.mask() instanceof Mask.Segments segments && segments.ragged()
            ? Attention.ragged(
                queries, keys, values, segments.lengths(), segments.lengths(), segments.causal())
            : Attention.attend(queries, keys, values, scores);
    return added(x, linear(merged(mixed, shape), block.out), modulation, 2, pass);
  }

  /** Queries and keys, turned, where one product did it also values; the cache has them. */
  private NDArray written(
      NDArray x, Block block, Pass pass, KvState.Pass cache, Optional<NDList> modulation) {
    Shape shape = x.getShape();
    int heads = config.heads();
    int keyHeads = config.keyHeads();
    NDArray projected = linear(modulated(normed(x, block.norm), modulation, 0, 1), block.qkv);
    if (pass.whole) {
      NDArray turnedBNHd = pass.turn.orElseThrow().apply(projected);
      cache.write(turnedBNHd, heads, turnedBNHd, heads + keyHeads);
      return turnedBNHd;
    }
    NDArray allBNHd =
        projected.reshape(shape.get(0), shape.get(1), heads + 2L * keyHeads, config.headWidth());
    NDArray turnedBNHd = turned(allBNHd, block, pass);
    cache.write(turnedBNHd, heads, allBNHd, heads + keyHeads);
    return turnedBNHd;
  }

  private NDArray turned(NDArray allBNHd, Block block, Pass pass) {
    int heads = config.heads();
    int both = heads + config.keyHeads();
    NDArray qk = Tensors.narrow(pass.scope, allBNHd, 2, 0, both);
    if (block.queryKeyGains.isPresent()) {
      NDArray[] gains = block.queryKeyGains.get();
      NDArray q = Tensors.narrow(pass.scope, allBNHd, 2, 0, heads);
      NDArray k = Tensors.narrow(pass.scope, allBNHd, 2, heads, both);
      qk =
          NDArrays.concat(
              new NDList(
                  Ops.rmsNorm(q, gains[0], config.epsilon()),
                  Ops.rmsNorm(k, gains[1], config.epsilon())),
              2);
    }
    NDArray heads4 = qk;
    return pass.turn
        .map(turn -> turn.apply(heads4))
        // the queries are scaled in place, the projection must stay as it is
        .orElseGet(() -> pass.recording ? heads4 : heads4.duplicate());
  }

  private static NDArray inFront(NDManager scope, NDArray prefix, NDArray own) {
    NDList parts = new NDList(prefix, own);
    if (prefix.getShape().get(0) != own.getShape().get(0)) {
      parts.set(0, prefix.repeat(0, own.getShape().get(0)));
      parts.get(0).attach(scope);
    }
    // a prefix may outlive the pass
    NDArray all = NDArrays.concat(parts, 2);
    all.attach(scope);
    return all;
  }

  private NDArray cross(NDArray x, Block block, Pass pass, int layer) {
    if (block.cross.isEmpty()) {
      return x;
    }
    Cross cross = block.cross.get();
    Conditions.Memory memory =
        pass.step
            .conditions()
            .memory()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the network has cross-attention, the pass has no memory"));
    Shape shape = x.getShape();
    NDArray queries =
        Ops.times(
            linear(normed(x, cross.norm), cross.query)
                .reshape(shape.get(0), shape.get(1), config.heads(), config.headWidth())
                .transpose(0, 2, 1, 3),
            1 / Math.sqrt(config.headWidth()));
    NDArray keys = memory.keysBHTd()[layer];
    NDArray values = memory.valuesBHTd()[layer];
    NDArray mixed =
        pass.step.mask() instanceof Mask.Segments segments && segments.ragged()
            ? Attention.ragged(queries, keys, values, segments.lengths(), memory.lengths(), false)
            : Attention.attend(queries, keys, values, pass.memoryBias);
    return added(x, linear(merged(mixed, shape), cross.out), Optional.empty(), 0, pass);
  }

  /** Which positions of the memory are seen; nothing where all are. */
  private static Optional<NDArray> memoryBias(
      NDManager scope, Step step, Conditions.Memory memory) {
    int keys = (int) memory.keysBHTd()[0].getShape().get(2);
    int n = step.input().positions();
    if (step.mask() instanceof Mask.Segments segments) {
      return segments.ragged()
          ? Optional.empty()
          : Optional.of(blocks(scope, segments.lengths(), memory.lengths(), n, keys));
    }
    int[] lengths = memory.lengths();
    if (Arrays.stream(lengths).allMatch(length -> length == keys)) {
      return Optional.empty();
    }
    float[] bias = new float[lengths.length * keys];
    for (int b = 0; b < lengths.length; b++) {
      Arrays.fill(bias, b * keys + lengths[b], (b + 1) * keys, -1e9f);
    }
    return Optional.of(scope.create(bias, new Shape(lengths.length, 1, 1, keys)));
  }

  private static NDArray blocks(
      NDManager scope, int[] queryLengths, int[] keyLengths, int n, int keys) {
    float[] bias = new float[n * keys];
    Arrays.fill(bias, -1e9f);
    int q = 0;
    int k = 0;
    for (int s = 0; s < queryLengths.length; s++) {
      for (int i = 0; i < queryLengths[s]; i++, q++) {
        Arrays.fill(bias, q * keys + k, q * keys + k + keyLengths[s], 0);
      }
      k += keyLengths[s];
    }
    return scope.create(bias, new Shape(1, 1, n, keys));
  }

  private NDArray feed(NDArray x, Block block, Pass pass, Optional<NDList> modulation) {
    NDArray h = modulated(normed(x, block.feedNorm), modulation, 3, 4);
    NDArray up = linear(h, block.up);
    if (config.gate()) {
      int f = config.feedForward();
      up =
          Ops.silu(Tensors.narrow(pass.scope, up, 2, 0, f))
              .mul(Tensors.narrow(pass.scope, up, 2, f, 2L * f));
    } else {
      up = config.activation() == Activation.GELU ? Ops.gelu(up) : Ops.geluTanh(up);
    }
    return added(x, linear(up, block.down), modulation, 5, pass);
  }

  private static NDArray merged(NDArray mixedBHNd, Shape shape) {
    return (shape.get(1) == 1 ? mixedBHNd : mixedBHNd.transpose(0, 2, 1, 3)).reshape(shape);
  }

  private NDArray normed(NDArray x, NDArray[] norm) {
    return norm.length == 1
        ? Ops.rmsNorm(x, norm[0], config.epsilon())
        : Ops.layerNorm(x, norm[0], norm[1], config.epsilon());
  }

  private static NDArray linear(NDArray x, NDArray[] weights) {
    return weights.length == 1 ? Ops.linear(x, weights[0]) : Ops.linear(x, weights[0], weights[1]);
  }

  private Optional<NDList> modulation(Step step, Optional<NDArray> weight, int parts) {
    return weight.map(
        w -> {
          NDArray condition =
              step.conditions()
                  .adaptive()
                  .orElseThrow(
                      () ->
                          new IllegalArgumentException(
                              "the network has adaptive norms, the pass has no condition"));
          NDArray all = Ops.linear(condition, w);
          // a condition may outlive the pass
          all.attach(step.input().scope());
          return all.split(parts, 2);
        });
  }

  private static NDArray modulated(NDArray h, Optional<NDList> modulation, int shift, int scale) {
    return modulation.map(m -> h.mul(m.get(scale).add(1)).add(m.get(shift))).orElse(h);
  }

  private NDArray added(
      NDArray x, NDArray branch, Optional<NDList> modulation, int gate, Pass pass) {
    NDArray gated = modulation.map(m -> branch.mul(m.get(gate))).orElse(branch);
    if (pass.step.training() && config.dropout() > 0) {
      gated = Ops.dropout(gated, config.dropout());
    }
    return pass.recording ? x.add(gated) : x.addi(gated);
  }

  /**
   * Keys and values of cross-attention for all layers.
   *
   * @param encodedBTD what is attended to (rows, positions, width)
   * @param lengths real positions of each row, or of each sequence of a ragged row
   * @return owned by the scope of {@code encodedBTD}
   */
  public Conditions.Memory memory(NDArray encodedBTD, int[] lengths) {
    NDArray[] keys = new NDArray[blocks.length];
    NDArray[] values = new NDArray[blocks.length];
    Shape shape = encodedBTD.getShape();
    NDManager scope = encodedBTD.getManager();
    int heads = config.heads();
    for (int layer = 0; layer < blocks.length; layer++) {
      NDArray both =
          linear(encodedBTD, blocks[layer].cross.orElseThrow().keyValue)
              .reshape(shape.get(0), shape.get(1), 2L * heads, config.headWidth())
              .transpose(0, 2, 1, 3);
      keys[layer] = Tensors.narrow(scope, both, 1, 0, heads);
      values[layer] = Tensors.narrow(scope, both, 1, heads, 2L * heads);
    }
    return new Conditions.Memory(keys, values, lengths);
  }

  @Override
  public Cost cost(Cost.Shape shape) {
    long positions = (long) shape.rows() * shape.positions();
    long width = config.width();
    long inner = (long) config.heads() * config.headWidth();
    long keyWidth = (long) config.keyHeads() * config.headWidth();
    long perPosition =
        width * (inner + 2 * keyWidth)
            + inner * width
            + (config.gate() ? 3 : 2) * width * config.feedForward()
            + (config.cross() ? 2 * width * width : 0);
    long dense = positions * shape.keys();
    long crossPairs = config.cross() ? positions * shape.memory() : 0;
    long adaptive = 6L * config.condition() * width * shape.rows();
    long macs = positions * perPosition + 2 * inner * (dense + crossPairs) + adaptive;
    long memory = config.cross() ? 2 * width * (long) shape.rows() * shape.memory() : 0;
    long numbers =
        perPosition + 2 * keyWidth * shape.rows() * ((long) shape.keys() + shape.positions());
    return new Cost(
        shape.layers() * macs,
        shape.layers() * shape.visible(),
        shape.layers() * dense,
        (numbers + memory) * shape.layers() * Float.BYTES);
  }

  /**
   * The embedding table, for a head that shares it.
   *
   * @return (vocabulary, width); empty for a network fed with vectors
   */
  public Optional<NDArray> embedding() {
    return embedding;
  }

  /**
   * The shape.
   *
   * @return as given
   */
  public TransformerConfig config() {
    return config;
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public int layers() {
    return config.layers();
  }

  @Override
  public int width() {
    return config.width();
  }

  @Override
  public int maxLength() {
    return config.maxLength();
  }
}
