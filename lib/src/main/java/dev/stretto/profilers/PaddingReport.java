package dev.stretto.profilers;

import dev.stretto.figures.Tables;
import java.util.List;
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
    return Tables.rows(reports)
        .column("sampler", PaddingReport::name)
        .column("cuts", PaddingReport::cuts)
        .column("batches", PaddingReport::batches)
        .column("meanBatch", PaddingReport::meanBatch)
        .column("padIn", PaddingReport::padIn)
        .column("padOut", PaddingReport::padOut)
        .column("padCost", PaddingReport::padCost)
        .column("padEncoder", PaddingReport::padEncoder)
        .column("padDecoder", PaddingReport::padDecoder)
        .column("memoryUse", PaddingReport::memoryUse)
        .column("maxMemoryUse", PaddingReport::maxMemoryUse)
        .column("cutsPerGmac", PaddingReport::cutsPerGmac)
        .rounded(1, "meanBatch")
        .rounded(2, "cutsPerGmac")
        .rounded(3, "padIn", "padOut", "padCost", "padEncoder", "padDecoder")
        .rounded(3, "memoryUse", "maxMemoryUse")
        .table("padding");
  }
}
