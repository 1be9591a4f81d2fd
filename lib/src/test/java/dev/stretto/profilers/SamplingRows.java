package dev.stretto.profilers;

import dev.stretto.data.manifest.Cut;
import dev.stretto.samplers.batching.BatchSizeOptimizer;
import dev.stretto.samplers.batching.BatchingSampler;
import dev.stretto.samplers.batching.Bins;
import dev.stretto.samplers.batching.BucketProfile;
import dev.stretto.samplers.batching.DurationBins;
import dev.stretto.samplers.batching.DurationBins2d;
import dev.stretto.samplers.batching.DurationCap;
import dev.stretto.samplers.batching.DynamicBucketing;
import dev.stretto.samplers.batching.Packing;
import dev.stretto.samplers.batching.PackingSampler;
import dev.stretto.samplers.batching.SamplerBuilder;
import dev.stretto.samplers.batching.StaticRandom;
import dev.stretto.samplers.batching.TimeConstraint;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** The rows of canary-efficiency's sampling table, for the calibration and the benchmark. */
public final class SamplingRows {
  /** Above every clean transcript (14 tokens/s) and below every broken one (18). */
  public static final double MAX_TPS = 16;

  /** A sampler by its seed, with the layout that its batches are for. */
  public record Row(String name, LongFunction<BatchingSampler> sampler, Execution execution) {}

  private final List<Cut> corpus;
  private final SpeechCost cost;
  private final long budget;

  /** Bins are estimated on a corpus, sizes searched with the memory model up to the budget. */
  public SamplingRows(List<Cut> corpus, SpeechCost cost, long budget) {
    this.corpus = corpus;
    this.cost = cost;
    this.budget = budget;
  }

  /** 32 cuts of 40 s with the 99.99-percentile token count of clean cuts. */
  public static long budget(List<Cut> corpus, SpeechCost cost) {
    int[] clean =
        corpus.stream()
            .filter(cut -> cut.tokensPerSecond() <= MAX_TPS)
            .mapToInt(Cut::tokens)
            .sorted()
            .toArray();
    return cost.memoryOf(32, 40, clean[(int) Math.ceil(.9999 * clean.length) - 1]);
  }

  public BucketProfile searched(Bins bins) {
    return BatchSizeOptimizer.of(
            (shape, cuts) ->
                cuts * cost.memory(cost.frames(shape.seconds()), shape.tokens()) <= budget)
        .search(bins);
  }

  /** The largest batch that survives the longest audio with the longest transcript. */
  private int worstCase(double maxTps) {
    double seconds = corpus.stream().mapToDouble(Cut::duration).max().orElseThrow();
    int tokens =
        corpus.stream()
            .filter(cut -> cut.tokensPerSecond() <= maxTps)
            .mapToInt(Cut::tokens)
            .max()
            .orElseThrow();
    return (int) Math.max(1, budget / cost.memory(cost.frames(seconds), tokens));
  }

  public SamplerBuilder bucketed(int bins, TimeConstraint cap) {
    return DynamicBucketing.of(DurationBins.estimate(corpus, bins), cap).maxTps(MAX_TPS);
  }

  public SamplerBuilder searched2d(int bins, int subBins) {
    return searchedRow(DurationBins2d.estimate(corpus, bins, subBins));
  }

  public SamplerBuilder searchedRow(Bins bins) {
    BucketProfile profile = searched(bins);
    return DynamicBucketing.of(profile.bins(), profile.constraint()).maxTps(MAX_TPS);
  }

  /** All rows, the naive one first; buffer cuts wait inside each. */
  public List<Row> all(double maxDuration, int buffer) {
    var cap = TimeConstraint.seconds(maxDuration);
    List<Row> rows = new ArrayList<>();
    add(rows, "static", StaticRandom.of(worstCase(Double.POSITIVE_INFINITY)), buffer);
    add(rows, "+ maxTps", StaticRandom.of(worstCase(MAX_TPS)).maxTps(MAX_TPS), buffer);
    add(rows, "duration cap", DurationCap.of(cap).maxTps(MAX_TPS), buffer);
    for (int bins : new int[] {2, 5, 10, 20, 30}) {
      add(rows, "1-D " + bins, bucketed(bins, cap), buffer);
    }
    add(rows, "1-D 30 quadratic", bucketed(30, cap.withQuadratic(30)), buffer);
    add(rows, "1-D 30 searched", searchedRow(DurationBins.estimate(corpus, 30)), buffer);
    for (int[] shape : new int[][] {{10, 3}, {20, 3}, {30, 2}, {30, 5}}) {
      String name = "2-D " + shape[0] + "x" + shape[1];
      add(rows, name, searched2d(shape[0], shape[1]), buffer);
    }
    rows.add(
        new Row(
            "dense rows",
            seed -> packer(Packing.BEST_FIT_DECREASING, true, buffer, seed),
            new Execution.Rows(1_000, true)));
    rows.add(
        new Row(
            "segment rows",
            seed -> packer(Packing.BEST_FIT_DECREASING, true, buffer, seed),
            new Execution.Rows(1_000, false)));
    rows.add(
        new Row(
            "ragged",
            seed -> packer(Packing.BEST_FIT, false, buffer, seed),
            new Execution.Ragged()));
    return rows;
  }

  private static void add(List<Row> rows, String name, SamplerBuilder builder, int buffer) {
    rows.add(
        new Row(name, seed -> builder.buffer(buffer).seed(seed).build(), new Execution.Padded()));
  }

  public PackingSampler packer(Packing packing, boolean inRows, int buffer, long seed) {
    return new PackingSampler(
            packing, inRows ? cost.framesBudget(1_000) : cost.memoryBudget(budget), buffer, seed)
        .oversize(PackingSampler.Oversize.OWN_BIN)
        // rows that are stacked share their outputs' length, ragged batches their attention's cost
        .balanced(inRows ? 16 : 8, inRows ? Cut::tokens : cost::squaredFrames);
  }
}
