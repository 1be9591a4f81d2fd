package dev.stretto.papers.aded;

import dev.stretto.models.TokenTree;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.Arrays;
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
  public record Search(TokenTree tree, int[] visits) {}

  /** The nodes of a search in parallel arrays; children of a node are neighbours. */
  private final class Nodes {
    final int[] token;
    final int[] parent;
    final int[] depths;
    final int[] first;
    final int[] children;
    final int[] visits;
    final double[] prior;
    final double[] value;
    int size = 1;

    Nodes(int room) {
      token = new int[room];
      parent = new int[room];
      depths = new int[room];
      first = new int[room];
      children = new int[room];
      visits = new int[room];
      prior = new double[room];
      value = new double[room];
      parent[0] = -1;
    }

    void open(TrigramMatrix matrix, int node, int before) {
      TrigramMatrix.Row row = matrix.row(before, token[node]);
      first[node] = size;
      children[node] = row.size();
      for (int rank = 0; rank < row.size(); rank++) {
        token[size] = row.token(rank);
        parent[size] = node;
        depths[size] = depths[node] + 1;
        prior[size] = row.probability(rank);
        size++;
      }
    }

    int choose(int node) {
      double explore = Math.sqrt(visits[node]) * (c1 + Math.log((visits[node] + c2 + 1) / c2));
      int best = first[node];
      double most = Double.NEGATIVE_INFINITY;
      for (int child = first[node]; child < first[node] + children[node]; child++) {
        if (visits[child] == 0) {
          return child;
        }
        double score = value[child] / visits[child] + prior[child] * explore / (1 + visits[child]);
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
    int widest = matrix.row(before, pending).size();
    Nodes nodes = new Nodes(1 + widest + iterations * matrix.topK());
    nodes.token[0] = pending;
    nodes.open(matrix, 0, before);
    for (int i = 0; i < iterations && nodes.children[0] > 0; i++) {
      int node = 0;
      double value = 1;
      while (nodes.children[node] > 0) {
        node = nodes.choose(node);
        value += nodes.prior[node];
      }
      if (nodes.depths[node] < depth) {
        nodes.open(matrix, node, nodes.token[nodes.parent[node]]);
        value += rollout(matrix, nodes, node, rng);
      }
      for (int at = node; at >= 0; at = nodes.parent[at]) {
        nodes.visits[at]++;
        nodes.value[at] += value;
      }
    }
    return new Search(
        new TokenTree(
            Arrays.copyOf(nodes.token, nodes.size), Arrays.copyOf(nodes.parent, nodes.size)),
        Arrays.copyOf(nodes.visits, nodes.size));
  }

  private double rollout(TrigramMatrix matrix, Nodes nodes, int leaf, Rng rng) {
    int before = nodes.token[nodes.parent[leaf]];
    int last = nodes.token[leaf];
    double sum = 0;
    for (int level = nodes.depths[leaf]; level < depth; level++) {
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
    // a parent has at least its child's visits and a lower number: it is kept with the child
    int[] kept =
        IntStream.range(1, all.size())
            .filter(node -> search.visits[node] > 0)
            .boxed()
            .sorted(Comparator.comparingInt(node -> -search.visits[node]))
            .limit(keep)
            .mapToInt(Integer::intValue)
            .toArray();
    List<Integer> tokens = new ArrayList<>(List.of(pending));
    List<Integer> parents = new ArrayList<>(List.of(-1));
    int[] number = new int[all.size()];
    for (int node : kept) {
      number[node] = tokens.size();
      tokens.add(all.tokens()[node]);
      parents.add(number[all.parents()[node]]);
    }
    for (int node : kept) {
      TrigramMatrix.Row row = matrix.row(all.tokens()[all.parents()[node]], all.tokens()[node]);
      if (row.size() > 0 && tokens.size() <= MOST && !has(tokens, parents, number[node], row)) {
        tokens.add(row.token(0));
        parents.add(number[node]);
      }
    }
    return new TokenTree(ints(tokens), ints(parents));
  }

  private static boolean has(
      List<Integer> tokens, List<Integer> parents, int node, TrigramMatrix.Row row) {
    return IntStream.range(0, tokens.size())
        .anyMatch(i -> parents.get(i) == node && tokens.get(i) == row.token(0));
  }

  private static int[] ints(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).toArray();
  }
}
