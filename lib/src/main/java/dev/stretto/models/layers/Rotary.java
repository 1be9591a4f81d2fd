package dev.stretto.models.layers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import java.nio.FloatBuffer;

/**
 * Rotary positions: pair k of a head turns by coordinate times frequency k. Without gradients all
 * heads of a projection are multiplied as complex numbers at once, values by 1 and queries by their
 * scale as well; complex numbers have no gradient here, so that training multiplies queries and
 * keys by cosines and, after swapping each pair by a small matrix, by sines.
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
    /**
     * The turned heads.
     *
     * @param x (rows, positions, heads, head width), or with the last two axes as one
     * @return (rows, positions, heads, head width)
     */
    NDArray apply(NDArray x);
  }

  private record Complex(NDArray unitsBNHk) implements Turn {
    @Override
    public NDArray apply(NDArray x) {
      long rows = x.getShape().get(0);
      long n = x.getShape().get(1);
      long heads = unitsBNHk.getShape().get(2);
      long pairs = unitsBNHk.getShape().get(3);
      NDArray pairsBNHk = x.reshape(rows, n, heads, pairs, 2);
      return pairsBNHk.complex().mul(unitsBNHk).real().reshape(rows, n, heads, 2 * pairs);
    }
  }

  private record Real(NDArray cosBN1d, NDArray sinBN1d, NDArray swap) implements Turn {
    @Override
    public NDArray apply(NDArray xBNHd) {
      return xBNHd.mul(cosBN1d).add(xBNHd.matMul(swap).mul(sinBN1d));
    }
  }

  /**
   * Turns queries and keys and leaves values as they are, all in one product, without gradients.
   *
   * @param coordinates [row or 1][position][axis]
   * @param scale of the queries
   */
  Turn projected(
      NDManager scope, float[][][] coordinates, int queryHeads, int keyHeads, double scale) {
    int pairs = frequencies.length;
    int n = coordinates[0].length;
    int heads = queryHeads + 2 * keyHeads;
    float[] units = new float[coordinates.length * n * heads * pairs * 2];
    int at = 0;
    for (float[][] row : coordinates) {
      for (float[] position : row) {
        for (int k = 0; k < pairs; k++) {
          double angle = angle(position, k);
          double cos = Math.cos(angle);
          double sin = Math.sin(angle);
          for (int head = 0; head < queryHeads + keyHeads; head++) {
            double length = head < queryHeads ? scale : 1;
            units[at + 2 * (head * pairs + k)] = (float) (length * cos);
            units[at + 2 * (head * pairs + k) + 1] = (float) (length * sin);
          }
        }
        for (int i = (queryHeads + keyHeads) * pairs * 2; i < heads * pairs * 2; i += 2) {
          units[at + i] = 1;
        }
        at += heads * pairs * 2;
      }
    }
    Shape shape = new Shape(coordinates.length, n, heads, pairs, 2);
    return new Complex(scope.create(FloatBuffer.wrap(units), shape).complex());
  }

  /** Turns queries and keys alone, differentiable, for coordinates [row or 1][position][axis]. */
  Turn turn(NDManager scope, float[][][] coordinates) {
    int rows = coordinates.length;
    int n = coordinates[0].length;
    int pairs = frequencies.length;
    float[] cos = new float[rows * n * pairs * 2];
    float[] sin = new float[cos.length];
    int at = 0;
    for (float[][] row : coordinates) {
      for (float[] position : row) {
        for (int k = 0; k < pairs; k++, at += 2) {
          double angle = angle(position, k);
          cos[at] = (float) Math.cos(angle);
          cos[at + 1] = cos[at];
          sin[at] = (float) Math.sin(angle);
          sin[at + 1] = sin[at];
        }
      }
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

  private double angle(float[] position, int pair) {
    return axes[pair] < position.length ? position[axes[pair]] * frequencies[pair] : 0;
  }
}
