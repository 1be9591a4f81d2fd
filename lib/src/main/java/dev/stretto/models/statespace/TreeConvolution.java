package dev.stretto.models.statespace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;

/**
 * The short convolution before a state-space layer, over a tree: a node reads itself and its
 * nearest ancestors and, beyond the root, the last committed inputs, never a sibling. Which inputs
 * these are is a table of one line a node, made once for all layers.
 */
public final class TreeConvolution {
  private TreeConvolution() {}

  /**
   * What every node reads.
   *
   * @param parents of the nodes, -1 for node 0
   * @param width of the kernel
   * @return [node][tap]: the node itself, its parent, ...; inputs are counted from the {@code width
   *     - 1} committed ones on, the newest last, with node 0 behind them
   */
  static int[][] gather(int[] parents, int width) {
    int[][] table = new int[parents.length][width];
    for (int i = 0; i < table.length; i++) {
      int at = width - 1 + i;
      for (int tap = 0; tap < width; tap++) {
        table[i][tap] = at;
        at = at < width ? at - 1 : width - 1 + parents[at - width + 1];
      }
    }
    return table;
  }

  /**
   * The tables of rows as places among the inputs of all rows.
   *
   * @param scope who owns them
   * @param tables one a row
   * @return 64-bit (rows, nodes, taps)
   */
  static NDArray places(NDManager scope, int[][][] tables) {
    int n = tables[0].length;
    int width = tables[0][0].length;
    long[] places = new long[tables.length * n * width];
    for (int at = 0; at < places.length; at++) {
      int row = at / width / n;
      places[at] = (long) row * (n + width - 1) + tables[row][at / width % n][at % width];
    }
    return scope.create(places, new Shape(tables.length, n, width));
  }

  /**
   * The convolution, a kernel of its own for each channel.
   *
   * @param uBNE inputs of the nodes (rows, nodes, channels)
   * @param windowBWE the last committed inputs (rows, taps - 1, channels), zeros before the text
   * @param placesBNT from {@code places}
   * @param kernelTE weights, the node's own first (taps, channels)
   * @param biasE added
   * @return (rows, nodes, channels)
   */
  static NDArray apply(
      NDArray uBNE, NDArray windowBWE, NDArray placesBNT, NDArray kernelTE, NDArray biasE) {
    NDArray readBNTE = chosen(placesBNT, windowBWE, uBNE);
    return readBNTE.mul(kernelTE).sum(new int[] {2}).add(biasE);
  }

  /**
   * The last inputs once a path is read.
   *
   * @param uBKE inputs along each row's path, anything behind its end
   * @param windowBWE the last inputs before it
   * @param realBK1 1 at positions of the path, 0 behind its end
   * @return (rows, taps - 1, channels), the old one to the bit for an empty path
   */
  static NDArray advance(NDArray uBKE, NDArray windowBWE, NDArray realBK1) {
    Shape shape = windowBWE.getShape();
    long all = shape.get(1) + uBKE.getShape().get(1);
    long[] first = new long[(int) (shape.get(0) * shape.get(1))];
    for (int at = 0; at < first.length; at++) {
      first[at] = at / shape.get(1) * all + at % shape.get(1);
    }
    NDManager scope = uBKE.getManager();
    NDArray places = scope.create(first, new Shape(shape.get(0), shape.get(1)));
    NDArray counts = realBK1.sum(new int[] {1}).toType(DataType.INT64, false);
    return chosen(places.add(counts), windowBWE, uBKE);
  }

  private static NDArray chosen(NDArray places, NDArray window, NDArray u) {
    NDArray both = NDArrays.concat(new NDList(window, u), 1);
    NDArray flat = both.reshape(-1, u.getShape().get(2));
    return JniUtils.embedding((PtNDArray) places, (PtNDArray) flat, false);
  }
}
