package dev.stretto.samplers.drafting;

import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.DecodingRandom;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.TokenPicker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** A draft in the making: a token tree and the draft model's distributions at its nodes. */
public final class DraftTreeBuilder {
  private static final double[] NO_DISTRIBUTION = {};

  private record Node(int token, int parent, int depth, double score) {}

  private final Sampling sampling;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<Integer, double[]> drawn = new HashMap<>();
  private final List<List<Integer>> sequences = new ArrayList<>();
  private IntFunction<double[]> logProbs =
      node -> {
        throw new IllegalStateException("node " + node + " was not scored");
      };

  /**
   * A lone root.
   *
   * @param pending token of the row
   * @param sampling how drafts are drawn
   */
  DraftTreeBuilder(int pending, Sampling sampling) {
    this.sampling = sampling;
    nodes.add(new Node(pending, -1, 0, 0));
  }

  /** From now on nodes have these distributions. */
  void distributions(IntFunction<double[]> distributions) {
    logProbs = distributions;
  }

  /** {@return how many nodes stand, the root included} */
  public int size() {
    return nodes.size();
  }

  /** The tokens on the way to a node, the root's first. */
  int[] tokensTo(int node) {
    int[] path = new int[nodes.get(node).depth + 1];
    for (int i = path.length - 1, at = node; i >= 0; i--, at = nodes.get(at).parent) {
      path[i] = nodes.get(at).token;
    }
    return path;
  }

  /**
   * The nodes of a depth.
   *
   * @param depth 0 for the root
   * @return their numbers
   */
  public int[] frontier(int depth) {
    return IntStream.range(0, size()).filter(node -> nodes.get(node).depth == depth).toArray();
  }

  /**
   * The draft's distribution behind a node, before temperature.
   *
   * @param node which
   * @return natural logarithms
   */
  public double[] logProbs(int node) {
    return logProbs.apply(node);
  }

  /**
   * Log-probability of the way to a node.
   *
   * @param node which
   * @return sum of logarithms, 0 for the root; of drawn nodes not known
   */
  public double score(int node) {
    return nodes.get(node).score;
  }

  /**
   * The likeliest tokens behind a node.
   *
   * @param node which
   * @param most how many
   * @return ids, the lower first on ties
   */
  public int[] top(int node, int most) {
    double[] values = logProbs(node);
    return TokenPicker.topK(values, Math.min(most, values.length));
  }

  /**
   * Adds a chosen candidate.
   *
   * @param parent its node
   * @param token its id
   * @return its number; that of the sibling with this token where there is one
   */
  public int add(int parent, int token) {
    return place(parent, token, score(parent) + logProbs(parent)[token]);
  }

  private int place(int parent, int token, double score) {
    for (int node = parent + 1; node < size(); node++) {
      if (nodes.get(node).parent == parent && nodes.get(node).token == token) {
        return node;
      }
    }
    nodes.add(new Node(token, parent, nodes.get(parent).depth + 1, score));
    return size() - 1;
  }

  /**
   * Draws the next token of a sequence under the row's sampling.
   *
   * @param sequence its number, from 0
   * @param random of the row
   */
  public void draw(int sequence, DecodingRandom random) {
    while (sequences.size() <= sequence) {
      sequences.add(new ArrayList<>(List.of(0)));
    }
    int node = sequences.get(sequence).getLast();
    double[] probabilities = drawn.computeIfAbsent(node, this::probabilities);
    sequences.get(sequence).add(place(node, random.draw(probabilities), 0));
  }

  private double[] probabilities(int node) {
    if (sampling.temperature() > 0) {
      return TokenPicker.probabilities(logProbs(node), sampling);
    }
    double[] probabilities = new double[logProbs(node).length];
    probabilities[top(node, 1)[0]] = 1;
    return probabilities;
  }

  /** The tree so far behind tokens that the draft model has not read yet. */
  TokenTree behind(int[] unread) {
    int first = unread.length;
    IntStream parents = nodes.stream().mapToInt(node -> node.parent + first);
    return new TokenTree(
        IntStream.concat(IntStream.of(unread), nodes.stream().mapToInt(Node::token)).toArray(),
        IntStream.concat(IntStream.range(-1, first - 1), parents).toArray());
  }

  /** The finished draft. */
  Draft draft() {
    return new Draft(
        behind(new int[0]),
        IntStream.range(0, size())
            .mapToObj(node -> drawn.getOrDefault(node, NO_DISTRIBUTION))
            .toArray(double[][]::new),
        sequences.stream()
            .map(sequence -> sequence.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new));
  }
}
