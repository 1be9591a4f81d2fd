package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import dev.stretto.models.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2) by the engine's fused update, with moments that
 * are held here: DJL's own optimiser can neither save nor free its moments.
 */
final class AdamW implements AutoCloseable {
  private static final double BETA1 = .9;
  private static final double BETA2 = .95;
  private static final double EPSILON = 1e-8;

  private final double decay;
  private final Parameters parameters;
  private final NDManager manager;
  private final Map<String, NDArray> means = new LinkedHashMap<>();
  private final Map<String, NDArray> squares = new LinkedHashMap<>();

  AdamW(double decay, Parameters parameters) {
    this.decay = decay;
    this.parameters = parameters;
    this.manager = parameters.manager().newSubManager();
    parameters
        .all()
        .forEach(
            (name, weight) -> {
              means.put(name, manager.zeros(weight.getShape()));
              squares.put(name, manager.zeros(weight.getShape()));
              JniUtils.zeroGrad((PtNDArray) weight);
            });
  }

  /** The global norm of the gradient that backward passes have summed up. */
  double norm() {
    double sum = 0;
    for (NDArray weight : parameters.all().values()) {
      try (NDArray gradient = weight.getGradient();
          NDArray norm = gradient.norm()) {
        double value = norm.getFloat();
        sum += value * value;
      }
    }
    return Math.sqrt(sum);
  }

  /**
   * Changes the weights and zeroes the gradients. {@code scale} multiplies the gradient first; t
   * counts from 1.
   */
  void update(double t, double rate, double scale) {
    // the bias corrections of both moments in one factor; epsilon stays outside of them
    double corrected = rate * Math.sqrt(1 - Math.pow(BETA2, t)) / (1 - Math.pow(BETA1, t));
    parameters
        .all()
        .forEach(
            (name, weight) -> {
              try (NDArray gradient = weight.getGradient()) {
                weight
                    .getNDArrayInternal()
                    .adamUpdate(
                        new NDList(weight, gradient, means.get(name), squares.get(name)),
                        new NDList(weight),
                        (float) rate,
                        (float) corrected,
                        (float) (decays(name, weight) ? decay : 0),
                        (float) scale,
                        -1, // no clipping of single numbers
                        (float) BETA1,
                        (float) BETA2,
                        (float) EPSILON,
                        false,
                        true);
              }
            });
  }

  private static boolean decays(String name, NDArray weight) {
    return weight.getShape().dimension() >= 2 && !name.contains("embed");
  }

  @Override
  public void close() {
    manager.close();
  }
}
