package dev.stretto.experiments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.StatUtils;

/**
 * {@code references.tsv} beside stored models: final measures of the same recipe with other seeds,
 * by which a model that was trained again is judged.
 */
final class ReferenceSeeds {
  /** Measures of one more seed lie outside of the interval with this probability. */
  private static final double FALSE_ALARM = .01;

  private static final String FILE = "references.tsv";

  private ReferenceSeeds() {}

  /**
   * A measure of a seed.
   *
   * @param recipe name of the recipe
   * @param key of the recipe with its own seed
   * @param measure {@code loss}, ...
   * @param seed of the reference
   * @param value of the measure after training
   */
  record Row(String recipe, String key, String measure, long seed, double value) {}

  /** {@return what is stored of a recipe in the first of these folders that has it} */
  static List<Row> read(List<Path> folders, String key) {
    return folders.stream()
        .map(folder -> read(folder).stream().filter(row -> row.key().equals(key)).toList())
        .filter(rows -> !rows.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  private static List<Row> read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      return Files.exists(file)
          ? Tsv.rows(file.toString(), Files.readString(file)).stream()
              .map(row -> Settings.read(Row.class, row))
              .toList()
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  /** Stores the measures of a recipe's reference seeds, in place of older ones. */
  static void store(Path folder, Artefacts.Id id, Map<Long, Map<String, Double>> bySeed) {
    List<Row> rows = new ArrayList<>(read(folder));
    rows.removeIf(row -> row.key().equals(id.key()));
    bySeed.forEach(
        (seed, measures) ->
            measures.forEach(
                (name, value) -> rows.add(new Row(id.name(), id.key(), name, seed, value))));
    rows.sort(
        Comparator.comparing(Row::recipe)
            .thenComparing(Row::key)
            .thenComparing(Row::measure)
            .thenComparingLong(Row::seed));
    Csv.write(folder.resolve(FILE), Row.class, rows, "\t");
  }

  /** Measures of a new model beside the prediction intervals of its references, in a sentence. */
  static Optional<String> compared(List<Row> references, Map<String, Double> measures) {
    if (references.isEmpty()) {
      return Optional.empty();
    }
    Map<String, List<Double>> byMeasure =
        references.stream()
            .collect(
                Collectors.groupingBy(
                    Row::measure,
                    TreeMap::new,
                    Collectors.mapping(Row::value, Collectors.toList())));
    return Optional.of(
        byMeasure.entrySet().stream()
            .map(
                entry ->
                    compared(
                        entry.getKey(),
                        measures.getOrDefault(entry.getKey(), Double.NaN),
                        entry.getValue().stream().mapToDouble(Double::doubleValue).toArray()))
            .collect(Collectors.joining("; ")));
  }

  private static String compared(String measure, double found, double[] values) {
    double[] bounds = interval(values);
    return String.format(
        Locale.ROOT,
        "%s %.5g is %s %.5g to %.5g, the prediction interval of %d reference seeds",
        measure,
        found,
        found >= bounds[0] && found <= bounds[1] ? "within" : "OUTSIDE",
        bounds[0],
        bounds[1],
        values.length);
  }

  /** Where one more value of a normal distribution lies with probability .99, given n of them. */
  static double[] interval(double[] values) {
    int n = values.length;
    double mean = StatUtils.mean(values);
    double half =
        new TDistribution(n - 1).inverseCumulativeProbability(1 - FALSE_ALARM / 2)
            * Math.sqrt(StatUtils.variance(values) * (1 + 1.0 / n));
    return new double[] {mean - half, mean + half};
  }
}
