package dev.stretto.samplers.decoding;

import dev.stretto.models.TokenTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What is proposed for one row in one pass.
 *
 * @param tree node 0 is the row's pending token, the others are candidates; siblings differ
 * @param distributions for each node the distribution that its children were drawn from, empty
 *     where they were not drawn; needed by verifiers that compare distributions, and must be the
 *     distribution really drawn from
 * @param sequences independent draws as nodes from 0 on, repetitions meant; empty where nothing was
 *     drawn
 * @param stopped whether the drafter stopped by itself, before the depth it was allowed
 */
public record Draft(TokenTree tree, double[][] distributions, int[][] sequences, boolean stopped) {
  private static final double[] NO_DISTRIBUTION = {};

  /**
   * Candidates that were chosen, not drawn.
   *
   * @param tree the candidates
   * @return a draft for verifiers that need no distribution
   */
  public static Draft of(TokenTree tree) {
    double[][] distributions = new double[tree.size()][];
    Arrays.fill(distributions, NO_DISTRIBUTION);
    return new Draft(tree, distributions, new int[0][], false);
  }

  /**
   * Without the candidates below a depth, for a row that ends before them.
   *
   * @param depth the deepest that is kept, 0 or more
   * @return this draft where nothing is deeper
   */
  public Draft limited(int depth) {
    int[] depths = tree.depths();
    if (Arrays.stream(depths).allMatch(d -> d <= depth)) {
      return this;
    }
    int[] number = new int[depths.length];
    List<Integer> kept = new ArrayList<>();
    for (int node = 0; node < depths.length; node++) {
      number[node] = kept.size();
      if (depths[node] <= depth) {
        kept.add(node);
      }
    }
    int[] from = kept.stream().mapToInt(Integer::intValue).toArray();
    int[] tokens = Arrays.stream(from).map(node -> tree.tokens()[node]).toArray();
    int[] parents =
        Arrays.stream(from).map(node -> node == 0 ? -1 : number[tree.parents()[node]]).toArray();
    double[][] keptDistributions =
        Arrays.stream(from).mapToObj(n -> distributions[n]).toArray(double[][]::new);
    int[][] cut =
        Arrays.stream(sequences)
            .map(
                nodes ->
                    Arrays.stream(nodes)
                        .filter(n -> depths[n] <= depth)
                        .map(n -> number[n])
                        .toArray())
            .toArray(int[][]::new);
    return new Draft(new TokenTree(tokens, parents), keptDistributions, cut, stopped);
  }

  /**
   * The candidate behind a node that has a token.
   *
   * @param node a node
   * @param token an id
   * @return the child, -1 for none
   */
  public int child(int node, int token) {
    for (int i = node + 1; i < tree.size(); i++) {
      if (tree.parents()[i] == node && tree.tokens()[i] == token) {
        return i;
      }
    }
    return -1;
  }

  /**
   * The candidates behind a node.
   *
   * @param node a node
   * @return its children, in the tree's order
   */
  public int[] children(int node) {
    int[] found = new int[tree.size()];
    int count = 0;
    for (int i = node + 1; i < tree.size(); i++) {
      if (tree.parents()[i] == node) {
        found[count++] = i;
      }
    }
    return Arrays.copyOf(found, count);
  }
}
