package dev.stretto.papers.aded;

import dev.stretto.models.TokenTree;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The paper's search (ADED, section 3.2): a game tree whose moves are tokens, its priors and values
 * the matrix's entries. A descent takes the child with the largest
 *
 * <pre>W/n + P sqrt(N)/(1 + n) (c1 + ln((N + c2 + 1)/c2)),</pre>
 *
 * N and n visits of parent and child, an unvisited child first; at a leaf it adds all successors
 * and rolls out by drawing to the depth limit; the value is 1 + the sum of P along the way. The
 * public code looks one word of that way up wrongly; here it is what the paper intends.
 *
 * @param iterations descents, 150 in the paper's code, 1 or more
 * @param depth levels of the search, 3 there; the kept nodes are prolonged by one more
 * @param c1 weight of the prior, 32 there
 * @param c2 how slowly that weight grows, 8 there
 * @param keep most visited nodes that are kept, 24 there
 * @param seed of the roll-outs; the same seed gives the same tree
 */
public record PuctDraft(int iterations, int depth, double c1, double c2, int keep, long seed)
    implements DraftMaker {
  private static final int MOST = 64;

  /** Checks ranges; throws IllegalArgumentException naming the fields. */
  public PuctDraft {
    if (iterations < 1 || depth < 1 || keep < 1 || !(c1 >= 0) || !(c2 > 0)) {
      throw new IllegalArgumentException(
          "iterations is %d, depth %d, keep %d, c1 %s, c2 %s: expected 1 or more, c1 0 or more, c2 above 0"
              .formatted(iterations, depth, keep, c1, c2));
    }
  }

  /**
   * A searched tree.
   *
   * @param tree all nodes that were opened
   * @param visits of each node
   */
  public record Search(TokenTree tree, int[] visits) {
    /** The most visited nodes, node 0 first; none without visits. */
    IntStream mostVisited(int most) {
      return IntStream.range(0, visits.length)
          .filter(node -> visits[node] > 0)
          .boxed()
          .sorted(Comparator.comparingInt(node -> -visits[node]))
          .limit(most)
          .mapToInt(Integer::intValue);
    }
  }

  /** A move of the game; its children are all opened at once, best first. */
  private final class Node {
    final Node parent;
    final int token;
    final int depth;
    final double prior;
    final List<Node> children = new ArrayList<>();
    int number;
    int visits;
    double value;

    Node(Node parent, int token, double prior) {
      this.parent = parent;
      this.token = token;
      this.prior = prior;
      depth = parent == null ? 0 : parent.depth + 1;
    }

    void open(TrigramMatrix.Row row, List<Node> all) {
      for (int rank = 0; rank < row.size(); rank++) {
        Node child = new Node(this, row.token(rank), row.probability(rank));
        child.number = all.size();
        children.add(child);
        all.add(child);
      }
    }

    Node choose() {
      double explore = Math.sqrt(visits) * (c1 + Math.log((visits + c2 + 1) / c2));
      Node best = children.getFirst();
      double most = Double.NEGATIVE_INFINITY;
      for (Node child : children) {
        if (child.visits == 0) {
          return child;
        }
        double score = child.value / child.visits + child.prior * explore / (1 + child.visits);
        if (score > most) {
          most = score;
          best = child;
        }
      }
      return best;
    }
  }

  /**
   * Searches.
   *
   * @param matrix read only
   * @param before the last committed token but one
   * @param pending the last committed token
   * @return all nodes with their visits; node 0 has as many as there were iterations
   */
  public Search search(TrigramMatrix matrix, int before, int pending) {
    Rng rng = SeedTree.of(seed).child(before).child(pending).rng();
    Node root = new Node(null, pending, 0);
    List<Node> all = new ArrayList<>(List.of(root));
    root.open(matrix.row(before, pending), all);
    for (int i = 0; i < iterations && !root.children.isEmpty(); i++) {
      Node node = root;
      double value = 1;
      while (!node.children.isEmpty()) {
        node = node.choose();
        value += node.prior;
      }
      if (node.depth < depth) {
        node.open(matrix.row(node.parent.token, node.token), all);
        value += rollout(matrix, node, rng);
      }
      for (Node at = node; at != null; at = at.parent) {
        at.visits++;
        at.value += value;
      }
    }
    return new Search(
        new TokenTree(
            all.stream().mapToInt(node -> node.token).toArray(),
            all.stream().mapToInt(node -> node == root ? -1 : node.parent.number).toArray()),
        all.stream().mapToInt(node -> node.visits).toArray());
  }

  private double rollout(TrigramMatrix matrix, Node leaf, Rng rng) {
    int before = leaf.parent.token;
    int last = leaf.token;
    double sum = 0;
    for (int level = leaf.depth; level < depth; level++) {
      TrigramMatrix.Row row = matrix.row(before, last);
      if (row.size() == 0) {
        break;
      }
      double u = rng.nextDouble();
      int rank = 0;
      while (rank < row.size() - 1 && u >= row.probability(rank)) {
        u -= row.probability(rank++);
      }
      sum += row.probability(rank);
      before = last;
      last = row.token(rank);
    }
    return sum;
  }

  @Override
  public TokenTree draft(TrigramMatrix matrix, int before, int pending) {
    Search search = search(matrix, before, pending);
    TokenTree all = search.tree;
    List<Integer> tokens = new ArrayList<>(List.of(pending));
    List<Integer> parents = new ArrayList<>(List.of(-1));
    int[] number = new int[all.size()];
    // a parent has at least its child's visits and a lower number: it is kept with the child
    int[] kept = search.mostVisited(keep + 1).skip(1).toArray();
    for (int node : kept) {
      number[node] = tokens.size();
      tokens.add(all.tokens()[node]);
      parents.add(number[all.parents()[node]]);
    }
    for (int node : kept) {
      TrigramMatrix.Row row = matrix.row(all.tokens()[all.parents()[node]], all.tokens()[node]);
      if (row.size() > 0 && tokens.size() <= MOST) {
        int end = number[node];
        if (IntStream.range(0, tokens.size())
            .noneMatch(i -> parents.get(i) == end && tokens.get(i) == row.token(0))) {
          tokens.add(row.token(0));
          parents.add(end);
        }
      }
    }
    return new TokenTree(ints(tokens), ints(parents));
  }

  private static int[] ints(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }
}
