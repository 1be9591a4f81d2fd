package dev.stretto.samplers.drafting;

import dev.stretto.models.TokenTree;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * The likeliest nodes of a product of distributions, one distribution a depth, independent of each
 * other: as in Medusa (Cai et al. 2024, section 2.2), but chosen anew for each pass. A node's
 * probability is the product along its path; the best-first order gives the tree of most expected
 * accepted tokens.
 */
public final class ProductTree {
  private ProductTree() {}

  /**
   * A node that may come next: child of {@code parent} with a rank of the distribution at its
   * depth.
   */
  private record Candidate(double probability, int parent, int depth, int rank) {}

  /**
   * The tree.
   *
   * @param pending node 0
   * @param distributions [depth][token] probabilities
   * @param nodes the most nodes, node 0 included
   * @return parents first
   */
  public static TokenTree of(int pending, double[][] distributions, int nodes) {
    int[][] ranks = new int[distributions.length][];
    for (int depth = 0; depth < distributions.length; depth++) {
      double[] probabilities = distributions[depth];
      ranks[depth] =
          IntStream.range(0, probabilities.length)
              .boxed()
              .sorted(Comparator.comparingDouble(token -> -probabilities[token]))
              .limit(nodes)
              .mapToInt(token -> token)
              .toArray();
    }
    int[] tokens = new int[nodes];
    int[] parents = new int[nodes];
    double[] probability = new double[nodes];
    tokens[0] = pending;
    parents[0] = -1;
    probability[0] = 1;
    int size = 1;
    PriorityQueue<Candidate> queue =
        new PriorityQueue<>(
            Comparator.comparingDouble((Candidate c) -> -c.probability())
                .thenComparingInt(Candidate::parent));
    offer(queue, distributions, ranks, new Candidate(1, 0, 0, 0));
    while (size < nodes && !queue.isEmpty()) {
      Candidate best = queue.poll();
      tokens[size] = ranks[best.depth][best.rank];
      parents[size] = best.parent;
      probability[size] = best.probability;
      double above = probability[best.parent];
      offer(
          queue,
          distributions,
          ranks,
          new Candidate(above, best.parent, best.depth, best.rank + 1));
      offer(queue, distributions, ranks, new Candidate(best.probability, size, best.depth + 1, 0));
      size++;
    }
    return new TokenTree(
        java.util.Arrays.copyOf(tokens, size), java.util.Arrays.copyOf(parents, size));
  }

  /** Queues a node whose {@code probability} is still its parent's. */
  private static void offer(
      PriorityQueue<Candidate> queue, double[][] distributions, int[][] ranks, Candidate node) {
    if (node.depth < distributions.length && node.rank < ranks[node.depth].length) {
      double own = distributions[node.depth][ranks[node.depth][node.rank]];
      queue.add(new Candidate(node.probability * own, node.parent, node.depth, node.rank));
    }
  }
}
