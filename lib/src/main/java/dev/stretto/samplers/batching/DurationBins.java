package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.StreamSupport;

/**
 * Bins by duration. Bin i holds {@code edges[i-1] < d <= edges[i]}: a cut exactly at an edge goes
 * to the lower bin. Edges are strictly increasing; there is an upper edge for every bin, the last
 * one included, because a batch size must be found for it. Samplers with a cap put longer cuts into
 * the last bin, samplers with fixed sizes reject them. For text, bin by length with {@code
 * estimate(lengths, k)} and give each cut its length as duration.
 */
public final class DurationBins implements Bins {
  /** One bin without an end, for samplers that do not bucket. */
  static final DurationBins SINGLE = new DurationBins(new double[] {Double.POSITIVE_INFINITY});

  private final double[] edges;

  private DurationBins(double[] edges) {
    this.edges = edges;
  }

  /**
   * {@return bins given by hand, or by another tool}
   *
   * @param edges the upper edge of each bin in seconds: at least one, finite, above 0, strictly
   *     increasing
   */
  public static DurationBins of(double... edges) {
    if (edges.length == 0) {
      throw new IllegalArgumentException("edges is empty, expected at least one upper edge");
    }
    for (int i = 0; i < edges.length; i++) {
      Checks.positive("edges[" + i + "]", edges[i], "seconds");
      if (i > 0 && edges[i] <= edges[i - 1]) {
        throw new IllegalArgumentException(
            "edges[%d] is %s after %s, expected strictly increasing edges"
                .formatted(i, edges[i], edges[i - 1]));
      }
    }
    return new DurationBins(edges.clone());
  }

  /**
   * Bins of equal total duration (canary-efficiency, mechanism 4), so that all buckets empty at the
   * same rate: walking up the sorted durations, a bin ends with the duration that makes its sum
   * exceed total/k. Each bin but the last holds more than total/k and at most one longest cut more,
   * and, as equal durations stay together, what is tied at its edge. Tied data therefore give fewer
   * bins than asked for and never an empty one.
   *
   * @param durations seconds, each finite and above 0; a sample of 10,000 is plenty
   * @param k how many bins, 1 to the number of durations
   * @return between 1 and k bins, the last edge the longest duration
   */
  public static DurationBins estimate(double[] durations, int k) {
    return new DurationBins(Arrays.stream(equalSums(sorted(durations, k), k)).distinct().toArray());
  }

  /**
   * Bins of equal total duration.
   *
   * @param cuts the corpus or a sample of it
   * @param k how many bins, 1 to the number of cuts
   * @return as {@link #estimate(double[], int)}
   */
  public static DurationBins estimate(Iterable<Cut> cuts, int k) {
    var durations = StreamSupport.stream(cuts.spliterator(), false).mapToDouble(Cut::duration);
    return estimate(durations.toArray(), k);
  }

  /** {@return the upper edge of each bin in seconds, a copy} */
  public double[] edges() {
    return edges.clone();
  }

  @Override
  public int count() {
    return edges.length;
  }

  @Override
  public int choose(double duration, int tokens) {
    int found = Arrays.binarySearch(edges, duration);
    int bin = found >= 0 ? found : -found - 1;
    return bin < edges.length ? bin : TOO_LONG;
  }

  @Override
  public BinShape shape(int bin, double tokensPerSecond) {
    return new BinShape(bin, edges[bin], (int) Math.ceil(tokensPerSecond * edges[bin]));
  }

  @Override
  public String toString() {
    return Arrays.toString(edges);
  }

  static double[] sorted(double[] durations, int k) {
    for (int i = 0; i < durations.length; i++) {
      Checks.positive("durations[" + i + "]", durations[i], "seconds");
    }
    Checks.atLeastOne("k", k);
    if (k > durations.length) {
      throw new IllegalArgumentException(
          "k is " + k + ", expected at most the number of cuts, " + durations.length);
    }
    double[] sorted = durations.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /**
   * Walks up sorted values and ends a run where its sum exceeds total/k: the last value of each of
   * up to k runs. Equal values stay together; where they fill several runs, their value repeats.
   * Shared by both dimensions.
   */
  static double[] equalSums(double[] sorted, int k) {
    double target = Arrays.stream(sorted).sum() / k;
    DoubleStream.Builder ends = DoubleStream.builder();
    double sum = 0;
    for (int i = 0; i < sorted.length; i++) {
      sum += sorted[i];
      boolean last = i + 1 == sorted.length;
      if (last || (sum > target && sorted[i + 1] != sorted[i])) {
        for (int run = 0; run < Math.max(1, (int) (sum / target)); run++) {
          ends.add(sorted[i]);
        }
        sum = 0;
      }
    }
    return ends.build().toArray();
  }
}
