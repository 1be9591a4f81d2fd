package dev.stretto.models.statespace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.stretto.models.Parameters;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.state.RecurrentState;
import dev.stretto.tensor.Tensors;

/**
 * A state-space layer (Mamba-2: Dao and Gu 2024, section 7) and its feed-forward: one projection to
 * a gate z, to x, B and C, which pass the short convolution, and to a step size a head. Its memory
 * of a row is the state (heads, S, P), then the convolution's last inputs.
 */
final class SsmLayer {
  private static final double EPSILON = 1e-5;

  private final HybridConfig config;
  private final NDArray[] norm;
  private final NDArray in;
  private final NDArray kernel;
  private final NDArray convolutionBias;
  private final NDArray stepBias;
  private final NDArray logDecay;
  private final NDArray skip;
  private final NDArray out;
  private final NDArray[] feedNorm;
  private final NDArray up;
  private final NDArray down;

  SsmLayer(HybridConfig config, Parameters weights) {
    this.config = config;
    int width = config.width();
    int inner = config.inner();
    double deep = 2.0 * config.layers();
    norm = norm(weights, "norm");
    in =
        weights.normal(
            "in.weight",
            1 / Math.sqrt(width),
            (long) inner + config.channels() + config.heads(),
            width);
    kernel =
        weights.normal(
            "convolution.weight",
            1 / Math.sqrt(HybridConfig.TAPS),
            HybridConfig.TAPS,
            config.channels());
    convolutionBias = weights.constant("convolution.bias", 0, config.channels());
    // softplus(-2) = .13: with decays around 1 a memory of some ten tokens, heads differ
    stepBias = weights.constant("step.bias", -2, config.heads());
    logDecay = weights.normal("log_decay", 1, config.heads());
    skip = weights.constant("skip", 1, config.heads(), 1);
    out = weights.normal("out.weight", 1 / Math.sqrt(deep * inner), width, inner);
    feedNorm = norm(weights, "feed.norm");
    up = weights.normal("feed.up.weight", 1 / Math.sqrt(width), 4L * width, width);
    down = weights.normal("feed.down.weight", 1 / Math.sqrt(deep * 4 * width), width, 4L * width);
  }

  private NDArray[] norm(Parameters weights, String name) {
    return new NDArray[] {
      weights.constant(name + ".gain", 1, config.width()),
      weights.constant(name + ".bias", 0, config.width())
    };
  }

  private static NDArray normed(NDArray x, NDArray[] norm) {
    return Ops.layerNorm(x, norm[0], norm[1], EPSILON);
  }

  /** The residual stream behind this layer; leaves in the memory what a path is replayed from. */
  NDArray forward(NDArray xBND, RecurrentState memory, int layer, TreeTables tables) {
    NDManager scope = xBND.getManager();
    long inner = config.inner();
    long channels = config.channels();
    long s = config.stateWidth();
    NDArray all = Ops.linear(normed(xBND, norm), in);
    NDArray gate = Tensors.narrow(scope, all, 2, 0, inner);
    NDArray u = Tensors.narrow(scope, all, 2, inner, inner + channels);
    NDArray step =
        Tensors.narrow(scope, all, 2, inner + channels, inner + channels + config.heads());
    NDArray dt = JniUtils.softPlus((PtNDArray) step.add(stepBias));
    NDArray before = memory.before(scope, layer);
    NDArray mixed =
        Ops.silu(
            TreeConvolution.apply(
                u, window(scope, before, 2), tables.placesBNT(), kernel, convolutionBias));
    memory.keep(layer, dt, Tensors.narrow(scope, mixed, 2, 0, inner + s), u);
    NDArray xBNHP = heads(Tensors.narrow(scope, mixed, 2, 0, inner));
    NDArray b = Tensors.narrow(scope, mixed, 2, inner, inner + s);
    NDArray c = Tensors.narrow(scope, mixed, 2, inner + s, channels);
    NDArray h0 = state(scope, before, 2);
    NDArray y =
        tables.chain()
            ? TreeScan.chain(xBNHP, dt, decay(scope), b, c, h0, tables.pathsRNN())
            : TreeScan.outputs(xBNHP, dt, decay(scope), b, c, h0, tables.pathsRNN());
    y = y.add(xBNHP.mul(skip));
    NDArray gated = y.reshape(gate.getShape()).mul(Ops.silu(gate));
    NDArray x = xBND.add(Ops.linear(gated, out));
    NDArray feed = Ops.gelu(Ops.linear(normed(x, feedNorm), up));
    return x.add(Ops.linear(feed, down));
  }

  /** The memory behind a path: step sizes are 0 behind its end. */
  NDArray after(NDArray memoryBM, NDList path, NDArray realBK1) {
    NDManager scope = realBK1.getManager();
    long inner = config.inner();
    NDArray mixed = path.get(1);
    NDArray x = heads(Tensors.narrow(scope, mixed, 2, 0, inner));
    NDArray b = Tensors.narrow(scope, mixed, 2, inner, inner + config.stateWidth());
    NDArray dt = path.get(0).mul(realBK1);
    NDArray h = TreeScan.after(x, dt, decay(scope), b, state(scope, memoryBM, 1));
    NDArray window = TreeConvolution.advance(path.get(2), window(scope, memoryBM, 1), realBK1);
    long rows = memoryBM.getShape().get(0);
    return NDArrays.concat(new NDList(h.reshape(rows, -1), window.reshape(rows, -1)), 1);
  }

  private NDArray decay(NDManager scope) {
    NDArray rate = logDecay.exp();
    rate.attach(scope);
    return rate.neg();
  }

  private NDArray heads(NDArray xBNI) {
    Shape shape = xBNI.getShape();
    return xBNI.reshape(shape.get(0), shape.get(1), config.heads(), config.headWidth());
  }

  private NDArray state(NDManager scope, NDArray memory, int axis) {
    long rows = memory.getShape().get(0);
    long size = (long) config.inner() * config.stateWidth();
    return Tensors.narrow(scope, memory, axis, 0, size)
        .reshape(rows, config.heads(), config.stateWidth(), config.headWidth());
  }

  private NDArray window(NDManager scope, NDArray memory, int axis) {
    long rows = memory.getShape().get(0);
    long size = (long) config.inner() * config.stateWidth();
    return Tensors.narrow(scope, memory, axis, size, config.memory())
        .reshape(rows, HybridConfig.TAPS - 1, config.channels());
  }

  /** Weights of the products. */
  static long weights(HybridConfig config) {
    long width = config.width();
    long inner = config.inner();
    return width * (inner + config.channels() + config.heads())
        + (long) HybridConfig.TAPS * config.channels()
        + inner * width
        + 8 * width * width;
  }
}
