package dev.stretto.samplers.drafting;

import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.TokenPicker;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.Function;

/**
 * The most probable tree: the nodes with the largest products of probabilities along their paths,
 * hence the largest expected number of accepted tokens under the distributions. The next best node
 * is always one step from the tree, so that a heap of such nodes is all that is needed.
 */
public final class BestFirstTree {
  private BestFirstTree() {}

  /** The tokens that may follow a node, likeliest first. */
  public interface Successors {
    /** {@return how many there are, 0 or more} */
    int size();

    /**
     * A token.
     *
     * @param rank 0 for the likeliest
     * @return its id
     */
    int token(int rank);

    /**
     * How likely a token is behind the node.
     *
     * @param rank 0 for the likeliest
     * @return its probability
     */
    double probability(int rank);
  }

  /**
   * A node of the tree.
   *
   * @param number its place in the tree
   * @param parent null for the root
   * @param token its id
   * @param depth 0 for the root
   * @param probability product along its path, 1 for the root
   */
  public record Node(int number, Node parent, int token, int depth, double probability) {}

  /** The next best successor of a node; its siblings behind it wait until it is taken. */
  private record Candidate(
      double probability, int order, Node parent, Successors siblings, int rank) {}

  /**
   * Grows a tree; ties go to the node that was reachable first.
   *
   * @param pending node 0
   * @param nodes the most nodes, node 0 included, 1 or more
   * @param depth of the deepest node
   * @param behind what may follow a node
   * @return parents first
   */
  public static TokenTree of(
      int pending, int nodes, int depth, Function<Node, ? extends Successors> behind) {
    int[] tokens = new int[nodes];
    int[] parents = new int[nodes];
    tokens[0] = pending;
    parents[0] = -1;
    PriorityQueue<Candidate> open =
        new PriorityQueue<>(
            Comparator.comparingDouble((Candidate c) -> -c.probability)
                .thenComparingInt(Candidate::order));
    Node root = new Node(0, null, pending, 0, 1);
    if (depth > 0) {
      offer(open, root, behind.apply(root), 0, 0);
    }
    int size = 1;
    while (size < nodes && !open.isEmpty()) {
      Candidate best = open.remove();
      Node parent = best.parent;
      int token = best.siblings.token(best.rank);
      Node node = new Node(size, parent, token, parent.depth + 1, best.probability);
      tokens[size] = token;
      parents[size] = parent.number;
      offer(open, parent, best.siblings, best.rank + 1, 2 * size);
      if (node.depth < depth) {
        offer(open, node, behind.apply(node), 0, 2 * size + 1);
      }
      size++;
    }
    return new TokenTree(Arrays.copyOf(tokens, size), Arrays.copyOf(parents, size));
  }

  private static void offer(
      PriorityQueue<Candidate> open, Node parent, Successors siblings, int rank, int order) {
    if (rank < siblings.size()) {
      double probability = parent.probability * siblings.probability(rank);
      open.add(new Candidate(probability, order, parent, siblings, rank));
    }
  }

  /** The likeliest tokens of a distribution. */
  private record Ranked(int[] tokens, double[] probabilities) implements Successors {
    @Override
    public int size() {
      return tokens.length;
    }

    @Override
    public int token(int rank) {
      return tokens[rank];
    }

    @Override
    public double probability(int rank) {
      return probabilities[tokens[rank]];
    }
  }

  /**
   * The tree of a product of distributions, one a depth, independent of each other: as in Medusa
   * (Cai et al. 2024, section 2.2), but chosen anew for each pass.
   *
   * @param pending node 0
   * @param distributions [depth][token] probabilities
   * @param nodes the most nodes, node 0 included, 1 or more
   * @return parents first
   */
  public static TokenTree ofProduct(int pending, double[][] distributions, int nodes) {
    Ranked[] ranked =
        Arrays.stream(distributions)
            .map(p -> new Ranked(TokenPicker.topK(p, Math.min(nodes, p.length)), p))
            .toArray(Ranked[]::new);
    return of(pending, nodes, distributions.length, node -> ranked[node.depth]);
  }
}
