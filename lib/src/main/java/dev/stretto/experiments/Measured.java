package dev.stretto.experiments;

import java.util.List;
import java.util.OptionalDouble;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/**
 * A measured number with the raw values it comes from.
 *
 * @param value of the statistic
 * @param statistic {@code value}, {@code mean} over seeds, {@code ratio of sums} over seeds, {@code
 *     median} over rounds
 * @param spread standard deviation over seeds, interquartile range over rounds; empty for one value
 * @param n seeds or rounds
 * @param raw one value a seed or a round, by arm
 */
record Measured(
    OptionalDouble value, String statistic, OptionalDouble spread, int n, List<Raw> raw) {

  /** Nothing was measured. */
  static final Measured NOTHING =
      new Measured(OptionalDouble.empty(), "", OptionalDouble.empty(), 0, List.of());

  private static Measured of(double value, String statistic, double spread, List<Raw> raw) {
    return new Measured(
        OptionalDouble.of(rounded(value)),
        statistic,
        Double.isNaN(spread) ? OptionalDouble.empty() : OptionalDouble.of(rounded(spread)),
        (int) raw.stream().map(Raw::seed).distinct().count(),
        raw);
  }

  /**
   * A raw value.
   *
   * @param arm {@code over} and {@code under} of a ratio of sums, else empty
   * @param seed the seed, or the number of the round
   * @param value what was measured
   */
  record Raw(String arm, long seed, double value) {}

  static Measured value(double value) {
    return of(value, "value", Double.NaN, List.of(new Raw("", 0, rounded(value))));
  }

  static Measured mean(List<Long> seeds, LongToDoubleFunction measure) {
    List<Raw> raw = rows("", seeds, measure);
    double[] values = values(raw);
    return of(StatUtils.mean(values), "mean", deviation(values), raw);
  }

  static Measured ratio(List<Long> seeds, LongToDoubleFunction over, LongToDoubleFunction under) {
    List<Raw> above = rows("over", seeds, over);
    List<Raw> below = rows("under", seeds, under);
    double[] ratios =
        IntStream.range(0, seeds.size())
            .mapToDouble(i -> above.get(i).value / below.get(i).value)
            .toArray();
    double value = StatUtils.sum(values(above)) / StatUtils.sum(values(below));
    List<Raw> raw = Stream.concat(above.stream(), below.stream()).toList();
    return of(value, "ratio of sums", deviation(ratios), raw);
  }

  static Measured median(double... rounds) {
    List<Raw> raw =
        rows("", LongStream.range(0, rounds.length).boxed().toList(), i -> rounds[(int) i]);
    Percentile percentile = new Percentile();
    percentile.setData(values(raw));
    double spread = percentile.evaluate(75) - percentile.evaluate(25);
    return of(percentile.evaluate(50), "median", spread, raw);
  }

  private static List<Raw> rows(String arm, List<Long> seeds, LongToDoubleFunction measure) {
    return seeds.stream()
        .map(seed -> new Raw(arm, seed, rounded(measure.applyAsDouble(seed))))
        .toList();
  }

  private static double[] values(List<Raw> raw) {
    return raw.stream().mapToDouble(Raw::value).toArray();
  }

  private static double deviation(double[] values) {
    return values.length < 2 ? Double.NaN : Math.sqrt(StatUtils.variance(values));
  }

  /** As it is stored, so that whoever reads the stored values computes the same statistic. */
  private static double rounded(double value) {
    return Double.isFinite(value) ? Double.parseDouble(Ledger.number(value)) : value;
  }
}
