package dev.stretto.samplers.drafting;

import dev.stretto.samplers.decoding.DecodingRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How a draft model's distributions become a tree, one level a step: what {@link ModelDrafter} is
 * told. All candidates of depth j are added in the j-th call.
 *
 * @param depth how deep the tree can get, 1 or more
 * @param level adds a level
 */
public record TreeExpansion(int depth, Level level) {
  /** Checks the depth; throws IllegalArgumentException for one below 1. */
  public TreeExpansion {
    if (depth < 1) {
      throw new IllegalArgumentException("drafts of depth " + depth + ", expected 1 or more");
    }
  }

  /** Adds one level of a tree. */
  @FunctionalInterface
  public interface Level {
    /**
     * Adds the next level.
     *
     * @param tree what stands; distributions of all its nodes can be asked
     * @param level depth of the nodes to add, from 1
     * @param random of the row
     * @return false where the drafter stops by itself and adds nothing
     */
    boolean grow(DraftTreeBuilder tree, int level, DecodingRandom random);
  }

  /**
   * A chain of the likeliest tokens.
   *
   * @param depth K, 1 or more
   * @return the growth
   */
  public static TreeExpansion chain(int depth) {
    return confident(depth, 0);
  }

  /**
   * A chain of the likeliest tokens that ends before one that the draft itself doubts.
   *
   * @param depth K, 1 or more
   * @param confidence least probability of a token, 0 to 1
   * @return the growth
   */
  public static TreeExpansion confident(int depth, double confidence) {
    return new TreeExpansion(
        depth,
        (tree, level, random) -> {
          int last = tree.size() - 1;
          int token = tree.top(last, 1)[0];
          if (Math.exp(tree.logProbs(last)[token]) < confidence) {
            return false;
          }
          tree.add(last, token);
          return true;
        });
  }

  /**
   * Independent sequences drawn from the draft's distribution: a chain of speculative sampling for
   * one, SpecTr's draft block for several. Equal beginnings share nodes.
   *
   * @param sequences K, 1 or more
   * @param depth L, 1 or more
   * @return the growth
   */
  public static TreeExpansion drawn(int sequences, int depth) {
    if (sequences < 1) {
      throw new IllegalArgumentException(sequences + " drawn sequences, expected 1 or more");
    }
    return new TreeExpansion(
        depth,
        (tree, level, random) -> {
          for (int k = 0; k < sequences; k++) {
            tree.draw(k, random);
          }
          return true;
        });
  }

  /**
   * The likeliest tokens behind every node.
   *
   * @param widths how many at each depth, 1 or more each
   * @return the growth
   */
  public static TreeExpansion widths(int... widths) {
    return new TreeExpansion(
        widths.length,
        (tree, level, random) -> {
          for (int node : tree.frontier(level - 1)) {
            for (int token : tree.top(node, widths[level - 1])) {
              tree.add(node, token);
            }
          }
          return true;
        });
  }

  /**
   * The likeliest paths of each depth by the product of their probabilities; only these go on.
   *
   * @param width paths a depth, 1 or more
   * @param depth 1 or more
   * @return the growth
   */
  public static TreeExpansion beam(int width, int depth) {
    record Candidate(int node, int token, double score) {}
    return new TreeExpansion(
        depth,
        (tree, level, random) -> {
          List<Candidate> candidates = new ArrayList<>();
          for (int node : tree.frontier(level - 1)) {
            double[] logProbs = tree.logProbs(node);
            for (int token : tree.top(node, width)) {
              candidates.add(new Candidate(node, token, tree.score(node) + logProbs[token]));
            }
          }
          candidates.sort(Comparator.comparingDouble(c -> -c.score));
          // in the order of the nodes, so that the same set is the same tree
          candidates.stream()
              .limit(width)
              .sorted(Comparator.comparingInt(Candidate::node).thenComparingInt(Candidate::token))
              .forEach(c -> tree.add(c.node, c.token));
          return true;
        });
  }
}
