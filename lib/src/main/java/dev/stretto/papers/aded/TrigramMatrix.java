package dev.stretto.papers.aded;

import dev.stretto.models.language.NGramModel;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

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
  private final Map<Long, Row> own;

  /** The successors of a pair, best first, ties by lowest id. */
  public static final class Row {
    private final int most;
    private final int[] tokens;
    private final double[] scores;
    private int size;
    private double total;

    private Row(int most, NGramModel.Successors counted) {
      this.most = most;
      size = Math.min(most, counted.tokens().length);
      // twice as many entries are kept as are read, so that newcomers can climb
      tokens = Arrays.copyOf(Arrays.copyOf(counted.tokens(), size), 2 * most);
      scores = new double[2 * most];
      for (int i = 0; i < size; i++) {
        scores[i] = (double) counted.counts()[i] / counted.total();
      }
      sum();
    }

    private Row(Row other) {
      most = other.most;
      tokens = other.tokens.clone();
      scores = other.scores.clone();
      size = other.size;
      total = other.total;
    }

    /** {@return how many successors are read, up to K} */
    public int size() {
      return Math.min(most, size);
    }

    /**
     * A successor.
     *
     * @param rank 0 for the best
     * @return its id
     */
    public int token(int rank) {
      return tokens[rank];
    }

    /**
     * How likely a successor is.
     *
     * @param rank 0 for the best
     * @return its share of the scores that are read
     */
    public double probability(int rank) {
      return scores[rank] / total;
    }

    /**
     * A successor's place.
     *
     * @param token an id
     * @return its rank among those that are read, -1 for none
     */
    public int rank(int token) {
      int at = find(token);
      return at < size() ? at : -1;
    }

    private int find(int token) {
      int at = 0;
      while (at < size && tokens[at] != token) {
        at++;
      }
      return at < size ? at : Integer.MAX_VALUE;
    }

    private double score(int token) {
      int at = find(token);
      return at < size ? scores[at] : 0;
    }

    private void set(int token, double score) {
      int at = find(token);
      if (at >= size) {
        // a full row forgets its last entry
        at = size < tokens.length ? size++ : size - 1;
      }
      while (at > 0 && before(token, score, tokens[at - 1], scores[at - 1])) {
        tokens[at] = tokens[at - 1];
        scores[at] = scores[at - 1];
        at--;
      }
      tokens[at] = token;
      scores[at] = score;
      sum();
    }

    private static boolean before(int token, double score, int other, double otherScore) {
      return score > otherScore || (score == otherScore && token < other);
    }

    private void scale(double factor) {
      for (int i = 0; i < size; i++) {
        scores[i] *= factor;
      }
      total *= factor;
    }

    private void sum() {
      total = 0;
      for (int i = 0; i < size(); i++) {
        total += scores[i];
      }
    }
  }

  private TrigramMatrix(NGramModel counted, int topK, Map<Long, Row> own) {
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
    return new TrigramMatrix(
        NGramModel.count(vocabulary, 3, texts), topK, LinkedHashMap.newLinkedHashMap(64));
  }

  /**
   * A matrix of its own with the same counts and boosts.
   *
   * @return what is boosted in one is not in the other
   */
  public TrigramMatrix copy() {
    Map<Long, Row> rows = LinkedHashMap.newLinkedHashMap(own.size() + 64);
    own.forEach((pair, row) -> rows.put(pair, new Row(row)));
    return new TrigramMatrix(counted, topK, rows);
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
    return row != null ? row : new Row(topK, counted.successors(before, last));
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
    long key = key(before, last);
    Row row = own.remove(key);
    row = row != null ? row : new Row(topK, counted.successors(before, last));
    if (keep != 1) {
      row.scale(keep);
    }
    row.set(next, Math.min(cap, row.score(next) + add));
    own.put(key, row);
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

  /** {@return successors read of a pair} */
  public int topK() {
    return topK;
  }

  /** {@return V} */
  public int vocabulary() {
    return counted.vocabulary();
  }

  /** {@return entries of the pairs that were boosted} */
  public long boosted() {
    return own.values().stream().mapToLong(row -> row.size).sum();
  }

  /** {@return a checksum of all boosted rows, equal for equal ones whatever their order} */
  public long checksum() {
    long sum = 0;
    for (Map.Entry<Long, Row> entry : own.entrySet()) {
      long hash = entry.getKey();
      for (int i = 0; i < entry.getValue().size; i++) {
        hash = hash * 31 + entry.getValue().tokens[i];
        hash = hash * 31 + Double.doubleToLongBits(entry.getValue().scores[i]);
      }
      sum += hash * 0x9E3779B97F4A7C15L;
    }
    return sum;
  }
}
