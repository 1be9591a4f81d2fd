package dev.stretto.papers.aded;

import dev.stretto.models.language.NGramModel;
import dev.stretto.samplers.drafting.BestFirstTree;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * The tri-gram matrix that stands in for a language model (Liu et al. 2024, ADED, section 3.1): for
 * each pair of tokens its top-K successors with their shares. What was counted is shared by all
 * copies; what was boosted while decoding is a copy's own, so a private matrix costs nothing until
 * it changes. Boosted entries become scores: rows are read as their top K, normalised.
 */
public final class TrigramMatrix {
  private static final int PAIRS = 1 << 16;

  private final NGramModel counted;
  private final int topK;

  /** Boosted pairs, the least recently boosted first. */
  private final SequencedMap<Long, Row> own; // in the order of their making

  /** The successors of a pair, best first, ties by lowest id. Never changed. */
  public static final class Row implements BestFirstTree.Successors {
    private final int most;
    private final int[] tokens;
    private final double[] scores;
    private final double total;

    private Row(int most, int[] tokens, double[] scores) {
      this.most = most;
      this.tokens = tokens;
      this.scores = scores;
      double sum = 0;
      for (int i = 0; i < size(); i++) {
        sum += scores[i];
      }
      total = sum;
    }

    private static Row of(int most, NGramModel.Successors counted) {
      int[] tokens = counted.top(most);
      double[] scores = new double[tokens.length];
      Arrays.setAll(scores, i -> (double) counted.counts()[i] / counted.total());
      return new Row(most, tokens, scores);
    }

    /** {@return how many successors are read, up to K} */
    @Override
    public int size() {
      return Math.min(most, tokens.length);
    }

    /**
     * A successor.
     *
     * @param rank 0 for the best
     * @return its id
     */
    @Override
    public int token(int rank) {
      return tokens[rank];
    }

    /**
     * How likely a successor is.
     *
     * @param rank 0 for the best
     * @return its share of the scores that are read
     */
    @Override
    public double probability(int rank) {
      return scores[rank] / total;
    }

    private int find(int token) {
      int at = 0;
      while (at < tokens.length && tokens[at] != token) {
        at++;
      }
      return at;
    }

    private double score(int token) {
      int at = find(token);
      return at < tokens.length ? scores[at] : 0;
    }

    private Row boosted(int token, double keep, double add, double cap) {
      // twice as many entries are kept as are read, so that newcomers can climb; a full row forgets
      // its last one
      int at = Math.min(find(token), 2 * most - 1);
      int[] ids = Arrays.copyOf(tokens, Math.max(tokens.length, at + 1));
      double[] kept = Arrays.copyOf(scores, ids.length);
      Arrays.setAll(kept, i -> keep * kept[i]);
      double score = Math.min(cap, keep * score(token) + add);
      while (at > 0 && before(token, score, ids[at - 1], kept[at - 1])) {
        ids[at] = ids[at - 1];
        kept[at] = kept[at - 1];
        at--;
      }
      ids[at] = token;
      kept[at] = score;
      return new Row(most, ids, kept);
    }

    private static boolean before(int token, double score, int other, double otherScore) {
      return score > otherScore || (score == otherScore && token < other);
    }
  }

  private TrigramMatrix(NGramModel counted, int topK, SequencedMap<Long, Row> own) {
    this.counted = counted;
    this.topK = topK;
    this.own = own;
  }

  /**
   * Counts texts; no tri-gram reaches over the border of two.
   *
   * @param vocabulary V, 1 or more
   * @param topK successors read of a pair, 12 in the paper's code, 1 or more
   * @param texts ids below V; none for a matrix that starts cold
   * @return the matrix; throws IllegalArgumentException naming the field or the token out of range
   */
  public static TrigramMatrix count(int vocabulary, int topK, int[]... texts) {
    if (topK < 1) {
      throw new IllegalArgumentException("topK is " + topK + ", expected 1 or more");
    }
    return new TrigramMatrix(NGramModel.count(vocabulary, 3, texts), topK, new LinkedHashMap<>());
  }

  /**
   * A matrix of its own with the same counts and boosts.
   *
   * @return what is boosted in one is not in the other
   */
  public TrigramMatrix copy() {
    return new TrigramMatrix(counted, topK, new LinkedHashMap<>(own));
  }

  /**
   * What may follow two tokens.
   *
   * @param before the last token but one
   * @param last the last token
   * @return its successors, none for a pair that never came
   */
  public Row row(int before, int last) {
    Row row = own.get(key(before, last));
    return row != null ? row : Row.of(topK, counted.successors(before, last));
  }

  /**
   * An entry.
   *
   * @param before the last token but one
   * @param last the last token
   * @param next the one behind them
   * @return its share, or its score once it was boosted; 0 where it is missing
   */
  public double score(int before, int last, int next) {
    return row(before, last).score(next);
  }

  /** Multiplies the entries of a pair, adds to one of them, up to a cap. */
  void boost(int before, int last, int next, double keep, double add, double cap) {
    for (int token : new int[] {before, last, next}) {
      if (token < 0 || token >= counted.vocabulary()) {
        throw new IllegalArgumentException(
            "token is %d, expected 0 to %d".formatted(token, counted.vocabulary() - 1));
      }
    }
    Row row = row(before, last).boosted(next, keep, add, cap);
    own.putLast(key(before, last), row);
  }

  /** Forgets the boosts of the pairs that were boosted least recently, where there are too many. */
  void trim() {
    Iterator<Row> eldest = own.values().iterator();
    for (int excess = own.size() - PAIRS; excess > 0; excess--) {
      eldest.next();
      eldest.remove();
    }
  }

  private long key(int before, int last) {
    return (long) before * counted.vocabulary() + last;
  }

  /** {@return the boosted rows by pair, as text: equal for equal ones} */
  String boosted() {
    Map<Long, String> rows = new TreeMap<>();
    own.forEach(
        (pair, row) ->
            rows.put(pair, Arrays.toString(row.tokens) + " " + Arrays.toString(row.scores)));
    return rows.toString();
  }
}
