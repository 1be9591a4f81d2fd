package dev.stretto.models;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Gradients against central differences along random directions. The function is computed inside a
 * collector for the gradient and outside of it for the differences, so that both paths are held
 * against each other. In 32-bit floats with steps of 0.01 they agree to 5e-3 (1 + |slope|).
 *
 * <p>Between forward and backward pass the heap is collected and what was freed is written over:
 * arrays made from Java's numbers lie in memory of the JVM, so that a graph must not outlive them.
 */
public final class Slopes {
  private static final double STEP = 1e-2;
  private static final double TOLERANCE = 5e-3;

  private Slopes() {}

  /** The gradients of a weighted sum of what a function gives. */
  public static List<float[]> gradients(Function<NDManager, NDArray> function, NDArray... leaves) {
    List<float[]> gradients = new ArrayList<>();
    for (NDArray leaf : leaves) {
      leaf.setRequiresGradient(true);
    }
    try (NDManager scope = leaves[0].getManager().newSubManager();
        GradientCollector collector = Engine.getInstance().newGradientCollector()) {
      NDArray out = function.apply(scope);
      NDArray sum = out.mul(scope.create(weights(out), out.getShape())).sum();
      List<ByteBuffer> rubbish = churned();
      try {
        collector.backward(sum);
      } finally {
        Reference.reachabilityFence(rubbish);
      }
      for (NDArray leaf : leaves) {
        try (NDArray gradient = leaf.getGradient()) {
          gradients.add(gradient.toFloatArray());
          // it would be added to by the next collector
          gradient.subi(gradient);
        }
      }
    }
    for (NDArray leaf : leaves) {
      leaf.setRequiresGradient(false);
    }
    return gradients;
  }

  /** Memory that lay free, now full of numbers that would show. */
  private static List<ByteBuffer> churned() {
    List<ByteBuffer> rubbish = new ArrayList<>();
    System.gc();
    try {
      // the cleaner of direct buffers runs on a thread of its own
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (int i = 0; i < 4000; i++) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(4 << (i % 8)).order(ByteOrder.nativeOrder());
      while (buffer.hasRemaining()) {
        buffer.putFloat(1e30f);
      }
      rubbish.add(buffer);
    }
    return rubbish;
  }

  /** Three directions through all leaves at once. */
  public static void check(String what, Function<NDManager, NDArray> function, NDArray... leaves) {
    List<float[]> gradients = gradients(function, leaves);
    Rng random = SeedTree.of(31).child(what).rng();
    for (int direction = 0; direction < 3; direction++) {
      List<float[]> values = new ArrayList<>();
      List<float[]> along = new ArrayList<>();
      double slope = 0;
      for (int p = 0; p < leaves.length; p++) {
        float[] value = leaves[p].toFloatArray();
        float[] step = new float[value.length];
        for (int i = 0; i < step.length; i++) {
          step[i] = (float) (random.nextGaussian() / Math.sqrt(step.length));
          slope += (double) step[i] * gradients.get(p)[i];
        }
        values.add(value);
        along.add(step);
      }
      double[] ends = new double[2];
      for (int side = 0; side < 2; side++) {
        for (int p = 0; p < leaves.length; p++) {
          float[] moved = values.get(p).clone();
          for (int i = 0; i < moved.length; i++) {
            moved[i] += (float) ((side == 0 ? STEP : -STEP) * along.get(p)[i]);
          }
          put(leaves[p], moved);
        }
        ends[side] = value(function, leaves[0].getManager());
      }
      for (int p = 0; p < leaves.length; p++) {
        put(leaves[p], values.get(p));
      }
      assertEquals(
          (ends[0] - ends[1]) / (2 * STEP),
          slope,
          TOLERANCE * (1 + Math.abs(slope)),
          what + ", direction " + direction);
    }
  }

  private static void put(NDArray leaf, float[] values) {
    try (NDArray fresh = leaf.getManager().create(values, leaf.getShape())) {
      Parameters.assign(leaf, fresh);
    }
  }

  private static double value(Function<NDManager, NDArray> function, NDManager manager) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray out = function.apply(scope);
      float[] weights = weights(out);
      float[] numbers = out.toFloatArray();
      double sum = 0;
      for (int i = 0; i < numbers.length; i++) {
        sum += (double) weights[i] * numbers[i];
      }
      return sum;
    }
  }

  private static float[] weights(NDArray out) {
    Rng random = SeedTree.of(77).rng();
    float[] weights = new float[(int) out.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextGaussian();
    }
    return weights;
  }
}
