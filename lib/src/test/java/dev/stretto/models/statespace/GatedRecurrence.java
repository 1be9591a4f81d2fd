package dev.stretto.models.statespace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.stretto.models.Backbone;
import dev.stretto.models.Conditions;
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.state.RecurrentState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * A network of gated linear recurrences (minGRU: Feng et al. 2024, section 3.1): in every channel
 * {@code h = a h_parent + (1 - a) v}, gate a and value v from the input alone. Nodes of a tree are
 * evaluated at once from sums of log a along their paths. Time and memory grow with the square of
 * the positions in one pass: read long texts in pieces.
 */
public final class GatedRecurrence implements Backbone {
  private static final double EPSILON = 1e-6;

  /** Keeps the logarithm of a gate finite. */
  private static final double LEAST_GATE = 1e-3;

  private static final float HIDDEN = -1e9f;

  private final Parameters parameters;
  private final int width;
  private final NDArray embedding;
  private final Layer[] layers;
  private final NDArray finalGain;

  private record Layer(NDArray gain, NDArray in, NDArray bias, NDArray out) {}

  /**
   * A network with fresh weights.
   *
   * @param layers 1 or more
   * @param width of hidden states and, in each layer, of the recurrence
   * @param vocabulary tokens
   * @param parameters where its weights go
   */
  public GatedRecurrence(int layers, int width, int vocabulary, Parameters parameters) {
    this.parameters = parameters;
    this.width = width;
    embedding = parameters.normal("embedding", 0.02, vocabulary, width);
    this.layers = new Layer[layers];
    for (int layer = 0; layer < layers; layer++) {
      Parameters weights = parameters.under("layers." + layer);
      this.layers[layer] =
          new Layer(
              weights.constant("norm.gain", 1, width),
              weights.normal("in.weight", 1 / Math.sqrt(width), 3L * width, width),
              weights.constant("gate.bias", 2, width),
              weights.normal("out.weight", 1 / Math.sqrt(2.0 * layers * width), width, width));
    }
    finalGain = parameters.constant("norm.gain", 1, width);
  }

  @Override
  public State newState(int rows, int capacity, StateKind kind) {
    int[] sizes = new int[layers.length];
    Arrays.fill(sizes, width);
    return new RecurrentState(
        parameters.manager(), kind, rows, sizes, (layer, h, path, real) -> after(h, path, real));
  }

  /** {@inheritDoc} Masks must be causal, a tree or segments; conditions are not taken. */
  @Override
  public Hidden forward(Step step, State state) {
    RecurrentState memory = (RecurrentState) state;
    if (step.input().rows() != memory.lengths().length) {
      throw new IllegalArgumentException(
          "the pass has %d rows, the state has %d"
              .formatted(step.input().rows(), memory.lengths().length));
    }
    if (!step.conditions().equals(Conditions.NONE)) {
      throw new IllegalArgumentException("this recurrence takes no conditions, expected none");
    }
    NDManager scope = step.input().scope();
    NDArray x =
        switch (step.input()) {
          case Step.Input.Ids ids -> Ops.embedding(ids.idsBN(), embedding);
          case Step.Input.Vectors vectors -> vectors.xBND();
          case Step.Input.Mixed mixed -> {
            NDArray ids = Ops.embedding(mixed.idsBN(), embedding);
            yield ids.add(mixed.xBND().sub(ids).mul(mixed.vectorBN1()));
          }
        };
    NDArray pathsBNN = paths(step, scope);
    Map<Integer, NDArray> taps = new HashMap<>();
    int passed = 0;
    for (int layer : step.layers().of(layers.length)) {
      tap(step, taps, layer, x);
      Layer weights = layers[layer];
      NDList parts = Ops.linear(Ops.rmsNorm(x, weights.gain, EPSILON), weights.in).split(3, 2);
      NDArray gate = JniUtils.sigmoid((PtNDArray) parts.get(0).add(weights.bias));
      gate = Ops.times(gate, 1 - LEAST_GATE).add(LEAST_GATE);
      NDArray logGate = gate.log();
      NDArray drive = gate.neg().add(1).mul(parts.get(1));
      memory.keep(layer, logGate, drive);
      NDArray h = scan(memory.before(scope, layer), logGate, drive, pathsBNN);
      x = x.add(Ops.linear(h.mul(Ops.silu(parts.get(2))), weights.out));
      passed = layer + 1;
    }
    memory.finish(step);
    tap(step, taps, passed, x);
    return new Hidden(passed == layers.length ? Ops.rmsNorm(x, finalGain, EPSILON) : x, taps);
  }

  private static void tap(Step step, Map<Integer, NDArray> taps, int passed, NDArray x) {
    if (step.taps().contains(passed)) {
      taps.put(passed, x);
    }
  }

  /** 1 where the second position is the first one or an ancestor. */
  private static NDArray paths(Step step, NDManager scope) {
    int n = step.input().positions();
    int rows = step.mask() instanceof Mask.Visible visible ? visible.fresh().length : 1;
    float[] paths = new float[rows * n * n];
    for (int at = 0; at < paths.length; at++) {
      int i = at / n % n;
      int j = at % n;
      // behind a row's real positions anything goes that is finite
      boolean seen = step.mask().seesFresh(at / n / n, i, j);
      if (seen && j > i) {
        throw new IllegalArgumentException(
            "position %d sees position %d behind it, expected a causal mask or a tree of parents before children"
                .formatted(i, j));
      }
      paths[at] = seen || i == j ? 1 : 0;
    }
    return scope.create(paths, new Shape(rows, n, n));
  }

  /**
   * h_i = exp(C_i) h + sum over ancestors j of exp(C_i - C_j) b_j with C the sum of log a along the
   * path. Others are hidden before the exponential, whose argument is positive there.
   */
  private static NDArray scan(NDArray hB1D, NDArray logGate, NDArray drive, NDArray pathsBNN) {
    NDArray sums = pathsBNN.matMul(logGate);
    NDArray hidden = pathsBNN.sub(1).mul(-HIDDEN).expandDims(3);
    NDArray decayBNND = sums.expandDims(2).sub(sums.expandDims(1)).add(hidden).exp();
    NDArray driven = decayBNND.mul(drive.expandDims(1)).sum(new int[] {2});
    return driven.add(sums.exp().mul(hB1D));
  }

  /** The recurrence along one path a row; behind its end a = 1 and b = 0. */
  private static NDArray after(NDArray hBD, NDList path, NDArray realBK1) {
    NDArray logGate = path.get(0).mul(realBK1);
    NDArray sums = logGate.cumSum(1);
    NDArray all = logGate.sum(new int[] {1});
    NDArray decay = sums.neg().add(all.expandDims(1)).exp();
    return all.exp().mul(hBD).add(decay.mul(path.get(1)).mul(realBK1).sum(new int[] {1}));
  }

  @Override
  public Cost cost(Cost.Shape shape) {
    long weights = 4L * width * width;
    long positions = (long) shape.rows() * shape.positions();
    long pairs = positions * shape.positions();
    long once = positions * weights + 2 * pairs * width;
    long numbers = weights + 2L * shape.rows() * width;
    return new Cost(
        shape.layers() * once,
        shape.layers() * shape.visible(),
        shape.layers() * pairs,
        shape.layers() * numbers * Float.BYTES);
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public int maxLength() {
    return Integer.MAX_VALUE;
  }

  @Override
  public int layers() {
    return layers.length;
  }

  @Override
  public int width() {
    return width;
  }
}
