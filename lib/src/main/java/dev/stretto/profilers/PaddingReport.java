package dev.stretto.profilers;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What {@link PaddingProfiler} measured; its documentation has the formulas. Shares are in 0..1,
 * ratios of sums over all batches.
 *
 * @param name the sampler's name in tables
 * @param cuts how many cuts came out
 * @param batches how many steps they made
 * @param padIn share of input positions that are padding
 * @param padOut share of output positions that are padding
 * @param padCost share of multiply-adds spent on padding
 * @param padEncoder the encoder's part of padCost
 * @param padDecoder the decoder's part of padCost; both parts sum to padCost
 * @param macs multiply-adds executed, padding included
 * @param meanFloats mean floats a step keeps
 * @param maxFloats floats of the largest step
 * @param budget floats the device holds, 0 where none was given
 */
public record PaddingReport(
    String name,
    long cuts,
    long batches,
    double padIn,
    double padOut,
    double padCost,
    double padEncoder,
    double padDecoder,
    double macs,
    double meanFloats,
    double maxFloats,
    long budget) {

  /**
   * Cuts a step.
   *
   * @return the mean batch size, 0 where nothing came out
   */
  public double meanBatch() {
    return batches == 0 ? 0 : (double) cuts / batches;
  }

  /**
   * The useful share of the multiply-adds.
   *
   * @return 1 - padCost
   */
  public double useful() {
    return 1 - padCost;
  }

  /**
   * Mean memory over the budget.
   *
   * @return a ratio, NaN without a budget
   */
  public double memoryUse() {
    return budget == 0 ? Double.NaN : meanFloats / budget;
  }

  /**
   * Memory of the largest step over the budget.
   *
   * @return a ratio, above 1 where the device would have run out; NaN without a budget
   */
  public double maxMemoryUse() {
    return budget == 0 ? Double.NaN : maxFloats / budget;
  }

  /**
   * Cuts per 1e9 multiply-adds, padding paid for: unlike the batch size it cannot be raised by
   * short cuts in the same work.
   *
   * @return cuts per 1e9 multiply-adds, 0 where nothing came out
   */
  public double cutsPerGmac() {
    return macs == 0 ? 0 : cuts / (macs / 1e9);
  }

  /**
   * Reports side by side, one row each.
   *
   * @param reports in the table's order
   * @return columns sampler, cuts, batches, meanBatch, padIn, padOut, padCost, padEncoder,
   *     padDecoder, memoryUse, maxMemoryUse, cutsPerGmac
   */
  public static Table table(List<PaddingReport> reports) {
    Table table =
        Table.create(
            "padding",
            StringColumn.create("sampler", reports.stream().map(PaddingReport::name).toList()),
            LongColumn.create("cuts", reports.stream().mapToLong(PaddingReport::cuts).toArray()),
            LongColumn.create(
                "batches", reports.stream().mapToLong(PaddingReport::batches).toArray()));
    table.addColumns(
        column("meanBatch", "0.0", reports, PaddingReport::meanBatch),
        column("padIn", "0.000", reports, PaddingReport::padIn),
        column("padOut", "0.000", reports, PaddingReport::padOut),
        column("padCost", "0.000", reports, PaddingReport::padCost),
        column("padEncoder", "0.000", reports, PaddingReport::padEncoder),
        column("padDecoder", "0.000", reports, PaddingReport::padDecoder),
        column("memoryUse", "0.000", reports, PaddingReport::memoryUse),
        column("maxMemoryUse", "0.000", reports, PaddingReport::maxMemoryUse),
        column("cutsPerGmac", "0.00", reports, PaddingReport::cutsPerGmac));
    return table;
  }

  private static DoubleColumn column(
      String name,
      String pattern,
      List<PaddingReport> reports,
      ToDoubleFunction<PaddingReport> value) {
    DoubleColumn column = DoubleColumn.create(name, reports.stream().mapToDouble(value).toArray());
    // how it prints; the values stay exact
    column.setPrintFormatter(
        new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT)), "");
    return column;
  }
}
