package dev.stretto.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.stretto.models.Parameters;
import dev.stretto.tensor.SeedTree;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The fused update against the equations in double precision. */
class AdamWTest {
  @Test
  void twentyStepsAreThoseOfTheEquations() {
    try (Parameters parameters = new Parameters(SeedTree.of(4))) {
      parameters.normal("embedding", 1, 3, 4);
      parameters.normal("weight", 1, 4, 5);
      parameters.normal("bias", 1, 5);
      Map<String, double[][]> reference = new LinkedHashMap<>();
      parameters
          .values()
          .forEach(
              (name, values) -> {
                double[][] state = new double[3][values.length];
                for (int i = 0; i < values.length; i++) {
                  state[0][i] = values[i];
                }
                reference.put(name, state);
              });
      parameters.trainable(true);
      Random random = new Random(7);
      try (AdamW adam = new AdamW(.3, parameters)) {
        for (int t = 1; t <= 20; t++) {
          Map<String, float[]> gradients = gradients(parameters, random);
          double square = 0;
          for (float[] gradient : gradients.values()) {
            for (float value : gradient) {
              square += value * (double) value;
            }
          }
          double norm = adam.norm();
          assertEquals(Math.sqrt(square), norm, 1e-5 * norm);
          adam.update(t, .01 / t, .5);
          for (Map.Entry<String, double[][]> entry : reference.entrySet()) {
            boolean decays = entry.getKey().equals("weight");
            step(entry.getValue(), gradients.get(entry.getKey()), t, decays ? .3 : 0);
          }
        }
        assertEquals(0, adam.norm(), "gradients are zero after an update");
      }
      parameters.trainable(false);
      reference.forEach(
          (name, state) -> {
            float[] expected = new float[state[0].length];
            for (int i = 0; i < expected.length; i++) {
              expected[i] = (float) state[0][i];
            }
            assertArrayEquals(expected, parameters.values().get(name), 2e-6f, name);
          });
    }
  }

  /** Algorithm 2 of Loshchilov and Hutter; epsilon stands beside the uncorrected root. */
  private static void step(double[][] state, float[] gradient, int t, double decay) {
    double rate = .01 / t;
    for (int i = 0; i < gradient.length; i++) {
      double g = .5 * gradient[i];
      state[1][i] = .9 * state[1][i] + .1 * g;
      state[2][i] = .95 * state[2][i] + .05 * g * g;
      double mean = state[1][i] / (1 - Math.pow(.9, t));
      double root = Math.sqrt(state[2][i] / (1 - Math.pow(.95, t)));
      double epsilon = 1e-8 / Math.sqrt(1 - Math.pow(.95, t));
      state[0][i] -= rate * decay * state[0][i] + rate * mean / (root + epsilon);
    }
  }

  /** Backward through a loss that is linear in all weights, with coefficients drawn. */
  private static Map<String, float[]> gradients(Parameters parameters, Random random) {
    Map<String, float[]> gradients = new LinkedHashMap<>();
    try (NDManager scope = parameters.manager().newSubManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray loss = scope.create(0f);
      for (Map.Entry<String, NDArray> entry : parameters.all().entrySet()) {
        float[] drawn = new float[(int) entry.getValue().size()];
        for (int i = 0; i < drawn.length; i++) {
          drawn[i] = (float) random.nextGaussian();
        }
        gradients.put(entry.getKey(), drawn);
        NDArray coefficients = scope.create(drawn, entry.getValue().getShape());
        loss = loss.add(coefficients.mul(entry.getValue()).sum());
      }
      collector.backward(loss);
    }
    return gradients;
  }
}
