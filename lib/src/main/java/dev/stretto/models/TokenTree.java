package dev.stretto.models;

import dev.stretto.tensor.SvgDrawable;
import java.util.Arrays;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Candidate tokens of one row: node 0 is the token that is already decided but not yet read (the
 * pending one), every other node continues its parent. A chain is a tree, and so is a lone node.
 *
 * @param tokens ids
 * @param parents of each node, lower than the node; -1 for node 0
 */
public record TokenTree(int[] tokens, int[] parents) implements SvgDrawable {
  /** Checks that parents come first. */
  public TokenTree {
    if (tokens.length == 0 || tokens.length != parents.length || parents[0] != -1) {
      throw new IllegalArgumentException(
          "a tree of %d tokens and %d parents that starts with parent %s: expected as many, at least 1, the first -1"
              .formatted(tokens.length, parents.length, parents.length == 0 ? "none" : parents[0]));
    }
    for (int i = 1; i < parents.length; i++) {
      if (parents[i] < 0 || parents[i] >= i) {
        throw new IllegalArgumentException(
            "node %d has parent %d, expected 0 to %d".formatted(i, parents[i], i - 1));
      }
    }
  }

  /**
   * A chain.
   *
   * @param tokens the pending token and what may follow
   * @return the tree
   */
  public static TokenTree chain(int... tokens) {
    int[] parents = new int[tokens.length];
    Arrays.setAll(parents, i -> i - 1);
    return new TokenTree(tokens, parents);
  }

  /**
   * Nodes.
   *
   * @return 1 or more
   */
  public int size() {
    return tokens.length;
  }

  /**
   * Steps from node 0.
   *
   * @return one depth a node, 0 for node 0
   */
  public int[] depths() {
    int[] depths = new int[size()];
    for (int i = 1; i < depths.length; i++) {
      depths[i] = depths[parents[i]] + 1;
    }
    return depths;
  }

  /**
   * Whether this is a chain: every node continues the one before it.
   *
   * @return true for a chain or a lone node
   */
  public boolean isChain() {
    return IntStream.range(1, parents.length).allMatch(i -> parents[i] == i - 1);
  }

  /**
   * Who is an ancestor of whom.
   *
   * @return [node][other]: true where other is the node itself or an ancestor
   */
  public boolean[][] ancestors() {
    boolean[][] sees = new boolean[size()][size()];
    for (int i = 0; i < size(); i++) {
      if (i > 0) {
        System.arraycopy(sees[parents[i]], 0, sees[i], 0, i);
      }
      sees[i][i] = true;
    }
    return sees;
  }

  /**
   * The way to a node.
   *
   * @param node where it ends
   * @return nodes from 0 to the node
   */
  public int[] path(int node) {
    int[] path = new int[depths()[node] + 1];
    for (int i = path.length - 1, at = node; i >= 0; i--, at = parents[at]) {
      path[i] = at;
    }
    return path;
  }

  /**
   * A picture with the tokens' texts, depth from left to right.
   *
   * @param name text of a token, for example a tokenizer's
   * @param kept nodes that are filled, for example an accepted path
   * @return the picture
   */
  public SvgDrawable sketch(IntFunction<String> name, int... kept) {
    return MaskAndTreeSvg.tree(this, name, kept);
  }

  @Override
  public String svg() {
    return sketch(String::valueOf).svg();
  }

  @Override
  public double width() {
    return sketch(String::valueOf).width();
  }

  @Override
  public String toString() {
    return MaskAndTreeSvg.text(this);
  }
}
