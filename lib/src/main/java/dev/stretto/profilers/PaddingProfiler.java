package dev.stretto.profilers;

import dev.stretto.data.manifest.Cut;
import dev.stretto.samplers.batching.Batch;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * Measures what anybody's batches waste: a sink for batches that keeps sums only, so that a
 * manifest of any size streams through.
 *
 * <p><strong>The measures</strong> (canary-efficiency, "Example and measure"). A step of B cuts
 * with T_i encoder positions and u_i tokens executes, when {@link BatchLayout.Padded padded}, B *
 * (Tmax, Umax):
 *
 * <ul>
 *   <li>padIn = 1 - sum T_i / sum B*Tmax, padOut = 1 - sum u_i / sum B*Umax;
 *   <li>padCost = 1 - sum cost(T_i, u_i) / sum B*cost(Tmax, Umax), cost in multiply-adds of {@link
 *       SpeechCost}; it splits into the encoder's and the decoder's part;
 *   <li>useful + padCost = 1; memory use = floats of a step / budget; mean batch = cuts / steps;
 *   <li>cutsPerGmac = cuts / (multiply-adds executed / 1e9).
 * </ul>
 *
 * All are ratios of sums over all steps, never means of ratios: a large step counts for what it is.
 *
 * <pre>{@code
 * var profiler = new PaddingProfiler("mine", SpeechCost.small());
 * for (List<Cut> cuts : myOwnSampler) {
 *   profiler.accept(new Batch(cuts, -1));
 * }
 * profiler.report()
 * }</pre>
 *
 * Not thread-safe.
 */
public final class PaddingProfiler implements Consumer<Batch> {
  private final String name;
  private final SpeechCost cost;
  private final BatchLayout execution;
  private final long budget;

  private long cuts;
  private long steps;
  private long usefulIn;
  private long usefulOut;
  private long executedIn;
  private long executedOut;
  private double usefulEncoder;
  private double usefulDecoder;
  private double executedEncoder;
  private double executedDecoder;
  private double floats;
  private double maxFloats;
  // rows waiting to be stacked into one step, with Execution.Rows only
  private long rows;
  private long rowFrames;
  private long rowTokens;
  private double rowAttentionEncoder;
  private double rowAttentionDecoder;
  private double rowAttentionFloats;

  /**
   * A profiler of padded batches without a memory budget.
   *
   * @param name the sampler's name in tables
   * @param cost the model that the batches are for
   */
  public PaddingProfiler(String name, SpeechCost cost) {
    this(name, cost, new BatchLayout.Padded(), 0);
  }

  /**
   * A profiler.
   *
   * @param name the sampler's name in tables
   * @param cost the model that the batches are for
   * @param execution how a batch is laid out
   * @param budget floats the device holds, 0 for none
   */
  public PaddingProfiler(String name, SpeechCost cost, BatchLayout execution, long budget) {
    if (budget < 0) {
      throw new IllegalArgumentException("budget is " + budget + ", expected floats, 0 for none");
    }
    this.name = name;
    this.cost = cost;
    this.execution = execution;
    this.budget = budget;
  }

  /**
   * Profiles padded batches.
   *
   * @param batches all of them are read; take a part of an endless stream
   * @param cost the model that the batches are for
   * @return the report, named "batches"
   */
  public static PaddingReport of(Iterable<Batch> batches, SpeechCost cost) {
    var profiler = new PaddingProfiler("batches", cost);
    batches.forEach(profiler);
    return profiler.report();
  }

  /**
   * Takes so many batches of a stream.
   *
   * @param batches the stream, may be endless
   * @param count how many to take; fewer where the stream ends before
   * @return the report so far
   */
  public PaddingReport take(Iterator<Batch> batches, int count) {
    for (int i = 0; i < count && batches.hasNext(); i++) {
      accept(batches.next());
    }
    return report();
  }

  /**
   * Counts one batch.
   *
   * @param batch any batch
   */
  @Override
  public void accept(Batch batch) {
    long sumT = 0;
    long sumU = 0;
    int maxT = 0;
    int maxU = 0;
    double encoder = 0;
    double decoder = 0;
    for (Cut cut : batch.cuts()) {
      int t = cost.frames(cut);
      int u = cut.tokens();
      sumT += t;
      sumU += u;
      maxT = Math.max(maxT, t);
      maxU = Math.max(maxU, u);
      encoder += cost.encoderMacs(t);
      decoder += cost.decoderMacs(t, u);
    }
    cuts += batch.size();
    usefulIn += sumT;
    usefulOut += sumU;
    usefulEncoder += encoder;
    usefulDecoder += decoder;
    long size = batch.size();
    switch (execution) {
      case BatchLayout.Padded _ ->
          step(
              size * maxT,
              size * maxU,
              (double) size * cost.encoderMacs(maxT),
              (double) size * cost.decoderMacs(maxT, maxU),
              (double) size * cost.memory(maxT, maxU));
      case BatchLayout.Ragged _ -> {
        double memory = 0;
        for (Cut cut : batch.cuts()) {
          memory += cost.memory(cut);
        }
        step(sumT, sumU, encoder, decoder, memory);
      }
      case BatchLayout.Rows layout -> row(layout, batch, sumT, sumU);
    }
  }

  private void step(
      long positionsIn, long positionsOut, double encoder, double decoder, double memory) {
    steps++;
    executedIn += positionsIn;
    executedOut += positionsOut;
    executedEncoder += encoder;
    executedDecoder += decoder;
    floats += memory;
    maxFloats = Math.max(maxFloats, memory);
  }

  private void row(BatchLayout.Rows layout, Batch batch, long sumT, long sumU) {
    long t = Math.max(layout.frames(), sumT);
    double attentionEncoder = 0;
    double attentionDecoder = 0;
    double attentionFloats = 0;
    if (!layout.denseMask()) {
      for (Cut cut : batch.cuts()) {
        long length = cost.frames(cut);
        double all = cost.attentionMacs(length, cut.tokens());
        double own = cost.attentionMacs(length, 0);
        attentionEncoder += own;
        attentionDecoder += all - own;
        attentionFloats += cost.attentionMemory(length, cut.tokens());
      }
    }
    double stacked =
        rowMemory(
            layout,
            rows + 1,
            Math.max(rowFrames, t),
            Math.max(rowTokens, sumU),
            rowAttentionFloats + attentionFloats);
    if (rows > 0 && stacked > budget) {
      stack(layout);
    }
    rows++;
    rowFrames = Math.max(rowFrames, t);
    rowTokens = Math.max(rowTokens, sumU);
    rowAttentionEncoder += attentionEncoder;
    rowAttentionDecoder += attentionDecoder;
    rowAttentionFloats += attentionFloats;
  }

  /** Floats of n stacked rows: linear parts padded, attention dense or as the cuts have it. */
  private double rowMemory(BatchLayout.Rows layout, long n, long t, long u, double attention) {
    double all = (double) n * cost.memory(t, u);
    return layout.denseMask() ? all : all - (double) n * cost.attentionMemory(t, u) + attention;
  }

  private void stack(BatchLayout.Rows layout) {
    double encoder = (double) rows * cost.encoderMacs(rowFrames);
    double decoder = (double) rows * cost.decoderMacs(rowFrames, rowTokens);
    if (!layout.denseMask()) {
      double all = (double) rows * cost.attentionMacs(rowFrames, rowTokens);
      double own = (double) rows * cost.attentionMacs(rowFrames, 0);
      encoder += rowAttentionEncoder - own;
      decoder += rowAttentionDecoder - (all - own);
    }
    double memory = rowMemory(layout, rows, rowFrames, rowTokens, rowAttentionFloats);
    step(rows * rowFrames, rows * rowTokens, encoder, decoder, memory);
    rows = 0;
    rowFrames = 0;
    rowTokens = 0;
    rowAttentionEncoder = 0;
    rowAttentionDecoder = 0;
    rowAttentionFloats = 0;
  }

  /**
   * Steps so far; a step that is still being stacked does not count.
   *
   * @return how many
   */
  public long steps() {
    return steps;
  }

  /**
   * What the batches so far waste. With {@link BatchLayout.Rows} this closes the step that is being
   * stacked.
   *
   * @return the report; all shares 0 where nothing came in
   */
  public PaddingReport report() {
    if (rows > 0 && execution instanceof BatchLayout.Rows layout) {
      stack(layout);
    }
    double executed = executedEncoder + executedDecoder;
    return new PaddingReport(
        name,
        cuts,
        steps,
        share((double) (executedIn - usefulIn), (double) executedIn),
        share((double) (executedOut - usefulOut), (double) executedOut),
        share(executed - (usefulEncoder + usefulDecoder), executed),
        share(executedEncoder - usefulEncoder, executed),
        share(executedDecoder - usefulDecoder, executed),
        executed,
        steps == 0 ? 0 : floats / steps,
        maxFloats,
        budget);
  }

  private static double share(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
