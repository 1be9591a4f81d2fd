package dev.stretto.papers.canaryefficiency;

import dev.stretto.data.manifest.Cut;
import dev.stretto.data.manifest.CutGenerator;
import dev.stretto.experiments.Experiment;
import dev.stretto.profilers.PaddingReport;
import dev.stretto.profilers.SamplingTable;
import dev.stretto.profilers.SpeechCost;
import dev.stretto.profilers.TailWorkerSimulator;
import dev.stretto.samplers.batching.Batch;
import dev.stretto.samplers.batching.BatchingSampler;
import dev.stretto.samplers.batching.BinShape;
import dev.stretto.samplers.batching.Bins;
import dev.stretto.samplers.batching.BucketProfile;
import dev.stretto.samplers.batching.CutStreams;
import dev.stretto.samplers.batching.DurationBins;
import dev.stretto.samplers.batching.DurationBins2d;
import dev.stretto.samplers.batching.Packing;
import dev.stretto.samplers.batching.PackingReport;
import dev.stretto.samplers.batching.PackingSampler;
import dev.stretto.samplers.batching.SamplerBuilder;
import dev.stretto.samplers.batching.StaticRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What samplers pad, how much memory their steps take and how long ranks wait, all counted. */
public final class SamplingStudy {
  /** Random batches of the size that survives the worst shape. */
  public static final String STATIC = "static random";

  /** The finest 2-D buckets, with searched sizes. */
  public static final String BEST = "2-D 30 x 5, searched";

  private static final List<String> LAYOUTS =
      List.of(STATIC, "1-D 30, searched", BEST, "rows, dense mask", "rows, per cut", "ragged");
  private static final int STEPS_OF_RANKS = 150;

  private final Experiment<?> lab;
  private final long first;
  private final int cuts;
  private final int steps;
  private final int buffer;
  private final SpeechCost cost = SpeechCost.small();
  private final List<Cut> corpus;
  private final SamplingTable table;
  private final BucketProfile profile;
  private final Map<Long, SamplingTable> runs = new HashMap<>();

  /**
   * A study.
   *
   * @param lab whose seeds draw the manifests
   * @param cuts of a manifest
   * @param steps that each sampler is run for
   * @param buffer cuts that a sampler holds
   */
  public SamplingStudy(Experiment<?> lab, int cuts, int steps, int buffer) {
    this.lab = lab;
    this.first = lab.seeds().getFirst();
    this.cuts = cuts;
    this.steps = steps;
    this.buffer = buffer;
    corpus = manifest(first);
    table = new SamplingTable(corpus, cost);
    profile = table.search(DurationBins2d.estimate(corpus, 30, 5));
  }

  private List<Cut> manifest(long seed) {
    return CutGenerator.canary(seed).list(cuts);
  }

  /** {@return the manifest of the first seed} */
  public List<Cut> cuts() {
    return corpus;
  }

  /**
   * Two lengths of an utterance.
   *
   * @param duration in seconds
   * @param tokens how many
   * @param language of the transcript
   */
  public record Length(double duration, int tokens, String language) {}

  /** {@return lengths of the first 3,000 cuts} */
  public List<Length> lengths() {
    return corpus.stream()
        .limit(3000)
        .map(cut -> new Length(cut.duration(), cut.tokens(), cut.language()))
        .toList();
  }

  /** {@return the memory of the device in floats and the batch that survives the worst shape} */
  public String budget() {
    return "The device holds %,d floats; a batch that must survive the worst shape has %d cuts."
        .formatted(table.budget(), table.worstCase());
  }

  /** {@return a batch of fixed size, at random} */
  public Batch randomBatch() {
    return StaticRandom.of(table.worstCase()).seed(first).build().over(stream()).next();
  }

  /** {@return a batch of a bucket of middling length, of searched size} */
  public Batch bucketBatch() {
    var batches = buckets(profile).seed(first).build().over(stream());
    int middle = Math.min(80, profile.sizes().size() - 1);
    return Stream.generate(batches::next).filter(b -> b.bin() == middle).findFirst().orElseThrow();
  }

  private Iterator<Cut> stream() {
    return CutStreams.endless(corpus, first);
  }

  /**
   * A bin's lower and upper bounds in seconds and tokens, and its batch size.
   *
   * @param from lower bound in seconds
   * @param to upper bound in seconds
   * @param low fewest tokens
   * @param high most tokens
   * @param size of its batches
   */
  public record Bin(double from, double to, double low, double high, int size) {}

  /** {@return the 30 x 5 bins with their searched batch sizes} */
  public List<Bin> bins() {
    List<Bin> bins = new ArrayList<>();
    double from = .5;
    double to = 0;
    double low = 1;
    for (BinShape shape : profile.shapes()) {
      if (shape.seconds() != to) {
        from = to == 0 ? .5 : to;
        to = shape.seconds();
        low = 1;
      }
      bins.add(new Bin(from, to, low, shape.tokens(), profile.sizes().get(bins.size())));
      low = shape.tokens();
    }
    return bins;
  }

  /** {@return batch sizes that the search tried} */
  public int probes() {
    return profile.totalProbes();
  }

  /**
   * {@return all samplers, fed from one pass over the same endless, reshuffled stream}
   *
   * @param seed of the repetition
   */
  public SamplingTable run(long seed) {
    return runs.computeIfAbsent(seed, s -> run(manifest(s), cost, buffer, steps, s));
  }

  private static SamplingTable run(
      List<Cut> manifest, SpeechCost model, int buffer, int batches, long seed) {
    return new SamplingTable(manifest, model)
        .addPaper(buffer, seed)
        .feed(CutStreams.endless(manifest, seed), batches);
  }

  /**
   * {@return the sampling table of another manifest, 200 steps with a buffer of 2,000}
   *
   * @param manifest cuts
   * @param seed of the repetition
   */
  public SamplingTable run(List<Cut> manifest, long seed) {
    return run(manifest, cost, 2_000, 200, seed);
  }

  /**
   * A part of a sampler's multiply-adds.
   *
   * @param sampler its name
   * @param part of the work
   * @param share from 0 to 1
   */
  public record Part(String sampler, String part, double share) {}

  /** {@return useful work, and padding of both sides, of each sampler} */
  public List<Part> parts() {
    return run(first).reports().stream()
        .flatMap(
            report ->
                Stream.of(
                    new Part(report.sampler(), "useful", report.useful()),
                    new Part(report.sampler(), "padding, encoder", report.padEncoder()),
                    new Part(report.sampler(), "padding, decoder", report.padDecoder())))
        .toList();
  }

  /**
   * Memory of a sampler's mean or largest step over the budget.
   *
   * @param sampler its name
   * @param step mean or largest
   * @param use share of the budget
   */
  public record Memory(String sampler, String step, double use) {}

  /** {@return memory of the mean and of the largest step} */
  public List<Memory> memory() {
    return run(first).reports().stream()
        .flatMap(
            report ->
                Stream.of(
                    new Memory(report.sampler(), "mean", report.memoryUse()),
                    new Memory(report.sampler(), "largest", report.maxMemoryUse())))
        .toList();
  }

  /**
   * Padding with so many duration buckets of so many token parts.
   *
   * @param buckets of duration
   * @param parts of tokens per bucket
   * @param padCost share of the multiply-adds
   */
  public record Count(int buckets, String parts, double padCost) {}

  /** {@return padding over the number of buckets, in one dimension and in two} */
  public List<Count> bucketCounts() {
    SamplingTable counts = new SamplingTable(corpus, cost);
    for (int k : new int[] {1, 2, 3, 5, 8, 12, 20, 30, 50}) {
      for (int parts : new int[] {1, 2, 3, 5}) {
        Bins bins =
            parts == 1
                ? DurationBins.estimate(corpus, k)
                : DurationBins2d.estimate(corpus, k, parts);
        counts.addSearched(k + " x " + parts, bins, 2 * buffer, first);
      }
    }
    counts.feed(stream(), steps / 2);
    return counts.reports().stream().map(SamplingStudy::count).toList();
  }

  private static Count count(PaddingReport report) {
    List<String> grid = List.of(report.sampler().split(" x ", -1));
    String parts = grid.get(1).equals("1") ? "1 (1-D)" : grid.get(1);
    return new Count(Integer.parseInt(grid.get(0)), parts, report.padCost());
  }

  /**
   * Padding of a layout in a model of some width.
   *
   * @param width of the model
   * @param sampler its name
   * @param padCost share of the multiply-adds
   */
  public record Width(int width, String sampler, double padCost) {}

  /** {@return padding of six layouts at three widths, mean over the seeds} */
  public List<Width> widths() {
    List<Width> widths = new ArrayList<>();
    for (int width : new int[] {64, 256, 1024}) {
      List<SamplingTable> at =
          lab.seeds().stream()
              .map(seed -> run(manifest(seed), cost.withWidth(width), buffer, steps / 4, seed))
              .toList();
      for (String row : LAYOUTS) {
        double mean =
            at.stream().mapToDouble(run -> run.report(row).padCost()).average().orElseThrow();
        widths.add(new Width(width, row, mean));
      }
    }
    return widths;
  }

  /**
   * Share of a step that the mean rank waits for the slowest.
   *
   * @param ranks how many
   * @param choice how a rank chooses its bucket
   * @param idle share of a step
   */
  public record Idle(int ranks, String choice, double idle) {}

  /** {@return waiting of two, four and eight ranks} */
  public List<Idle> idle() {
    BucketProfile twoD = table.search(DurationBins2d.estimate(corpus, 30, 2));
    ToDoubleFunction<Batch> padded = TailWorkerSimulator.padded(cost);
    List<Idle> waits = new ArrayList<>();
    for (int ranks : new int[] {2, 4, 8}) {
      waits.add(
          idle(
              ranks,
              "independent buckets",
              padded,
              rank -> buckets(twoD).seed(first + rank).build()));
      waits.add(
          idle(
              ranks,
              "synchronised buckets",
              padded,
              rank -> buckets(twoD).seed(first).syncBuckets(rank, ranks).build()));
      waits.add(
          idle(
              ranks,
              "ragged packing",
              TailWorkerSimulator.ragged(cost),
              rank -> table.ragged(buffer, first + rank)));
    }
    return waits;
  }

  private SamplerBuilder buckets(BucketProfile bins) {
    return table.bucketed(bins).buffer(buffer);
  }

  private Idle idle(
      int ranks, String choice, ToDoubleFunction<Batch> step, IntFunction<BatchingSampler> rank) {
    List<Iterator<Batch>> all =
        IntStream.range(0, ranks)
            .mapToObj(r -> rank.apply(r).over(CutStreams.endless(corpus, first + 100 + r)))
            .toList();
    return new Idle(ranks, choice, TailWorkerSimulator.run(all, STEPS_OF_RANKS, step).idleShare());
  }

  /**
   * Bins of a packer beside the least number of bins.
   *
   * @param packer its name
   * @param bins that it fills
   * @param lowerBound least number of bins
   * @param overBound bins over the least number
   */
  public record Packed(String packer, long bins, long lowerBound, double overBound) {}

  /**
   * {@return all packers over 200,000 cuts with this study's buffer}
   *
   * @param seed of the repetition
   */
  public List<Packed> packers(long seed) {
    return Arrays.stream(Packing.values()).map(packing -> packed(packing, seed)).toList();
  }

  private Packed packed(Packing packing, long seed) {
    var packer = new PackingSampler(packing, cost.memoryBudget(table.budget()), buffer, seed);
    packer.over(CutGenerator.canary(seed).stream(200_000)).forEachRemaining(batch -> {});
    PackingReport report = packer.report();
    String name = packing.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return new Packed(name, report.bins(), report.lowerBound(), report.overLowerBound());
  }

  /**
   * {@return bins of the best packer over the lower bound}
   *
   * @param seed of the repetition
   */
  public double overBound(long seed) {
    return packers(seed).stream().mapToDouble(Packed::overBound).min().orElseThrow();
  }

  /**
   * {@return largest over mean sum of squared lengths of four ranks}
   *
   * @param seed of the repetition
   */
  public double imbalance(long seed) {
    SamplingTable own = new SamplingTable(manifest(seed), cost);
    var batches = own.ragged(buffer, seed).over(CutStreams.endless(manifest(seed), seed));
    ToDoubleFunction<Batch> squares =
        batch -> batch.cuts().stream().mapToDouble(cost::squaredFrames).sum();
    return TailWorkerSimulator.dealt(batches, 4, STEPS_OF_RANKS, squares).imbalance();
  }

  /**
   * Padding of a layout on a corpus.
   *
   * @param corpus its name
   * @param sampler its name
   * @param padCost share of the multiply-adds
   */
  public record Real(String corpus, String sampler, double padCost) {}

  /**
   * {@return padding of six layouts on each corpus}
   *
   * @param corpora cuts by name
   */
  public List<Real> real(Map<String, List<Cut>> corpora) {
    List<Real> rows = new ArrayList<>();
    corpora.forEach(
        (id, some) -> {
          SamplingTable here = run(some, first);
          LAYOUTS.forEach(row -> rows.add(new Real(id, row, here.report(row).padCost())));
        });
    return rows;
  }

  /**
   * Size of a corpus.
   *
   * @param corpus its name
   * @param cuts how many
   * @param hours of audio
   * @param longest the longest one
   * @param tokensPerSecond mean rate
   */
  public record Corpus(
      String corpus, int cuts, double hours, double longest, double tokensPerSecond) {}

  /**
   * {@return sizes of corpora}
   *
   * @param corpora cuts by name
   */
  public static List<Corpus> sizes(Map<String, List<Cut>> corpora) {
    return corpora.entrySet().stream().map(e -> size(e.getKey(), e.getValue())).toList();
  }

  private static Corpus size(String id, List<Cut> some) {
    double seconds = some.stream().mapToDouble(Cut::duration).sum();
    double longest = some.stream().mapToDouble(Cut::duration).max().orElseThrow();
    int tokens = some.stream().mapToInt(Cut::tokens).sum();
    return new Corpus(id, some.size(), seconds / 3600, longest, tokens / seconds);
  }
}
