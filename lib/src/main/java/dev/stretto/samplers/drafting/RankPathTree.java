package dev.stretto.samplers.drafting;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * The shape of a tree whose candidates come from ranked distributions (Cai et al. 2024, section
 * 2.1.2): path [0, 2] is the third best token behind the best token behind the pending one. Node 0
 * is the pending token; node i is the end of path i - 1. Shorter paths come first.
 *
 * @param paths the ranks from the root to each node; every path's parent is there, and every better
 *     sibling
 */
public record RankPathTree(int[][] paths) {
  /** Sorts the paths and checks them; throws IllegalArgumentException naming the path. */
  public RankPathTree {
    paths = Arrays.stream(paths).map(int[]::clone).toArray(int[][]::new);
    Arrays.sort(
        paths, Comparator.<int[]>comparingInt(p -> p.length).thenComparing(Arrays::compare));
    Map<List<Integer>, Integer> seen = numbers(paths);
    for (int[] path : paths) {
      check(path.length > 0, path, "is empty, expected one rank or more");
      int rank = path[path.length - 1];
      check(rank >= 0, path, "has a negative rank, expected 0 or more");
      check(
          path.length == 1 || seen.containsKey(key(path, path.length - 1)),
          path,
          "has no parent in the tree, expected the path without its last rank");
      int[] brother = path.clone();
      brother[path.length - 1]--;
      check(
          rank == 0 || seen.containsKey(key(brother, path.length)),
          path,
          "leaves a gap, expected the next better rank in the tree");
    }
    check(seen.size() == paths.length, new int[0], "is there twice, expected different paths");
  }

  private static void check(boolean good, int[] path, String what) {
    if (!good) {
      throw new IllegalArgumentException("rank path " + Arrays.toString(path) + " " + what);
    }
  }

  private static List<Integer> key(int[] path, int length) {
    return Arrays.stream(path, 0, length).boxed().toList();
  }

  private static Map<List<Integer>, Integer> numbers(int[][] paths) {
    Map<List<Integer>, Integer> numbers = new HashMap<>();
    for (int i = 0; i < paths.length; i++) {
      numbers.put(key(paths[i], paths[i].length), i + 1);
    }
    return numbers;
  }

  /**
   * All combinations of the best ranks: {@code cartesian(1, 1, 1)} is a chain of 3, {@code
   * cartesian(3, 2)} has 3 candidates behind the root and 2 behind each of them.
   *
   * @param widths children of every node, by depth
   * @return the tree
   */
  public static RankPathTree cartesian(int... widths) {
    List<int[]> all = new ArrayList<>();
    List<int[]> level = List.of(new int[0]);
    for (int width : widths) {
      List<int[]> next = new ArrayList<>();
      for (int[] parent : level) {
        for (int rank = 0; rank < width; rank++) {
          int[] path = Arrays.copyOf(parent, parent.length + 1);
          path[parent.length] = rank;
          next.add(path);
        }
      }
      all.addAll(next);
      level = next;
    }
    return new RankPathTree(all.toArray(int[][]::new));
  }

  /**
   * The tree of the most probable paths: again and again the path is added that is right in most
   * passes, among those whose parent and better siblings are there.
   *
   * @param ranks of the right token at each depth, for each calibration pass
   * @param nodes the root included, 1 or more
   * @return the tree; smaller where fewer paths were ever right
   */
  public static RankPathTree greedy(int[][] ranks, int nodes) {
    if (nodes < 1) {
      throw new IllegalArgumentException("a tree of " + nodes + " nodes, expected 1 or more");
    }
    Map<List<Integer>, Integer> right = new HashMap<>(); // passes in which a path is right
    Map<List<Integer>, Integer> worst = new HashMap<>(); // largest right rank behind a path
    for (int[] pass : ranks) {
      for (int depth = 0; depth < pass.length; depth++) {
        right.merge(key(pass, depth + 1), 1, Integer::sum);
        worst.merge(key(pass, depth), pass[depth], Math::max);
      }
    }
    Comparator<int[]> order =
        Comparator.comparingInt(path -> -right.getOrDefault(key(path, path.length), 0));
    PriorityQueue<int[]> open = new PriorityQueue<>(order.thenComparing(Arrays::compare));
    List<int[]> paths = new ArrayList<>();
    if (worst.containsKey(List.of())) {
      open.add(new int[1]);
    }
    while (paths.size() < nodes - 1 && !open.isEmpty()) {
      int[] best = open.remove();
      paths.add(best);
      int[] sibling = best.clone();
      sibling[best.length - 1]++;
      for (int[] next : List.of(sibling, Arrays.copyOf(best, best.length + 1))) {
        int parent = next.length - 1;
        if (next[parent] <= worst.getOrDefault(key(next, parent), -1)) {
          open.add(next);
        }
      }
    }
    return new RankPathTree(paths.toArray(int[][]::new));
  }

  /**
   * How deep a draft is kept.
   *
   * @param ranks of the right token at each depth, where those before it are right
   * @return length of the longest path that is right, 0 or more
   */
  public int kept(int[] ranks) {
    int kept = 0;
    for (int[] path : paths) {
      if (path.length <= ranks.length
          && Arrays.equals(path, 0, path.length, ranks, 0, path.length)) {
        kept = Math.max(kept, path.length);
      }
    }
    return kept;
  }

  /** {@return nodes, the root included} */
  public int nodes() {
    return paths.length + 1;
  }

  /** {@return the longest path, 0 for the root alone} */
  public int depth() {
    return paths.length == 0 ? 0 : paths[paths.length - 1].length;
  }

  /**
   * Nodes down to a depth; they come first.
   *
   * @param depth 0 or more
   * @return their number, the root included
   */
  public int nodes(int depth) {
    return 1 + (int) Arrays.stream(paths).filter(path -> path.length <= depth).count();
  }

  /** {@return the parent of every node, -1 for the root} */
  public int[] parents() {
    Map<List<Integer>, Integer> numbers = numbers(paths);
    int[] parents = new int[nodes()];
    parents[0] = -1;
    for (int i = 1; i < parents.length; i++) {
      int[] path = paths[i - 1];
      parents[i] = path.length == 1 ? 0 : numbers.get(key(path, path.length - 1));
    }
    return parents;
  }
}
