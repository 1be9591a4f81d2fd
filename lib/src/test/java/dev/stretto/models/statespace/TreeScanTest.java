package dev.stretto.models.statespace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Slopes;
import dev.stretto.models.TokenTree;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TreeScanTest {
  private static final int H = 2;
  private static final int P = 3;
  private static final int S = 4;

  /** Decays of a step between 1e-4 and 1e-2, around 1, and up to e^-60; and all of them mixed. */
  private static final double[][] DECAYS = {{1e-4, 1e-2}, {.1, 1}, {5, 60}, {1e-4, 60}};

  private final NDManager scope = Tensors.manager();

  @AfterEach
  void close() {
    scope.close();
  }

  /** One row's random input, in double precision. */
  private record Case(
      TokenTree tree, double[] x, double[] dt, double[] a, double[] b, double[] c, double[] h0) {
    static Case of(int seed, int n, double[] decays, boolean chain) {
      Rng random = SeedTree.of(seed).rng();
      int[] parents = new int[n];
      Arrays.setAll(parents, i -> i == 0 ? -1 : chain ? i - 1 : random.nextInt(i));
      double low = Math.log(decays[0]);
      double high = Math.log(decays[1]);
      double[] dt =
          random.doubles((long) n * H).map(u -> Math.exp(low + u * (high - low))).toArray();
      return new Case(
          new TokenTree(new int[n], parents),
          normal(random, n * H * P),
          dt,
          new double[] {-1, -.8},
          normal(random, n * S),
          normal(random, n * S),
          normal(random, H * S * P));
    }

    private static double[] normal(Rng random, int n) {
      return random.doubles(n, 0, 1).map(u -> 2 * u - 1).toArray();
    }

    /** The naive twin: each node from its parent's state. */
    double[] recurrence(double[] lastState) {
      int n = tree.size();
      double[][] h = new double[n][];
      double[] y = new double[n * H * P];
      for (int i = 0; i < n; i++) {
        int parent = tree.parents()[i];
        h[i] = (parent < 0 ? h0 : h[parent]).clone();
        for (int head = 0; head < H; head++) {
          double step = dt[i * H + head];
          for (int s = 0; s < S; s++) {
            for (int p = 0; p < P; p++) {
              int at = (head * S + s) * P + p;
              int out = (i * H + head) * P + p;
              h[i][at] = Math.exp(step * a[head]) * h[i][at] + step * b[i * S + s] * x[out];
              y[out] += c[i * S + s] * h[i][at];
            }
          }
        }
      }
      System.arraycopy(h[n - 1], 0, lastState, 0, lastState.length);
      return y;
    }

    NDArray[] arrays(NDManager scope, DataType type) {
      int n = tree.size();
      return new NDArray[] {
        scope.create(x, new Shape(1, n, H, P)).toType(type, false),
        scope.create(dt, new Shape(1, n, H)).toType(type, false),
        scope.create(a, new Shape(H)).toType(type, false),
        scope.create(b, new Shape(1, n, S)).toType(type, false),
        scope.create(c, new Shape(1, n, S)).toType(type, false),
        scope.create(h0, new Shape(1, H, S, P)).toType(type, false)
      };
    }

    double[] packed(NDManager scope, DataType type) {
      NDArray[] in = arrays(scope, type);
      return doubles(TreeScan.outputs(in[0], in[1], in[2], in[3], in[4], in[5], tree));
    }
  }

  private static double[] doubles(NDArray array) {
    return array.toType(DataType.FLOAT64, false).toDoubleArray();
  }

  /** Differences in units of the largest number. */
  private static void assertNear(
      double[] expected, double[] actual, double tolerance, String what) {
    double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
    assertArrayEquals(expected, actual, tolerance * largest, what);
  }

  @Test
  void packedOutputsAreTheRecurrencesToTheLastDigits() {
    int seed = 0;
    for (double[] decays : DECAYS) {
      for (int n : new int[] {1, 2, 5, 17, 33, 64}) {
        Case random = Case.of(seed, n, decays, seed % 4 == 3);
        String what = "seed %d, %d nodes, decays %s".formatted(seed, n, Arrays.toString(decays));
        double[] expected = random.recurrence(new double[H * S * P]);
        assertNear(expected, random.packed(scope, DataType.FLOAT64), 1e-12, what);
        assertNear(expected, random.packed(scope, DataType.FLOAT32), 1e-5, what);
        seed++;
      }
    }
  }

  @Test
  void aChainInPiecesAndItsReplayAreTheRecurrence() {
    for (double[] decays : DECAYS) {
      Case chain = Case.of(77, 23, decays, true);
      double[] state = new double[H * S * P];
      double[] expected = chain.recurrence(state);
      NDArray[] in = chain.arrays(scope, DataType.FLOAT64);
      for (int piece : new int[] {1, 4, 22, 23, 30}) {
        NDArray mask =
            TreeScan.paths(scope, TokenTree.chain(new int[Math.min(23, piece)]).ancestors())
                .toType(DataType.FLOAT64, false);
        NDArray y = TreeScan.chain(in[0], in[1], in[2], in[3], in[4], in[5], mask);
        assertNear(expected, doubles(y), 1e-12, "pieces of " + piece);
      }
      NDArray behind = TreeScan.after(in[0], in[1], in[2], in[3], in[5]);
      assertNear(state, doubles(behind), 1e-12, "replay");
      NDArray nothing = TreeScan.after(in[0], in[1].mul(0), in[2], in[3], in[5]);
      assertArrayEquals(chain.h0, doubles(nothing), "an empty path, to the bit");
    }
  }

  @Test
  void permutedBrothersPermuteTheirOutputs() {
    TokenTree tree = new TokenTree(new int[6], new int[] {-1, 0, 0, 1, 1, 2});
    TokenTree other = new TokenTree(new int[6], new int[] {-1, 0, 0, 2, 2, 1});
    int[] from = {0, 2, 1, 4, 3, 5};
    Case first = Case.of(5, 6, DECAYS[1], false);
    Case second =
        new Case(
            other,
            moved(first.x, from, H * P),
            moved(first.dt, from, H),
            first.a,
            moved(first.b, from, S),
            moved(first.c, from, S),
            first.h0);
    Case straight = new Case(tree, first.x, first.dt, first.a, first.b, first.c, first.h0);
    assertNear(
        moved(straight.packed(scope, DataType.FLOAT64), from, H * P),
        second.packed(scope, DataType.FLOAT64),
        1e-12,
        "siblings");
  }

  private static double[] moved(double[] values, int[] from, int width) {
    double[] moved = new double[values.length];
    for (int i = 0; i < from.length; i++) {
      System.arraycopy(values, from[i] * width, moved, i * width, width);
    }
    return moved;
  }

  @Test
  void anotherNodeChangesItselfAndItsDescendantsAlone() {
    Case tree = Case.of(9, 20, DECAYS[1], false);
    boolean[][] ancestors = tree.tree.ancestors();
    double[] before = tree.packed(scope, DataType.FLOAT64);
    for (int node : new int[] {0, 3, 11, 19}) {
      double[] x = tree.x.clone();
      double[] dt = tree.dt.clone();
      IntStream.range(node * H * P, (node + 1) * H * P).forEach(at -> x[at] += 1);
      IntStream.range(node * H, (node + 1) * H).forEach(at -> dt[at] *= 2);
      double[] after =
          new Case(tree.tree, x, dt, tree.a, tree.b, tree.c, tree.h0)
              .packed(scope, DataType.FLOAT64);
      for (int i = 0; i < 20; i++) {
        double change = 0;
        for (int at = i * H * P; at < (i + 1) * H * P; at++) {
          change = Math.max(change, Math.abs(after[at] - before[at]));
        }
        String what = "node %d changed, node %d".formatted(node, i);
        if (ancestors[i][node]) {
          assertTrue(change > 1e-9, what);
        } else {
          assertEquals(0, change, what);
        }
      }
    }
  }

  /** Both by the engine: of the packed form, and of one node after the other. */
  @Test
  void theGradientIsTheRecurrences() {
    for (double[] decays : List.of(DECAYS[0], DECAYS[1], DECAYS[2])) {
      Case tree = Case.of(13, 9, decays, false);
      NDArray[] leaves = tree.arrays(scope, DataType.FLOAT32);
      List<float[]> packed =
          Slopes.gradients(
              s -> {
                NDArray[] in = inside(s, leaves);
                return TreeScan.outputs(in[0], in[1], in[2], in[3], in[4], in[5], tree.tree);
              },
              leaves);
      List<float[]> stepped = Slopes.gradients(s -> stepped(inside(s, leaves), tree.tree), leaves);
      float largest = 0;
      for (float[] gradient : stepped) {
        for (float value : gradient) {
          largest = Math.max(largest, Math.abs(value));
        }
      }
      for (int leaf = 0; leaf < leaves.length; leaf++) {
        assertArrayEquals(
            stepped.get(leaf),
            packed.get(leaf),
            2e-5f * largest,
            "input %d, decays %s".formatted(leaf, Arrays.toString(decays)));
      }
    }
  }

  private static NDArray[] inside(NDManager scope, NDArray[] leaves) {
    return Arrays.stream(leaves)
        .map(
            leaf -> {
              NDArray view = leaf.add(0);
              view.attach(scope);
              return view;
            })
        .toArray(NDArray[]::new);
  }

  private static NDArray stepped(NDArray[] in, TokenTree tree) {
    NDArray[] h = new NDArray[tree.size()];
    NDList outputs = new NDList();
    NDManager scope = in[0].getManager();
    for (int i = 0; i < h.length; i++) {
      NDArray dt = Tensors.narrow(scope, in[1], 1, i, i + 1).reshape(1, H, 1, 1);
      NDArray x = Tensors.narrow(scope, in[0], 1, i, i + 1).reshape(1, H, 1, P);
      NDArray b = Tensors.narrow(scope, in[3], 1, i, i + 1).reshape(1, 1, S, 1);
      NDArray c = Tensors.narrow(scope, in[4], 1, i, i + 1).reshape(1, 1, S, 1);
      NDArray parent = i == 0 ? in[5] : h[tree.parents()[i]];
      h[i] = dt.mul(in[2].reshape(1, H, 1, 1)).exp().mul(parent).add(dt.mul(b).mul(x));
      outputs.add(h[i].mul(c).sum(new int[] {2}).reshape(1, 1, H, P));
    }
    return NDArrays.concat(outputs, 1);
  }

  @Test
  void aNodeReadsItsAncestorsAndThenTheCommittedText() {
    TokenTree tree = new TokenTree(new int[7], new int[] {-1, 0, 0, 2, 3, 1, 4});
    assertArrayEquals(
        new int[][] {
          {3, 2, 1, 0},
          {4, 3, 2, 1},
          {5, 3, 2, 1},
          {6, 5, 3, 2},
          {7, 6, 5, 3},
          {8, 4, 3, 2},
          {9, 7, 6, 5}
        },
        TreeConvolution.gather(tree.parents(), 4));
  }
}
