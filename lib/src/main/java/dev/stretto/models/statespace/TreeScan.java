package dev.stretto.models.statespace;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.TokenTree;
import dev.stretto.tensor.Tensors;

/**
 * A state-space layer over a whole token tree at once (STree, section 4: packed tree scan). With a
 * scalar decay a head, {@code h_i = exp(a_i) h_parent + dt_i b_i x_i'}, {@code a_i = dt_i A} and
 * {@code y_i = c_i' h_i}, so that only sums of a along the branches are needed and not one state a
 * branch. A chain is a tree. Works in the precision of its input, single or double, mask included:
 * the engine's conversions between the two have no gradient.
 */
public final class TreeScan {
  private static final double HIDDEN = 1e9;

  private TreeScan() {}

  /**
   * The mask of trees.
   *
   * @param scope who owns it
   * @param ancestors [row or 1][node][other], true for the node itself and its ancestors
   * @return (rows or 1, nodes, nodes) of 0 and 1
   */
  static NDArray paths(NDManager scope, boolean[][]... ancestors) {
    int n = ancestors[0].length;
    float[] paths = new float[ancestors.length * n * n];
    for (int at = 0; at < paths.length; at++) {
      paths[at] = ancestors[at / n / n][at / n % n][at % n] ? 1 : 0;
    }
    return scope.create(paths, new Shape(ancestors.length, n, n));
  }

  /**
   * Outputs of all nodes of trees.
   *
   * @param xBNHP inputs (rows, nodes, heads, head width)
   * @param dtBNH step sizes, above 0
   * @param aH decays per unit of step size, below 0
   * @param bBNS how inputs enter the state
   * @param cBNS how the state is read
   * @param h0BHSP the committed state (rows, heads, state width, head width)
   * @param trees one a row
   * @return (rows, nodes, heads, head width), owned by the scope of x
   */
  public static NDArray outputs(
      NDArray xBNHP,
      NDArray dtBNH,
      NDArray aH,
      NDArray bBNS,
      NDArray cBNS,
      NDArray h0BHSP,
      TokenTree... trees) {
    boolean[][][] ancestors = new boolean[trees.length][][];
    for (int b = 0; b < trees.length; b++) {
      ancestors[b] = trees[b].ancestors();
    }
    NDArray paths = paths(xBNHP.getManager(), ancestors).toType(xBNHP.getDataType(), false);
    return outputs(xBNHP, dtBNH, aH, bBNS, cBNS, h0BHSP, paths);
  }

  /** Outputs under a mask that is made once for all layers. */
  static NDArray outputs(
      NDArray xBNHP,
      NDArray dtBNH,
      NDArray aH,
      NDArray bBNS,
      NDArray cBNS,
      NDArray h0BHSP,
      NDArray pathsRNN) {
    // s = M a: accumulated log transitions
    NDArray sumsBHN = pathsRNN.matMul(dtBNH.mul(aH)).transpose(0, 2, 1);
    NDArray decayBHNN = decays(sumsBHN, pathsRNN);
    NDArray scoresB1NN = cBNS.matMul(bBNS.transpose(0, 2, 1)).expandDims(1);
    NDArray drivenBHNP = xBNHP.mul(dtBNH.expandDims(3)).transpose(0, 2, 1, 3);
    NDArray fresh = decayBHNN.mul(scoresB1NN).matMul(drivenBHNP);
    NDArray read = cBNS.expandDims(1).matMul(h0BHSP);
    NDArray old = sumsBHN.expandDims(3).exp().mul(read);
    return fresh.add(old).transpose(0, 2, 1, 3);
  }

  /**
   * exp(s_i - s_j) from an ancestor j to i. Off the tree the difference is large and of either
   * sign: it is hidden before the exponential, since infinity times 0 is no number.
   *
   * @param sumsBHN accumulated log transitions
   * @param pathsRNN the mask
   * @return (rows, heads, nodes, nodes), 0 off the tree
   */
  static NDArray decays(NDArray sumsBHN, NDArray pathsRNN) {
    NDArray hidden = pathsRNN.sub(1).mul(HIDDEN).expandDims(1);
    return sumsBHN.expandDims(3).sub(sumsBHN.expandDims(2)).add(hidden).exp();
  }

  /**
   * Outputs along a chain, in pieces: time and memory of a piece grow with its square.
   *
   * @param triangle1NN mask of a piece
   * @return like {@code outputs} under a triangle
   */
  static NDArray chain(
      NDArray xBNHP,
      NDArray dtBNH,
      NDArray aH,
      NDArray bBNS,
      NDArray cBNS,
      NDArray h0BHSP,
      NDArray triangle1NN) {
    long n = xBNHP.getShape().get(1);
    long piece = triangle1NN.getShape().get(1);
    if (n <= piece) {
      return outputs(xBNHP, dtBNH, aH, bBNS, cBNS, h0BHSP, triangle1NN);
    }
    NDManager scope = xBNHP.getManager();
    NDList parts = new NDList();
    NDArray h = h0BHSP;
    for (long from = 0; from < n; from += piece) {
      long to = Math.min(n, from + piece);
      NDArray x = Tensors.narrow(scope, xBNHP, 1, from, to);
      NDArray dt = Tensors.narrow(scope, dtBNH, 1, from, to);
      NDArray b = Tensors.narrow(scope, bBNS, 1, from, to);
      NDArray c = Tensors.narrow(scope, cBNS, 1, from, to);
      NDArray mask = Tensors.narrow(scope, triangle1NN, 1, 0, to - from);
      parts.add(outputs(x, dt, aH, b, c, h, Tensors.narrow(scope, mask, 2, 0, to - from)));
      if (to < n) {
        h = after(x, dt, aH, b, h);
      }
    }
    return NDArrays.concat(parts, 1);
  }

  /**
   * The state behind a chain: activation replay. A position whose step size is 0 changes nothing.
   *
   * @param xBKHP inputs (rows, positions, heads, head width)
   * @param dtBKH step sizes, 0 where a row's path has ended
   * @param aH decays per unit of step size, below 0
   * @param bBKS how inputs enter the state
   * @param h0BHSP the state before (rows, heads, state width, head width)
   * @return (rows, heads, state width, head width), owned by the scope of x
   */
  public static NDArray after(
      NDArray xBKHP, NDArray dtBKH, NDArray aH, NDArray bBKS, NDArray h0BHSP) {
    NDArray logs = dtBKH.mul(aH);
    NDArray total = logs.sum(new int[] {1}, true);
    NDArray left = total.sub(logs.cumSum(1)).exp();
    NDArray drivenBHKP = xBKHP.mul(left.mul(dtBKH).expandDims(3)).transpose(0, 2, 1, 3);
    NDArray added = bBKS.transpose(0, 2, 1).expandDims(1).matMul(drivenBHKP);
    NDArray kept = total.exp().transpose(0, 2, 1).expandDims(3);
    return kept.mul(h0BHSP).add(added);
  }
}
