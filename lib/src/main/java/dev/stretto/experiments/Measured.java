package dev.stretto.experiments;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
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
record Measured(double value, String statistic, OptionalDouble spread, int n, List<Raw> raw) {

  /**
   * A raw value.
   *
   * @param arm {@code over} and {@code under} of a ratio of sums, else empty
   * @param seed the seed, or the number of the round
   * @param value what was measured
   */
  record Raw(String arm, long seed, double value) {}

  static Measured value(double value) {
    return new Measured(
        value, "value", OptionalDouble.empty(), 1, List.of(new Raw("", 0, rounded(value))));
  }

  /** A mean that the caller computed: no raw values are known. */
  static Measured told(double value, int seeds) {
    return new Measured(value, "mean", OptionalDouble.empty(), seeds, List.of());
  }

  static Measured mean(List<Long> seeds, LongToDoubleFunction measure) {
    List<Raw> raw =
        seeds.stream()
            .map(seed -> new Raw("", seed, rounded(measure.applyAsDouble(seed))))
            .toList();
    double[] values = values(raw);
    return new Measured(StatUtils.mean(values), "mean", deviation(values), values.length, raw);
  }

  static Measured ratio(List<Long> seeds, LongToDoubleFunction over, LongToDoubleFunction under) {
    Measured above = mean(seeds, over);
    Measured below = mean(seeds, under);
    List<Raw> raw = new ArrayList<>();
    above.raw.forEach(row -> raw.add(new Raw("over", row.seed, row.value)));
    below.raw.forEach(row -> raw.add(new Raw("under", row.seed, row.value)));
    double[] ratios =
        IntStream.range(0, seeds.size())
            .mapToDouble(i -> above.raw.get(i).value / below.raw.get(i).value)
            .toArray();
    return new Measured(
        above.value / below.value, "ratio of sums", deviation(ratios), seeds.size(), raw);
  }

  static Measured median(double... rounds) {
    List<Raw> raw =
        IntStream.range(0, rounds.length)
            .mapToObj(round -> new Raw("", round, rounded(rounds[round])))
            .toList();
    Percentile percentile = new Percentile();
    percentile.setData(values(raw));
    return new Measured(
        percentile.evaluate(50),
        "median",
        OptionalDouble.of(percentile.evaluate(75) - percentile.evaluate(25)),
        rounds.length,
        raw);
  }

  private static double[] values(List<Raw> raw) {
    return raw.stream().mapToDouble(Raw::value).toArray();
  }

  private static OptionalDouble deviation(double[] values) {
    return values.length < 2
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.sqrt(StatUtils.variance(values)));
  }

  /** As it is stored, so that whoever reads the stored values computes the same statistic. */
  private static double rounded(double value) {
    return Double.isFinite(value) ? Double.parseDouble(Ledger.number(value)) : value;
  }
}
