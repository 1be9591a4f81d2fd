package dev.stretto.samplers.decoding;

import dev.stretto.models.TokenTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a decoder that drafts reports of its drafts. A <i>pass</i> is one call of the target for one
 * row; it keeps the first drafts that pass verification and adds one token of its own, the
 * <i>bonus</i>. Arrays by depth start at depth 1. Names that are easily confused, each with its
 * formula:
 *
 * <ul>
 *   <li>conditional rate: kept_j / tried_j, where tried_j counts passes in which j - 1 drafts were
 *       kept and a candidate of depth j stood behind them;
 *   <li>unconditional rate: kept_j / passes (vLLM's per-position rate divides by passes with a
 *       draft instead);
 *   <li>survival: product of the conditional rates up to j, the rate were every draft so deep;
 *   <li>accepted / drafted: kept drafts over all candidates, the whole tree;
 *   <li>length with bonus: emitted / passes (tau; Spec-Bench, EAGLE; 1 without drafts), and
 *       without: accepted / passes (gpt-fast).
 * </ul>
 *
 * @param tried passes that tried a candidate, by depth
 * @param kept passes that kept one, by depth
 * @param drafts passes that had any candidate
 * @param drafted candidates, all nodes of all trees
 * @param cut tokens dropped behind the end of a text
 * @param nearTies first differences from plain decoding where the two best tokens almost tie
 * @param lengths tokens emitted by each pass, in order
 * @param emissions seconds since its request's start of each token, one array a request
 */
public record Acceptance(
    long[] tried,
    long[] kept,
    long drafts,
    long drafted,
    long cut,
    long nearTies,
    int[] lengths,
    List<double[]> emissions) {

  /** Checks emitted = accepted + passes - cut. */
  public Acceptance {
    if (sum(lengths) != sum(kept) + lengths.length - cut) {
      throw new IllegalArgumentException(
          "%d emitted, %d accepted, %d passes, %d cut: expected emitted = accepted + passes - cut"
              .formatted(sum(lengths), sum(kept), lengths.length, cut));
    }
  }

  private static long sum(int[] numbers) {
    return Arrays.stream(numbers).asLongStream().sum();
  }

  private static long sum(long[] numbers) {
    return Arrays.stream(numbers).sum();
  }

  /** {@return passes of the target; rows count apart} */
  public long passes() {
    return lengths.length;
  }

  /** {@return tokens emitted: accepted + passes - cut} */
  public long emitted() {
    return sum(lengths);
  }

  /** {@return drafts kept, those cut behind the end included} */
  public long accepted() {
    return sum(kept);
  }

  /**
   * Chance that a candidate is kept where it was tried.
   *
   * @param depth 1 or more
   * @return kept / tried, NaN where that depth was never tried
   */
  public double conditional(int depth) {
    return depth > tried.length ? Double.NaN : (double) kept[depth - 1] / tried[depth - 1];
  }

  /**
   * Share of all passes that kept a draft of a depth.
   *
   * @param depth 1 or more
   * @return kept / passes
   */
  public double unconditional(int depth) {
    return depth > kept.length ? 0 : (double) kept[depth - 1] / passes();
  }

  /**
   * Chance that all drafts up to a depth are kept, were every draft so deep.
   *
   * @param depth 1 or more
   * @return product of conditional rates, NaN where that depth was never tried
   */
  public double survival(int depth) {
    double all = 1;
    for (int j = 1; j <= depth; j++) {
      all *= conditional(j);
    }
    return all;
  }

  /** {@return kept drafts over all candidates, NaN without drafts} */
  public double acceptedPerDrafted() {
    return (double) accepted() / drafted;
  }

  /** {@return seconds to the last token of any request, 0 without tokens} */
  public double seconds() {
    return emissions.stream().flatMapToDouble(Arrays::stream).max().orElse(0);
  }

  /** {@return emitted / passes, the bonus included} */
  public double lengthWithBonus() {
    return (double) emitted() / passes();
  }

  /** {@return accepted / passes, the bonus left out} */
  public double lengthWithoutBonus() {
    return (double) accepted() / passes();
  }

  /**
   * Two runs together.
   *
   * @param other the other run
   * @return sums; passes and requests one behind the other
   */
  public Acceptance plus(Acceptance other) {
    return new Acceptance(
        plus(tried, other.tried),
        plus(kept, other.kept),
        drafts + other.drafts,
        drafted + other.drafted,
        cut + other.cut,
        nearTies + other.nearTies,
        IntStream.concat(Arrays.stream(lengths), Arrays.stream(other.lengths)).toArray(),
        Stream.concat(emissions.stream(), other.emissions.stream()).toList());
  }

  private static long[] plus(long[] left, long[] right) {
    long[] sums = Arrays.copyOf(left, Math.max(left.length, right.length));
    for (int i = 0; i < right.length; i++) {
      sums[i] += right[i];
    }
    return sums;
  }

  /** What a decoder writes down of one request while it decodes. */
  public static final class Recorder {
    private long[] tried = {};
    private long[] kept = {};
    private long drafts;
    private long drafted;
    private long cut;
    private long nearTies;
    private final List<Integer> lengths = new ArrayList<>();
    private final List<Double> times = new ArrayList<>();

    /** A request that has just begun. */
    public Recorder() {}

    /**
     * One verified pass.
     *
     * @param tree what was scored; node 0 is the pending token, the others are candidates
     * @param path nodes kept, from 0 on
     * @param emitted tokens that came out: as many as the path has nodes, fewer behind the end
     * @param seconds since the request's start
     */
    public void pass(TokenTree tree, int[] path, int emitted, double seconds) {
      int last = path[path.length - 1];
      boolean more = Arrays.stream(tree.parents()).anyMatch(parent -> parent == last);
      if (emitted < 0 || emitted > path.length) {
        throw new IllegalArgumentException(
            "%d tokens emitted by a path of %d nodes, expected 0 to as many"
                .formatted(emitted, path.length));
      }
      for (int depth = 1; depth < path.length + (more ? 1 : 0); depth++) {
        tried = counted(tried, depth - 1);
      }
      kept = Arrays.copyOf(kept, tried.length);
      for (int depth = 1; depth < path.length; depth++) {
        kept[depth - 1]++;
      }
      drafts += tree.size() > 1 ? 1 : 0;
      drafted += tree.size() - 1;
      cut += path.length - emitted;
      lengths.add(emitted);
      times.addAll(Collections.nCopies(emitted, seconds));
    }

    /** The output left plain decoding's where its two best tokens almost tie. */
    public void nearTie() {
      nearTies++;
    }

    private static long[] counted(long[] counts, int index) {
      long[] longer = Arrays.copyOf(counts, Math.max(counts.length, index + 1));
      longer[index]++;
      return longer;
    }

    /** {@return what was recorded so far, as the report of one request} */
    public Acceptance report() {
      return new Acceptance(
          tried.clone(),
          kept.clone(),
          drafts,
          drafted,
          cut,
          nearTies,
          lengths.stream().mapToInt(Integer::intValue).toArray(),
          List.of(times.stream().mapToDouble(Double::doubleValue).toArray()));
    }
  }
}
