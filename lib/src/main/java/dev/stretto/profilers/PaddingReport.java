package dev.stretto.profilers;

import dev.stretto.figures.Tables;
import java.util.List;
import tech.tablesaw.api.Table;

/**
 * What {@link PaddingProfiler} measured; its documentation has the formulas. Shares are in 0..1,
 * ratios of sums over all batches.
 *
 * @param sampler its name in tables
 * @param cuts how many cuts came out
 * @param batches how many steps they made
 * @param meanBatch cuts a step, 0 where nothing came out
 * @param padIn share of input positions that are padding
 * @param padOut share of output positions that are padding
 * @param padCost share of multiply-adds spent on padding
 * @param padEncoder the encoder's part of padCost
 * @param padDecoder the decoder's part of padCost; both parts sum to padCost
 * @param memoryUse mean floats that a step keeps over the budget; NaN without a budget
 * @param maxMemoryUse floats of the largest step over the budget, above 1 where the device would
 *     have run out; NaN without a budget
 * @param cutsPerGmac cuts per 1e9 multiply-adds, padding paid for: unlike the batch size it cannot
 *     be raised by short cuts in the same work; 0 where nothing came out
 * @param macs multiply-adds executed, padding included
 * @param maxFloats floats of the largest step
 */
public record PaddingReport(
    String sampler,
    long cuts,
    long batches,
    double meanBatch,
    double padIn,
    double padOut,
    double padCost,
    double padEncoder,
    double padDecoder,
    double memoryUse,
    double maxMemoryUse,
    double cutsPerGmac,
    double macs,
    double maxFloats) {

  /** {@return the useful share of the multiply-adds} */
  public double useful() {
    return 1 - padCost;
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
        .components()
        .rounded(1, "meanBatch")
        .rounded(2, "cutsPerGmac")
        .rounded(3, "padIn", "padOut", "padCost", "padEncoder", "padDecoder")
        .rounded(3, "memoryUse", "maxMemoryUse")
        .table("padding")
        .removeColumns("macs", "maxFloats");
  }
}
