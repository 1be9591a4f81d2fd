package dev.stretto.models.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import java.nio.FloatBuffer;

/**
 * Rotary positions: pair k of a head turns by coordinate times frequency k. Without gradients the
 * pairs are multiplied as complex numbers, which is three operations; complex numbers have no
 * gradient here, so that training multiplies by cosines and, after swapping each pair by a small
 * matrix, by sines.
 */
final class Rotary {
  private final double[] frequencies;
  private final int[] axes;

  Rotary(PositionKind.Rotary kind, int headWidth) {
    int pairs = headWidth / 2;
    int count = kind.periods().length;
    frequencies = new double[pairs];
    axes = new int[pairs];
    for (int axis = 0; axis < count; axis++) {
      int from = axis * pairs / count;
      int to = (axis + 1) * pairs / count;
      for (int k = from; k < to; k++) {
        axes[k] = axis;
        double period = kind.periods()[axis];
        frequencies[k] =
            period > 0
                ? 2 * Math.PI * (k - from + 1) / period
                : kind.scaling().apply(Math.pow(kind.base(), -(double) (k - from) / (to - from)));
      }
    }
  }

  /** What turns the heads of one pass. */
  sealed interface Turn {
    /** The turned heads of (rows, positions, heads, head width). */
    NDArray apply(NDArray xBNHd);
  }

  private record Complex(NDArray unitsBN1k) implements Turn {
    @Override
    public NDArray apply(NDArray xBNHd) {
      Shape shape = xBNHd.getShape();
      long pairs = shape.get(3) / 2;
      NDArray pairsBNHk = xBNHd.reshape(shape.get(0), shape.get(1), shape.get(2), pairs, 2);
      return pairsBNHk.complex().mul(unitsBN1k).real().reshape(shape);
    }
  }

  private record Real(NDArray cosBN1d, NDArray sinBN1d, NDArray swap) implements Turn {
    @Override
    public NDArray apply(NDArray xBNHd) {
      return xBNHd.mul(cosBN1d).add(xBNHd.matMul(swap).mul(sinBN1d));
    }
  }

  /** For coordinates [row or 1][position][axis]. */
  Turn turn(NDManager scope, float[][][] coordinates, boolean differentiable) {
    int rows = coordinates.length;
    int n = coordinates[0].length;
    int pairs = frequencies.length;
    float[] cos = new float[rows * n * pairs * 2];
    float[] sin = new float[differentiable ? cos.length : 0];
    int at = 0;
    for (float[][] row : coordinates) {
      for (float[] position : row) {
        for (int k = 0; k < pairs; k++, at += 2) {
          double angle = axes[k] < position.length ? position[axes[k]] * frequencies[k] : 0;
          cos[at] = (float) Math.cos(angle);
          float sine = (float) Math.sin(angle);
          cos[at + 1] = differentiable ? cos[at] : sine;
          if (differentiable) {
            sin[at] = sine;
            sin[at + 1] = sine;
          }
        }
      }
    }
    if (!differentiable) {
      NDArray parts = scope.create(FloatBuffer.wrap(cos), new Shape(rows, n, 1, pairs, 2));
      return new Complex(parts.complex());
    }
    float[] swap = new float[4 * pairs * pairs];
    for (int k = 0; k < 2 * pairs; k += 2) {
      // (a, b) becomes (-b, a)
      swap[(k + 1) * 2 * pairs + k] = -1;
      swap[k * 2 * pairs + k + 1] = 1;
    }
    Shape shape = new Shape(rows, n, 1, 2L * pairs);
    return new Real(
        scope.create(cos, shape),
        scope.create(sin, shape),
        scope.create(swap, new Shape(2L * pairs, 2L * pairs)));
  }
}
