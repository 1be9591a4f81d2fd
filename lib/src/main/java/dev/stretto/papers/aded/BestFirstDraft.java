package dev.stretto.papers.aded;

import dev.stretto.models.TokenTree;
import java.util.Arrays;
import java.util.PriorityQueue;

/**
 * The most probable tree: exactly the N nodes with the largest products of probabilities, hence the
 * largest expected number of accepted tokens under the matrix. The plain baseline of the paper's
 * search.
 *
 * @param nodes N, candidates besides node 0, 1 or more
 * @param depth the deepest candidate, 1 or more
 */
public record BestFirstDraft(int nodes, int depth) implements DraftMaker {
  /** Checks both; throws IllegalArgumentException naming the fields. */
  public BestFirstDraft {
    if (nodes < 1 || depth < 1) {
      throw new IllegalArgumentException(
          "nodes is %d and depth %d, expected 1 or more".formatted(nodes, depth));
    }
  }

  /** The next best successor of a node; its siblings behind it wait until it is taken. */
  private record Candidate(double mass, int order, int parent, TrigramMatrix.Row row, int rank)
      implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int byMass = Double.compare(other.mass, mass);
      return byMass != 0 ? byMass : Integer.compare(order, other.order);
    }
  }

  @Override
  public TokenTree draft(TrigramMatrix matrix, int before, int pending) {
    int[] tokens = new int[nodes + 1];
    int[] parents = new int[nodes + 1];
    int[] depths = new int[nodes + 1];
    double[] masses = new double[nodes + 1];
    tokens[0] = pending;
    parents[0] = -1;
    masses[0] = 1;
    PriorityQueue<Candidate> open = new PriorityQueue<>();
    int order = 0;
    int size = 1;
    TrigramMatrix.Row root = matrix.row(before, pending);
    if (root.size() > 0) {
      open.add(new Candidate(root.probability(0), order++, 0, root, 0));
    }
    while (size <= nodes && !open.isEmpty()) {
      Candidate best = open.remove();
      int node = size++;
      tokens[node] = best.row.token(best.rank);
      parents[node] = best.parent;
      depths[node] = depths[best.parent] + 1;
      masses[node] = best.mass;
      int next = best.rank + 1;
      if (next < best.row.size()) {
        double mass = masses[best.parent] * best.row.probability(next);
        open.add(new Candidate(mass, order++, best.parent, best.row, next));
      }
      if (depths[node] < depth) {
        TrigramMatrix.Row row = matrix.row(tokens[best.parent], tokens[node]);
        if (row.size() > 0) {
          open.add(new Candidate(best.mass * row.probability(0), order++, node, row, 0));
        }
      }
    }
    return new TokenTree(Arrays.copyOf(tokens, size), Arrays.copyOf(parents, size));
  }
}
