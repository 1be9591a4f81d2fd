package dev.stretto.samplers.drafting;

import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.DecodingRandom;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.TokenPicker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** A draft in the making: a token tree and the draft model's distributions at its nodes. */
public final class DraftTreeBuilder {
  private static final double[] NO_DISTRIBUTION = {};

  private final Sampling sampling;
  private int[] tokens = new int[16];
  private int[] parents = new int[16];
  private int[] depths = new int[16];
  private double[] scores = new double[16];
  private int size;
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
    tokens[0] = pending;
    parents[0] = -1;
    size = 1;
  }

  /** From now on nodes have these distributions. */
  void distributions(IntFunction<double[]> distributions) {
    logProbs = distributions;
  }

  /** {@return how many nodes stand, the root included} */
  public int size() {
    return size;
  }

  /**
   * The tokens on the way to a node, the root's first.
   *
   * @param node which
   * @return its depth + 1 tokens
   */
  public int[] tokensTo(int node) {
    int[] path = new int[depths[node] + 1];
    for (int i = path.length - 1, at = node; i >= 0; i--, at = parents[at]) {
      path[i] = tokens[at];
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
    return IntStream.range(0, size).filter(node -> depths[node] == depth).toArray();
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
    return scores[node];
  }

  /**
   * The likeliest tokens behind a node.
   *
   * @param node which
   * @param most how many
   * @return ids, the lower first on ties
   */
  public int[] top(int node, int most) {
    return TreeExpansion.best(logProbs(node), most);
  }

  /**
   * Adds a chosen candidate.
   *
   * @param parent its node
   * @param token its id
   * @return its number; that of the sibling with this token where there is one
   */
  public int add(int parent, int token) {
    int node = place(parent, token);
    scores[node] = scores[parent] + logProbs(parent)[token];
    return node;
  }

  private int place(int parent, int token) {
    for (int node = parent + 1; node < size; node++) {
      if (parents[node] == parent && tokens[node] == token) {
        return node;
      }
    }
    if (size == tokens.length) {
      tokens = Arrays.copyOf(tokens, 2 * size);
      parents = Arrays.copyOf(parents, 2 * size);
      depths = Arrays.copyOf(depths, 2 * size);
      scores = Arrays.copyOf(scores, 2 * size);
    }
    tokens[size] = token;
    parents[size] = parent;
    depths[size] = depths[parent] + 1;
    return size++;
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
    sequences.get(sequence).add(place(node, random.draw(probabilities)));
  }

  private double[] probabilities(int node) {
    double[] values = logProbs(node);
    if (sampling.temperature() > 0) {
      return TokenPicker.probabilities(values, sampling);
    }
    double[] probabilities = new double[values.length];
    probabilities[TreeExpansion.best(values, 1)[0]] = 1;
    return probabilities;
  }

  /** The tree so far behind tokens that the draft model has not read yet. */
  TokenTree behind(int[] unread) {
    int[] all = Arrays.copyOf(unread, unread.length + size);
    int[] from = new int[all.length];
    System.arraycopy(tokens, 0, all, unread.length, size);
    for (int i = 0; i < all.length; i++) {
      from[i] = i <= unread.length ? i - 1 : parents[i - unread.length] + unread.length;
    }
    return new TokenTree(all, from);
  }

  /** The finished draft. */
  Draft draft() {
    double[][] distributions = new double[size][];
    for (int node = 0; node < size; node++) {
      distributions[node] = drawn.getOrDefault(node, NO_DISTRIBUTION);
    }
    return new Draft(
        new TokenTree(Arrays.copyOf(tokens, size), Arrays.copyOf(parents, size)),
        distributions,
        sequences.stream()
            .map(nodes -> nodes.stream().mapToInt(Integer::intValue).toArray())
            .toArray(int[][]::new));
  }
}
