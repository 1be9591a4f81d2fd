package dev.stretto.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.tensor.Tensors;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LossesTest {
  @Test
  void crossEntropyIsTheSumWrittenOut() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      int n = 1 + random.nextInt(6);
      int v = 2 + random.nextInt(5);
      double smoothing = seed % 2 == 0 ? 0 : random.nextDouble();
      float[] logits = new float[n * v];
      long[] targets = new long[n];
      double sum = 0;
      int counted = 0;
      for (int i = 0; i < n; i++) {
        double total = 0;
        for (int j = 0; j < v; j++) {
          logits[i * v + j] = (float) (3 * random.nextGaussian());
          total += Math.exp(logits[i * v + j]);
        }
        targets[i] = random.nextInt(4) == 0 ? Losses.IGNORE : random.nextInt(v);
        if (targets[i] >= 0) {
          counted++;
          for (int j = 0; j < v; j++) {
            double q = (j == targets[i] ? 1 - smoothing : 0) + smoothing / v;
            sum -= q * (logits[i * v + j] - Math.log(total));
          }
        }
      }
      try (NDManager manager = Tensors.manager()) {
        NDArray loss =
            Losses.crossEntropy(
                manager.create(logits, new Shape(n, v)), manager.create(targets), smoothing);
        assertEquals(sum / Math.max(1, counted), loss.getFloat(), 1e-5, "seed " + seed);
      }
    }
  }
}
