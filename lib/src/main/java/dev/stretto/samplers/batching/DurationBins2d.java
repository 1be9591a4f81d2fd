package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.StreamSupport;

/**
 * Bins by duration and, inside each duration bin, by token count (canary-efficiency, mechanism 7):
 * pairs (seconds, tokens) of upper bounds in lexicographic order, each bound included.
 *
 * <p><em>Strict</em> choice (the default) looks only at the duration bin of the cut and rejects
 * what has more tokens than its last pair, or more tokens per second than the pair's limit.
 * <em>Lenient </em> choice takes the first pair in order that bounds the cut in both dimensions: a
 * long transcript is promoted to a bin of longer audio, so less is rejected and more is padded; the
 * rate limits do not apply, use {@link SamplerBuilder#maxTps} for one. Example: pairs (10,5)
 * (10,10) (20,12) (20,18) and a cut of 8 s with 11 tokens: strict rejects it, lenient puts it into
 * the third.
 */
public final class DurationBins2d implements Bins {
  private final double[][] pairs;
  private final double[] seconds; // D distinct upper durations
  private final int[]
      first; // D + 1 offsets: the pairs of duration bin i are first[i]..first[i+1]-1
  private final int[] tokens; // upper token count of each pair
  private final double[] maxTps; // limit of each pair, infinite where there is none
  private final boolean lenient;

  private DurationBins2d(double[][] pairs, double[] maxTps, boolean lenient) {
    this.pairs = pairs;
    this.maxTps = maxTps;
    this.lenient = lenient;
    tokens = Arrays.stream(pairs).mapToInt(pair -> (int) pair[1]).toArray();
    seconds = Arrays.stream(pairs).mapToDouble(pair -> pair[0]).distinct().toArray();
    first = new int[seconds.length + 1];
    Arrays.stream(pairs).forEach(pair -> first[Arrays.binarySearch(seconds, pair[0]) + 1]++);
    Arrays.parallelPrefix(first, Integer::sum);
  }

  /**
   * Bins given by hand, or by NeMo's {@code bucket_duration_bins=[[d,t],...]}.
   *
   * @param pairs upper bounds {seconds, tokens}, at least one, in strictly increasing lexicographic
   *     order; seconds finite and above 0, tokens whole and 0 or more
   * @return strict bins without rate limits
   */
  public static DurationBins2d of(double[]... pairs) {
    if (pairs.length == 0) {
      throw new IllegalArgumentException("pairs is empty, expected at least one {seconds, tokens}");
    }
    for (int i = 0; i < pairs.length; i++) {
      double[] pair = pairs[i];
      if (pair.length != 2 || pair[1] != Math.rint(pair[1]) || pair[1] < 0 || pair[1] > 1e9) {
        throw new IllegalArgumentException(
            "pairs[%d] is %s, expected {seconds, tokens} with whole tokens of 0 or more"
                .formatted(i, Arrays.toString(pair)));
      }
      Checks.positive("pairs[" + i + "][0]", pair[0], "seconds");
      if (i > 0 && Arrays.compare(pairs[i - 1], pair) >= 0) {
        throw new IllegalArgumentException(
            "pairs[%d] is %s after %s, expected strictly increasing order"
                .formatted(i, Arrays.toString(pair), Arrays.toString(pairs[i - 1])));
      }
    }
    double[] limits = new double[pairs.length];
    Arrays.fill(limits, Double.POSITIVE_INFINITY);
    return of(Arrays.stream(pairs).map(double[]::clone).toArray(double[][]::new), limits);
  }

  /** Strict bins with limits of the token rate, one a pair, infinite where there is none. */
  static DurationBins2d of(double[][] pairs, double[] maxTps) {
    return new DurationBins2d(pairs, maxTps, false);
  }

  /**
   * Sub-bins of equal token sum inside bins of equal duration sum, outliers above four standard
   * deviations dropped; the settings of {@link #estimate(Iterable, int, int, double)}.
   *
   * @param cuts the corpus or a sample of it
   * @param k duration bins, 1 to the number of cuts; 30 is typical
   * @param subBins token bins in each, at least 1; 2 to 5 is typical
   * @return strict bins with rate limits
   */
  public static DurationBins2d estimate(Iterable<Cut> cuts, int k, int subBins) {
    return estimate(cuts, k, subBins, 4);
  }

  /**
   * Sub-bins of equal token sum inside bins of equal duration sum. Of each duration bin, cuts whose
   * tokens per second lie more than {@code threshold} standard deviations above the bin's mean
   * (upper side only: broken transcripts) are left out; the rest, sorted by tokens, is split where
   * the running sum exceeds total/subBins. The last sub-bin ends at the largest token count kept,
   * the rate limit is the largest rate kept, so every cut kept has a bin. Duration edges that
   * repeat are one bin with proportionally more sub-bins; equal token edges are one.
   *
   * @param cuts the corpus or a sample of it
   * @param k duration bins, 1 to the number of cuts
   * @param subBins token bins in each, at least 1
   * @param threshold standard deviations above the mean, above 0; infinite: no outliers
   * @return strict bins with rate limits
   */
  public static DurationBins2d estimate(Iterable<Cut> cuts, int k, int subBins, double threshold) {
    Checks.atLeastOne("subBins", subBins);
    if (!(threshold > 0)) {
      throw new IllegalArgumentException(
          "threshold is " + threshold + ", expected standard deviations above 0");
    }
    List<Cut> sorted =
        StreamSupport.stream(cuts.spliterator(), false)
            .sorted(Comparator.comparingDouble(Cut::duration))
            .toList();
    double[] edges =
        DurationBins.equalSums(
            DurationBins.sorted(sorted.stream().mapToDouble(Cut::duration).toArray(), k), k);
    SortedMap<Double, Integer> parts =
        new TreeMap<>(); // an edge that comes twice has twice as many
    Arrays.stream(edges).forEach(edge -> parts.merge(edge, subBins, Integer::sum));
    List<double[]> pairs = new ArrayList<>();
    List<Double> limits = new ArrayList<>();
    int from = 0;
    for (double edge : parts.keySet()) {
      int to = from;
      while (to < sorted.size() && sorted.get(to).duration() <= edge) {
        to++;
      }
      List<Cut> kept = withoutOutliers(sorted.subList(from, to), threshold);
      double limit = kept.stream().mapToDouble(Cut::tokensPerSecond).max().orElseThrow();
      double[] counts = kept.stream().mapToDouble(Cut::tokens).sorted().toArray();
      double[] ends = DurationBins.equalSums(counts, parts.get(edge));
      for (double end : Arrays.stream(ends).distinct().toArray()) {
        pairs.add(new double[] {edge, end});
        limits.add(limit);
      }
      from = to;
    }
    return of(
        pairs.toArray(new double[0][]), limits.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static List<Cut> withoutOutliers(List<Cut> bin, double threshold) {
    double mean = bin.stream().mapToDouble(Cut::tokensPerSecond).average().orElseThrow();
    double variance =
        bin.stream()
            .mapToDouble(cut -> Math.pow(cut.tokensPerSecond() - mean, 2))
            .average()
            .orElseThrow();
    // the smallest rate stays whatever rounding makes of equal rates
    double limit = mean + threshold * Math.sqrt(variance) + 1e-9 * Math.abs(mean);
    return bin.stream().filter(cut -> cut.tokensPerSecond() <= limit).toList();
  }

  /** {@return the same bins with lenient choice} */
  public DurationBins2d lenient() {
    return new DurationBins2d(pairs, maxTps, true);
  }

  /** {@return the upper bounds: seconds and tokens of each bin, a copy} */
  public double[][] pairs() {
    return Arrays.stream(pairs).map(double[]::clone).toArray(double[][]::new);
  }

  @Override
  public int count() {
    return tokens.length;
  }

  @Override
  public int choose(double duration, int u) {
    int found = Arrays.binarySearch(seconds, duration);
    int i = found >= 0 ? found : -found - 1;
    if (i == seconds.length) {
      return TOO_LONG;
    }
    while (u > tokens[first[i + 1] - 1]) {
      if (!lenient || ++i == seconds.length) {
        return TOO_MANY_TOKENS;
      }
    }
    int at = Arrays.binarySearch(tokens, first[i], first[i + 1], u);
    int bin = at >= 0 ? at : -at - 1;
    return lenient || u / duration <= maxTps[bin] ? bin : TOO_DENSE;
  }

  @Override
  public BinShape shape(int bin, double tokensPerSecond) {
    return new BinShape(bin, pairs[bin][0], tokens[bin]);
  }

  @Override
  public String toString() {
    return Arrays.deepToString(pairs);
  }
}
