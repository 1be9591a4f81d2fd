package dev.stretto.models.language;

import java.util.Arrays;

/**
 * An n-gram model counted from token ids, smoothed by Witten and Bell's interpolation (IEEE Trans.
 * Inf. Theory 37, 1991; no parameter to tune): behind a context c seen N(c) times with T(c)
 * different successors,
 *
 * <pre>p(x|c) = (count(c x) + T(c) p(x|shorter c)) / (N(c) + T(c)),   below order 1: p = 1/V.</pre>
 *
 * An unseen context backs off to the next shorter one. Contexts are nodes of a trie that is walked
 * from the latest token backwards, one sorted array a level: a look-up is a binary search a level.
 */
public final class NGramModel implements ContextModel {
  /**
   * What followed a context.
   *
   * @param tokens successors, most frequent first, ties by lowest id
   * @param counts how often each came
   * @param total the sum of the counts, 0 for an unseen context
   */
  public record Successors(int[] tokens, int[] counts, long total) {
    static final Successors NONE = new Successors(new int[0], new int[0], 0);

    /**
     * The likeliest ones.
     *
     * @param most how many
     * @return at most so many tokens
     */
    public int[] top(int most) {
      return Arrays.copyOf(tokens, Math.min(most, tokens.length));
    }
  }

  private final int vocabulary;

  /** Contexts of each length: sorted (number of the context that is one shorter) V + oldest. */
  private final long[][] contexts;

  private final Successors[][] successors;

  private NGramModel(int vocabulary, int order, int[] text, int[] begins) {
    this.vocabulary = vocabulary;
    contexts = new long[order][];
    successors = new Successors[order][];
    int[] node = new int[text.length]; // number of the context before each token; -1: too short
    for (int length = 0; length < order; length++) {
      long[] pairs = new long[text.length];
      int known = 0;
      for (int at = 0; at < text.length; at++) {
        if (node[at] >= 0 && at - length >= begins[at]) {
          pairs[known++] = (long) node[at] * vocabulary + (length == 0 ? 0 : text[at - length]);
        } else {
          node[at] = -1;
        }
      }
      contexts[length] = Arrays.stream(pairs, 0, known).sorted().distinct().toArray();
      int pair = 0;
      int count = 0;
      for (int at = 0; at < text.length; at++) {
        if (node[at] >= 0) {
          node[at] = Arrays.binarySearch(contexts[length], pairs[pair++]);
          pairs[count++] = (long) node[at] * vocabulary + text[at];
        }
      }
      Arrays.sort(pairs, 0, count);
      successors[length] = group(pairs, count, contexts[length].length);
    }
  }

  private Successors[] group(long[] pairs, int count, int nodes) {
    Successors[] groups = new Successors[nodes];
    long[] ranks = new long[vocabulary];
    for (int from = 0; from < count; ) {
      int of = (int) (pairs[from] / vocabulary);
      int kinds = 0;
      int first = from;
      while (from < count && pairs[from] / vocabulary == of) {
        int start = from;
        while (from < count && pairs[from] == pairs[start]) {
          from++;
        }
        // sorted rising: most frequent first, then lowest id
        ranks[kinds++] = ((long) (start - from) << 32) | (pairs[start] % vocabulary);
      }
      Arrays.sort(ranks, 0, kinds);
      int[] tokens = new int[kinds];
      int[] counts = new int[kinds];
      for (int i = 0; i < kinds; i++) {
        tokens[i] = (int) ranks[i];
        counts[i] = (int) -(ranks[i] >> 32);
      }
      groups[of] = new Successors(tokens, counts, from - first);
    }
    return groups;
  }

  /**
   * Counts texts.
   *
   * @param vocabulary V, 1 or more
   * @param order n: the distribution looks back n - 1 tokens; 1 or more, 5 is plenty
   * @param texts ids below V; no n-gram reaches over the border of two texts
   * @return the model. Throws IllegalArgumentException naming the text and place of an id out of
   *     range.
   */
  public static NGramModel count(int vocabulary, int order, int[]... texts) {
    if (vocabulary < 1 || order < 1) {
      throw new IllegalArgumentException(
          "vocabulary %d and order %d, expected 1 or more".formatted(vocabulary, order));
    }
    int[] all = new int[Arrays.stream(texts).mapToInt(text -> text.length).sum()];
    int[] begins = new int[all.length];
    int end = 0;
    for (int t = 0; t < texts.length; t++) {
      for (int i = 0; i < texts[t].length; i++) {
        if (texts[t][i] < 0 || texts[t][i] >= vocabulary) {
          throw new IllegalArgumentException(
              "token %d of text %d is %d, expected 0 to %d"
                  .formatted(i, t, texts[t][i], vocabulary - 1));
        }
        all[end + i] = texts[t][i];
        begins[end + i] = end;
      }
      end += texts[t].length;
    }
    return new NGramModel(vocabulary, order, all, begins);
  }

  /**
   * What followed a context in the texts.
   *
   * @param context the last tokens, oldest first, below the order in number
   * @return its successors; none for an unseen context
   */
  public Successors successors(int... context) {
    int node = 0;
    for (int length = 0; length <= context.length; length++) {
      node = step(length, node, context);
      if (node < 0) {
        return Successors.NONE;
      }
    }
    return successors[context.length][node];
  }

  private int step(int length, int node, int[] context) {
    if (length >= contexts.length) {
      return -1;
    }
    long oldest = length == 0 ? 0 : context[context.length - length];
    return Arrays.binarySearch(contexts[length], (long) node * vocabulary + oldest);
  }

  @Override
  public int vocabulary() {
    return vocabulary;
  }

  @Override
  public int reach() {
    return contexts.length - 1;
  }

  @Override
  public double[] logProbs(int[] context) {
    double[] probabilities = new double[vocabulary];
    Arrays.fill(probabilities, 1.0 / vocabulary);
    int node = 0;
    for (int length = 0; length <= Math.min(reach(), context.length); length++) {
      node = step(length, node, context);
      if (node < 0) {
        break;
      }
      Successors next = successors[length][node];
      double total = next.total + next.tokens.length;
      double shorter = next.tokens.length / total;
      Arrays.setAll(probabilities, token -> probabilities[token] * shorter);
      for (int i = 0; i < next.tokens.length; i++) {
        probabilities[next.tokens[i]] += next.counts[i] / total;
      }
    }
    Arrays.setAll(probabilities, token -> Math.log(probabilities[token]));
    return probabilities;
  }
}
