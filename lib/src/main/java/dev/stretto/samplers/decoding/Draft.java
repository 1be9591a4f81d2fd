package dev.stretto.samplers.decoding;

import dev.stretto.models.TokenTree;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What is proposed for one row in one pass.
 *
 * @param tree node 0 is the row's pending token, the others are candidates; siblings differ
 * @param distributions for each node the distribution that its children were drawn from, empty
 *     where they were not drawn; needed by verifiers that compare distributions, and must be the
 *     distribution really drawn from
 * @param sequences independent draws as nodes from 0 on, repetitions meant; empty where nothing was
 *     drawn
 */
public record Draft(TokenTree tree, double[][] distributions, int[][] sequences) {
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
    return new Draft(tree, distributions, new int[0][]);
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
    int[] from = IntStream.range(0, depths.length).filter(n -> depths[n] <= depth).toArray();
    int[] tokens = Arrays.stream(from).map(node -> tree.tokens()[node]).toArray();
    int[] parents =
        Arrays.stream(from)
            .map(node -> node == 0 ? -1 : Arrays.binarySearch(from, tree.parents()[node]))
            .toArray();
    double[][] keptDistributions =
        Arrays.stream(from).mapToObj(n -> distributions[n]).toArray(double[][]::new);
    int[][] cut =
        Arrays.stream(sequences)
            .map(
                nodes ->
                    Arrays.stream(nodes)
                        .map(n -> Arrays.binarySearch(from, n))
                        .filter(n -> n >= 0)
                        .toArray())
            .toArray(int[][]::new);
    return new Draft(new TokenTree(tokens, parents), keptDistributions, cut);
  }

  /**
   * The candidate behind a node that has a token.
   *
   * @param node a node
   * @param token an id
   * @return the child, -1 for none
   */
  public int child(int node, int token) {
    return IntStream.range(node + 1, tree.size())
        .filter(i -> tree.parents()[i] == node && tree.tokens()[i] == token)
        .findFirst()
        .orElse(-1);
  }

  /**
   * The candidates behind a node.
   *
   * @param node a node
   * @return its children, in the tree's order
   */
  public int[] children(int node) {
    return IntStream.range(node + 1, tree.size()).filter(i -> tree.parents()[i] == node).toArray();
  }
}
