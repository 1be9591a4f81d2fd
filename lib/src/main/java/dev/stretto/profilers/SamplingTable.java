package dev.stretto.profilers;

import dev.stretto.data.manifest.Cut;
import dev.stretto.figures.Tables;
import dev.stretto.samplers.batching.Batch;
import dev.stretto.samplers.batching.BatchSizeOptimizer;
import dev.stretto.samplers.batching.BatchingSampler;
import dev.stretto.samplers.batching.Bins;
import dev.stretto.samplers.batching.BucketProfile;
import dev.stretto.samplers.batching.BucketingSampler;
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
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.Table;

/**
 * Samplers side by side over one pass of a stream, each with its profiler: the sampling table of
 * canary-efficiency. {@link #addPaper} sets up the paper's rows in the order in which each adds one
 * idea; {@link #add} puts anybody's sampler beside them. Not thread-safe.
 */
public final class SamplingTable {
  /** Below this rate a transcript of the generated manifest is clean; broken ones have 18-30. */
  private static final double MAX_TPS = 16;

  private static final int ROW_FRAMES = 1_000;
  private static final int BLOCK = 8;

  private record Row(BatchingSampler sampler, PaddingProfiler profiler, int probes) {
    void take(Batch batch, int steps) {
      if (profiler.steps() < steps) {
        profiler.accept(batch);
      }
    }

    double rejectedShare() {
      return sampler instanceof BucketingSampler bucketing && bucketing.report().offered() > 0
          ? (double) bucketing.report().rejectedCuts() / bucketing.report().offered()
          : 0;
    }
  }

  private final List<Cut> corpus;
  private final SpeechCost cost;
  private final List<Cut> clean;
  private final double longest;
  private final long budget;
  private final TimeConstraint cap;
  private final List<Row> rows = new ArrayList<>();

  /**
   * An empty table for a device with the memory of the small experiment: 32 cuts of the corpus'
   * longest duration with the 99.99-percentile token count of its clean cuts.
   *
   * @param corpus the cuts from which bins, sizes and the budget are estimated, at least one clean
   * @param cost the model that the batches are for
   */
  public SamplingTable(List<Cut> corpus, SpeechCost cost) {
    this.corpus = List.copyOf(corpus);
    this.cost = cost;
    clean = corpus.stream().filter(cut -> cut.tokensPerSecond() <= MAX_TPS).toList();
    if (clean.isEmpty()) {
      throw new IllegalArgumentException(
          "none of %d cuts has %s tokens/s or fewer, expected at least one"
              .formatted(corpus.size(), MAX_TPS));
    }
    int[] tokens = clean.stream().mapToInt(Cut::tokens).sorted().toArray();
    int most = tokens[(int) Math.ceil(.9999 * tokens.length) - 1];
    longest = corpus.stream().mapToDouble(Cut::duration).max().orElse(0);
    budget = cost.memoryOf(32, longest, Math.max(1, most));
    cap = TimeConstraint.seconds(30 * longest);
  }

  /**
   * Adds a row.
   *
   * @param name the row's name
   * @param sampler a fresh sampler
   * @param execution how its batches are laid out
   * @param probes what the search for its batch sizes cost, 0 for none
   * @return this
   */
  public SamplingTable add(
      String name, BatchingSampler sampler, BatchLayout execution, int probes) {
    rows.add(new Row(sampler, new PaddingProfiler(name, cost, execution, budget), probes));
    return this;
  }

  /**
   * Adds a row of padded batches.
   *
   * @param name the row's name
   * @param sampler a fresh sampler
   * @return this
   */
  public SamplingTable add(String name, BatchingSampler sampler) {
    return add(name, sampler, new BatchLayout.Padded(), 0);
  }

  /**
   * Adds the rows of the paper, each with one idea more than the one above, and below them packing.
   *
   * @param buffer cuts that wait inside each sampler, at least 1
   * @param seed the seed of all samplers
   * @return this
   */
  public SamplingTable addPaper(int buffer, long seed) {
    Map<String, SamplerBuilder> samplers = new LinkedHashMap<>();
    samplers.put("static random", StaticRandom.of(worstCase(corpus)));
    samplers.put("static, max tps", StaticRandom.of(worstCase(clean)).maxTps(MAX_TPS));
    samplers.put("duration cap", DurationCap.of(cap).maxTps(MAX_TPS));
    for (int k : new int[] {2, 5, 10, 20, 30}) {
      samplers.put("1-D " + k, capped(k, cap));
    }
    samplers.put("1-D 30, quadratic", capped(30, cap.withQuadratic(30)));
    samplers.forEach((name, builder) -> add(name, builder.buffer(buffer).seed(seed).build()));
    addSearched("1-D 30, searched", DurationBins.estimate(corpus, 30), buffer, seed);
    for (int[] grid : new int[][] {{10, 3}, {20, 3}, {30, 2}, {30, 5}}) {
      Bins bins = DurationBins2d.estimate(corpus, grid[0], grid[1]);
      addSearched("2-D %d x %d, searched".formatted(grid[0], grid[1]), bins, buffer, seed);
    }
    add("rows, dense mask", packedRows(buffer, seed), new BatchLayout.Rows(ROW_FRAMES, true), 0);
    add("rows, per cut", packedRows(buffer, seed), new BatchLayout.Rows(ROW_FRAMES, false), 0);
    return add("ragged", ragged(buffer, seed), new BatchLayout.Ragged(), 0);
  }

  /**
   * Adds a row of bins with searched sizes.
   *
   * @param name the row's name
   * @param bins 1-D or 2-D
   * @param buffer cuts that wait inside the sampler
   * @param seed its seed
   * @return this
   */
  public SamplingTable addSearched(String name, Bins bins, int buffer, long seed) {
    BucketProfile profile = search(bins);
    return add(
        name,
        bucketed(profile).buffer(buffer).seed(seed).build(),
        new BatchLayout.Padded(),
        profile.totalProbes());
  }

  /**
   * Searches the batch size of each bin against the memory model.
   *
   * @param bins 1-D or 2-D
   * @return the bins with their sizes and the probes used
   */
  public BucketProfile search(Bins bins) {
    return BatchSizeOptimizer.of(
            (shape, cuts) ->
                cuts * cost.memory(cost.frames(shape.seconds()), shape.tokens()) <= budget)
        .search(bins);
  }

  /**
   * Buckets with searched sizes.
   *
   * @param profile from {@link #search}
   * @return a builder without broken transcripts
   */
  public SamplerBuilder bucketed(BucketProfile profile) {
    return DynamicBucketing.of(profile.bins(), profile.constraint()).maxTps(MAX_TPS);
  }

  /**
   * One-dimensional buckets under the table's cap of 30 cuts of the longest duration.
   *
   * @param bins how many
   * @return a builder without broken transcripts
   */
  public SamplerBuilder capped(int bins) {
    return capped(bins, cap);
  }

  private SamplerBuilder capped(int bins, TimeConstraint most) {
    return DynamicBucketing.of(DurationBins.estimate(corpus, bins), most).maxTps(MAX_TPS);
  }

  /**
   * Cuts end to end in rows of 1,000 frames, filled best; rows with similar outputs follow each
   * other, since rows that are stacked into a step are padded to the longest output.
   *
   * @param buffer cuts that are packed together
   * @param seed the order's seed
   * @return a packer; a longer cut is a row of its own
   */
  public PackingSampler packedRows(int buffer, long seed) {
    return new PackingSampler(
            Packing.BEST_FIT_DECREASING, cost.framesBudget(ROW_FRAMES), buffer, seed)
        .oversize(PackingSampler.Oversize.OWN_BIN)
        .balanced(2 * BLOCK, Cut::tokens);
  }

  /**
   * Bins that fill the device, to be computed without padding; up to 8 ranks find bins of nearly
   * equal sums of squares in each step.
   *
   * @param buffer cuts that are packed together
   * @param seed the order's seed
   * @return a packer
   */
  public PackingSampler ragged(int buffer, long seed) {
    return new PackingSampler(Packing.BEST_FIT, cost.memoryBudget(budget), buffer, seed)
        .oversize(PackingSampler.Oversize.OWN_BIN)
        .balanced(BLOCK, cost::squaredFrames);
  }

  /**
   * The batch that survives the worst shape of the corpus: its longest audio with its longest
   * transcript. It is what random batches have to be made for.
   *
   * @return cuts, at least 1
   */
  public int worstCase() {
    return worstCase(corpus);
  }

  private int worstCase(List<Cut> cuts) {
    int tokens = cuts.stream().mapToInt(Cut::tokens).max().orElseThrow();
    return (int) Math.max(1, budget / cost.memory(cost.frames(longest), tokens));
  }

  /**
   * Feeds all rows from one stream until each has made so many steps. Where the stream ends before,
   * partial batches count too.
   *
   * @param cuts the stream, best endless: partial batches bend the shares
   * @param steps steps a row, at least 1
   * @return this
   */
  public SamplingTable feed(Iterator<Cut> cuts, int steps) {
    List<Row> open = new ArrayList<>(rows);
    while (!open.isEmpty() && cuts.hasNext()) {
      Cut cut = cuts.next();
      open.removeIf(
          row -> {
            row.sampler().offer(cut, batch -> row.take(batch, steps));
            return row.profiler().steps() >= steps;
          });
    }
    open.forEach(row -> row.sampler().finish(batch -> row.take(batch, steps)));
    return this;
  }

  /**
   * The reports so far.
   *
   * @return one a row, in the order they were added
   */
  public List<PaddingReport> reports() {
    return rows.stream().map(row -> row.profiler().report()).toList();
  }

  /**
   * The report of one row.
   *
   * @param name the row's name
   * @return its report; throws IllegalArgumentException listing the names where there is none
   */
  public PaddingReport report(String name) {
    List<PaddingReport> all = reports();
    return all.stream()
        .filter(report -> report.sampler().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no row '%s'; there are %s"
                        .formatted(name, all.stream().map(PaddingReport::sampler).toList())));
  }

  /**
   * The floats that the device holds.
   *
   * @return the budget
   */
  public long budget() {
    return budget;
  }

  /**
   * The table: {@link PaddingReport#table} and what each row rejected and searched.
   *
   * @return one row a sampler
   */
  public Table table() {
    return PaddingReport.table(reports())
        .concat(
            Tables.rows(rows)
                .column("rejected", Row::rejectedShare)
                .column("probes", Row::probes)
                .table(""));
  }
}
