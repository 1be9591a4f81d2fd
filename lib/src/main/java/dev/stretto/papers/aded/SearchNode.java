package dev.stretto.papers.aded;

import dev.stretto.models.TokenTree;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A node of a search, drawn as a tree.
 *
 * @param depth tokens after the last committed one
 * @param place from top to bottom
 * @param fromDepth depth of its parent
 * @param fromPlace place of its parent
 * @param label token and visits
 * @param visits how often it was passed
 */
public record SearchNode(
    double depth, double place, double fromDepth, double fromPlace, String label, int visits) {
  /** The most visited nodes of a search, the root among them, with the texts of their tokens. */
  static List<SearchNode> of(PuctDraft.Search search, int most, IntFunction<String> name) {
    TokenTree tree = search.tree();
    int[] depths = tree.depths();
    int[] shown = search.mostVisited(most).sorted().toArray();
    double[] places = new double[tree.size()];
    place(tree, shown, 0, 0, places);
    List<SearchNode> drawn = new ArrayList<>();
    for (int i : shown) {
      int parent = Math.max(0, tree.parents()[i]);
      int visits = search.visits()[i];
      String label = name.apply(tree.tokens()[i]) + "  " + visits;
      drawn.add(
          new SearchNode(depths[i], -places[i], depths[parent], -places[parent], label, visits));
    }
    return drawn;
  }

  /** Leaves one below the other, each other node in the middle of its children. */
  private static double place(TokenTree tree, int[] shown, int node, double next, double[] places) {
    double after = next;
    List<Double> below = new ArrayList<>();
    for (int child : shown) {
      if (tree.parents()[child] == node) {
        after = place(tree, shown, child, after, places);
        below.add(places[child]);
      }
    }
    places[node] = below.stream().mapToDouble(p -> p).average().orElse(next);
    return below.isEmpty() ? next + 1 : after;
  }
}
