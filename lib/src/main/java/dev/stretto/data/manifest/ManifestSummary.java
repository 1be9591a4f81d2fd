package dev.stretto.data.manifest;

import dev.stretto.figures.TableRows;
import dev.stretto.figures.Tables;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.Table;


/**
 * What is in a manifest, from one pass in constant memory: how many cuts and hours, the
 * distributions of durations, token counts and token rates, the languages. Quantiles are within
 * 0.05 % of the exact ones.
 */
public final class ManifestSummary {
  private static final List<Double> QUANTILES = List.of(.01, .05, .50, .95, .99);

  private final QuantileSketch durations = new QuantileSketch();
  private final QuantileSketch tokens = new QuantileSketch();
  private final QuantileSketch rates = new QuantileSketch();
  private final Map<String, Share> languages = new HashMap<>();

  private static final class Share {
    private long cuts;
    private double seconds;
    private double tokens;
  }

  private ManifestSummary() {}

  /**
   * {@return the summary of a stream}
   *
   * @param cuts read to their end
   */
  public static ManifestSummary of(Iterator<Cut> cuts) {
    ManifestSummary summary = new ManifestSummary();
    cuts.forEachRemaining(summary::add);
    return summary;
  }

  /**
   * {@return the summary of a list}
   *
   * @param cuts the cuts
   */
  public static ManifestSummary of(Iterable<Cut> cuts) {
    return of(cuts.iterator());
  }

  private void add(Cut cut) {
    durations.add(cut.duration());
    tokens.add(cut.tokens());
    rates.add(cut.tokensPerSecond());
    Share share = languages.computeIfAbsent(cut.language(), language -> new Share());
    share.cuts++;
    share.seconds += cut.duration();
    share.tokens += cut.tokens();
  }

  /** {@return how many cuts, 0 or more} */
  public long cuts() {
    return durations.count();
  }

  /** {@return hours of audio} */
  public double hours() {
    return durations.sum() / 3600;
  }

  /**
   * The distributions, a row each for duration (s), tokens and tokens a second (the mean of the
   * cuts' rates, not the rate of the sums).
   *
   * @return columns quantity, mean, min, p1, p5, p50, p95, p99, max; the name says cuts and hours
   */
  public Table table() {
    TableRows<Map.Entry<String, QuantileSketch>> rows =
        Tables.<Map.Entry<String, QuantileSketch>>rows(
                List.of(
                    Map.entry("duration (s)", durations),
                    Map.entry("tokens", tokens),
                    Map.entry("tokens/s", rates)))
            .column("quantity", Map.Entry::getKey)
            .column("mean", row -> row.getValue().mean())
            .column("min", row -> quantile(row.getValue(), 0));
    QUANTILES.forEach(
        q -> rows.column("p" + Math.round(100 * q), row -> quantile(row.getValue(), q)));
    return rows.column("max", row -> quantile(row.getValue(), 1))
        .table(String.format("%,d cuts, %,.2f h", cuts(), hours()));
  }

  private double quantile(QuantileSketch of, double q) {
    return of == tokens ? Math.rint(of.quantile(q)) : of.quantile(q);
  }

  /**
   * The languages, most hours first.
   *
   * @return columns language (empty where the manifest names none), cuts, hours, share (of hours),
   *     tokens/s (tokens over seconds, a ratio of sums)
   */
  public Table languages() {
    Comparator<Map.Entry<String, Share>> mostHours =
        Comparator.comparingDouble(entry -> -entry.getValue().seconds);
    return Tables.rows(
            languages.entrySet().stream()
                .sorted(mostHours.thenComparing(Map.Entry::getKey))
                .toList())
        .column("language", Map.Entry::getKey)
        .column("cuts", e -> e.getValue().cuts)
        .column("hours", e -> e.getValue().seconds / 3600)
        .column("share", e -> e.getValue().seconds / durations.sum())
        .column("tokens/s", e -> e.getValue().tokens / e.getValue().seconds)
        .table("languages");
  }

  @Override
  public String toString() {
    return table() + "\n" + languages();
  }
}
