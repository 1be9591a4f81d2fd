package dev.stretto.papers.flover;

import dev.stretto.data.audio.Audio;
import dev.stretto.data.audio.Utterance;
import dev.stretto.data.text.CharTokenizer;
import dev.stretto.experiments.Experiment;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.speech.SpeechModel;
import dev.stretto.profilers.CostCurve;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.profilers.InterleavedTimer.Timings;
import dev.stretto.profilers.VirtualClock;
import dev.stretto.profilers.WallClock;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.serving.Arrivals;
import dev.stretto.samplers.serving.DecodeScheduler;
import dev.stretto.samplers.serving.ExactEngine;
import dev.stretto.samplers.serving.GenerationRequest;
import dev.stretto.samplers.serving.NetworkEngine;
import dev.stretto.samplers.serving.ServingReport;
import dev.stretto.samplers.serving.Workload;
import dev.stretto.samplers.serving.Workload.Lengths;
import dev.stretto.tensor.Tensors;
import dev.stretto.zoo.SharedModels;
import dev.stretto.zoo.SharedModels.Speech;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

/** Five schedulers over the same requests, on the virtual clock and on the wall clock. */
public final class FloverStudy {
  private static final double[] GAPS = {0, .01, .02, .05, .1, .2, .5, 1};
  private static final int DRAWS = 20;

  /** Java code that the model never saw. */
  private static final String UNSEEN =
      """
      double padCost(List<Batch> run, SpeechCost cost) { double useful = 0; double executed = 0; for (var batch : run) {
        int longest = batch.cuts().stream().mapToInt(cost::frames).max().orElseThrow(); useful += batch.cuts().stream().mapToDouble(cost::macs).sum();
      ServingReport serve(DecodeScheduler scheduler, List<GenerationRequest> requests, VirtualClock clock) { return scheduler.run(requests, engine, clock); }
      """;

  private final Experiment<?> lab;
  private final long first;
  private final int requests;
  private final int tokens;
  private final List<DecodeScheduler> schedulers;
  private final Map<Long, List<Gap>> gaps = new HashMap<>();
  private Wall wall;

  /** What the clock of this machine said. */
  private record Wall(CostCurve curve, double prefill, Timings timings) {}

  /**
   * A study.
   *
   * @param lab whose models they are
   * @param requests that are served at once, 2 or more
   * @param tokens of each
   */
  public FloverStudy(Experiment<?> lab, int requests, int tokens) {
    this.lab = lab;
    this.first = lab.seeds().getFirst();
    this.requests = requests;
    this.tokens = tokens;
    schedulers = DecodeScheduler.sideBySide(requests, 8, .25 * tokens);
  }

  private DecodeScheduler sequential() {
    return schedulers.getFirst();
  }

  private DecodeScheduler fused() {
    return schedulers.getLast();
  }

  /** {@return a device that is bound by memory: c(B) = 1 + 0.05 (B - 1)} */
  public static VirtualClock gpu() {
    return VirtualClock.linear(.05);
  }

  /** {@return a table once measured on a CPU; it stays, so that counts agree on all machines} */
  public static VirtualClock cpu() {
    return VirtualClock.table(new int[] {1, 4, 8, 16, 32}, new double[] {1, 1.6, 2.0, 3.2, 7.9});
  }

  private ServingReport serve(
      DecodeScheduler scheduler, List<GenerationRequest> some, VirtualClock clock) {
    return scheduler.run(some, ExactEngine.of(requests, 16 + 4 * Math.max(64, tokens)), clock);
  }

  private List<ServingReport> serve(List<GenerationRequest> some, VirtualClock clock) {
    return schedulers.stream().map(scheduler -> serve(scheduler, some, clock)).toList();
  }

  private List<GenerationRequest> together(int n) {
    return Workload.of(n, Arrivals.atOnce(), Lengths.fixed(tokens), first).draw();
  }

  /** {@return all requests at once, by scheduler} */
  public List<ServingReport> together() {
    return serve(together(requests), gpu());
  }

  /**
   * Time until the last request has ended.
   *
   * @param device whose cost it is
   * @param requests how many
   * @param scheduler its name
   * @param makespan in iterations of one request
   * @param speedup over sequential decoding
   */
  public record Span(
      String device, int requests, String scheduler, double makespan, double speedup) {}

  /** {@return one to 32 requests on two devices} */
  public List<Span> spans() {
    List<Span> spans = new ArrayList<>();
    for (int n = 1; n <= requests; n *= 2) {
      for (boolean onGpu : new boolean[] {true, false}) {
        List<ServingReport> reports = serve(together(n), onGpu ? gpu() : cpu());
        String device = onGpu ? "c(B) = 1 + 0.05 (B-1)" : "c(B) measured on a CPU";
        double alone = reports.getFirst().makespan();
        for (ServingReport r : reports) {
          spans.add(new Span(device, n, r.scheduler(), r.makespan(), alone / r.makespan()));
        }
      }
    }
    return spans;
  }

  /**
   * Means over Poisson draws of a mean gap, in times of one request.
   *
   * @param scheduler its name
   * @param gap mean gap in times of one request
   * @param speedup over sequential decoding
   * @param overlap mean number of live requests
   * @param latency over that of a request alone
   */
  public record Gap(String scheduler, double gap, double speedup, double overlap, double latency) {}

  /**
   * {@return schedulers over mean gaps, 20 draws each}
   *
   * @param seed of the repetition
   */
  public List<Gap> gaps(long seed) {
    return gaps.computeIfAbsent(
        seed,
        s ->
            schedulers.stream()
                .flatMap(one -> Arrays.stream(GAPS).mapToObj(gap -> gap(one, gap, s)))
                .toList());
  }

  private Gap gap(DecodeScheduler scheduler, double gap, long seed) {
    double speedup = 0;
    double overlap = 0;
    double latency = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      long drawn = first + DRAWS * (seed - first) + draw;
      List<GenerationRequest> some =
          Workload.of(requests, arrivals(gap, drawn), Lengths.fixed(tokens), seed).draw();
      ServingReport r = serve(scheduler, some, gpu());
      speedup += serve(sequential(), some, gpu()).makespan() / r.makespan() / DRAWS;
      overlap += r.meanOverlap() / DRAWS;
      latency += r.meanLatency() / DRAWS;
    }
    return new Gap(scheduler.name(), gap, speedup, overlap, latency);
  }

  private Arrivals arrivals(double gap, long seed) {
    return gap == 0 ? Arrivals.atOnce() : Arrivals.poisson(gap * tokens, seed);
  }

  private double[] fusedGains(long seed) {
    return gaps(seed).stream()
        .filter(gap -> gap.scheduler().equals(fused().name()))
        .mapToDouble(Gap::speedup)
        .toArray();
  }

  /**
   * {@return the largest relative rise of the fused speedup from one gap to the next}
   *
   * @param seed of the repetition
   */
  public double gapRise(long seed) {
    double[] gains = fusedGains(seed);
    return IntStream.range(1, gains.length)
        .mapToDouble(i -> gains[i] / gains[i - 1] - 1)
        .max()
        .orElseThrow();
  }

  /**
   * {@return the fused speedup at a mean gap of one request's time}
   *
   * @param seed of the repetition
   */
  public double gapLast(long seed) {
    return fusedGains(seed)[GAPS.length - 1];
  }

  private List<GenerationRequest> mixed(int longest, long seed) {
    return Workload.of(requests, Arrivals.poisson(1, seed), Lengths.uniform(longest), seed).draw();
  }

  /**
   * {@return requests of random length, an iteration apart in the mean, by scheduler}
   *
   * @param seed of the repetition
   */
  public List<ServingReport> mixed(long seed) {
    return serve(mixed(tokens, seed), gpu());
  }

  /**
   * {@return the share of slot-steps that reordering saves}
   *
   * @param seed of the repetition
   */
  public double saved(long seed) {
    List<ServingReport> ends = mixed(seed);
    return 1 - (double) ends.get(4).slotSteps() / ends.get(3).slotSteps();
  }

  /**
   * Tokens over slot-steps.
   *
   * @param longest the longest one
   * @param scheduler its name
   * @param share from 0 to 1
   */
  public record Useful(int longest, String scheduler, double share) {}

  /** {@return useful shares of three schedulers at three longest lengths} */
  public List<Useful> useful() {
    List<Useful> useful = new ArrayList<>();
    for (int longest : new int[] {64, 128, 256}) {
      for (DecodeScheduler one : schedulers.subList(2, 5)) {
        double share = serve(one, mixed(longest, first), gpu()).usefulShare();
        useful.add(new Useful(longest, one.name(), share));
      }
    }
    return useful;
  }

  private CausalLm coder() {
    return SharedModels.CODE.get(lab);
  }

  private List<GenerationRequest> coding(double gap) {
    int[] text = CharTokenizer.printable().encode(UNSEEN);
    List<GenerationRequest> coding = new ArrayList<>();
    for (var r : Workload.of(requests, arrivals(gap, first), Lengths.fixed(tokens), first).draw()) {
      int from = 11 * (int) r.id() % (text.length - 16);
      int[] prompt = Arrays.copyOfRange(text, from, from + r.promptLength());
      coding.add(
          new GenerationRequest(r.id(), prompt, r.maxNewTokens(), r.sampling(), r.arrival()));
    }
    return coding;
  }

  private int[] rows() {
    return IntStream.iterate(1, b -> b <= requests, b -> 2 * b).toArray();
  }

  /**
   * The cost of a pass over rows, in times of a pass over one.
   *
   * @param device whose cost it is
   * @param rows of the pass
   * @param c cost over that of one row
   */
  public record RowCost(String device, int rows, double c) {}

  /** {@return the curve of this machine, of the virtual clock and of no gain} */
  public List<RowCost> rowCosts() {
    List<RowCost> costs = new ArrayList<>();
    for (int b : rows()) {
      costs.add(new RowCost("here, one row's time", b, wall().curve().c(b)));
      costs.add(new RowCost("1 + 0.05 (B - 1)", b, gpu().cost(b)));
      costs.add(new RowCost("no gain: B", b, b));
    }
    return costs;
  }

  private Wall wall() {
    if (wall == null) {
      CostCurve curve = CostCurve.rows(coder(), 12 + tokens / 2, rows());
      double prefill = CostCurve.positions(coder(), 0, 1, 12).c(12) / 12;
      InterleavedTimer timer = new InterleavedTimer();
      List<GenerationRequest> some = coding(0);
      try (NetworkEngine slots = new NetworkEngine(coder(), requests, -1)) {
        schedulers.forEach(s -> timer.add(s.name(), () -> s.run(some, slots, clock(curve))));
        wall = new Wall(curve, prefill, lab.time(timer));
      }
    }
    return Objects.requireNonNull(wall);
  }

  private static WallClock clock(CostCurve curve) {
    return new WallClock(curve.seconds()[0], InterleavedTimer::synchroniseDevice);
  }

  /** The virtual clock of this machine, prompts included. */
  private VirtualClock here() {
    return VirtualClock.table(rows(), wall().curve().seconds()).withPrefill(wall().prefill());
  }

  /** {@return all schedulers on the network, timed in turns} */
  public Timings timings() {
    return wall().timings();
  }

  /** {@return n / c(n): what fused decoding can gain at most here} */
  public double bound() {
    return requests / wall().curve().c(requests);
  }

  /** {@return the gain that the measured curve predicts, prompts included} */
  public double predicted() {
    return predicted(coding(0));
  }

  private double predicted(List<GenerationRequest> some) {
    return serve(sequential(), some, here()).makespan() / serve(fused(), some, here()).makespan();
  }

  /**
   * A makespan in seconds.
   *
   * @param scheduler its name
   * @param how predicted or measured
   * @param seconds how long
   */
  public record WallSpan(String scheduler, String how, double seconds) {}

  /** {@return makespans as predicted by the measured curve, and as measured} */
  public List<WallSpan> wallSpans() {
    List<WallSpan> spans = new ArrayList<>();
    double unit = wall().curve().seconds()[0];
    for (DecodeScheduler one : schedulers) {
      double iterations = serve(one, coding(0), here()).makespan();
      spans.add(new WallSpan(one.name(), "predicted", unit * iterations));
      spans.add(new WallSpan(one.name(), "measured", timings().median(one.name())));
    }
    return spans;
  }

  /**
   * Fused over sequential decoding at a mean gap.
   *
   * @param how predicted or measured
   * @param gap mean gap in times of one request
   * @param speedup over sequential decoding
   */
  public record WallGap(String how, double gap, double speedup) {}

  /** {@return gains over mean gaps on the network, two rounds each} */
  public List<WallGap> wallGaps() {
    List<WallGap> rows = new ArrayList<>();
    try (NetworkEngine slots = new NetworkEngine(coder(), requests, -1)) {
      for (double gap : new double[] {0, .05, .2, 1}) {
        List<GenerationRequest> some = coding(gap);
        InterleavedTimer timer = new InterleavedTimer();
        for (DecodeScheduler one : List.of(sequential(), fused())) {
          timer.add(one.name(), () -> one.run(some, slots, clock(wall().curve())));
        }
        double ratio = timer.run(1, 2).ratio(sequential().name(), fused().name());
        rows.add(new WallGap("measured", gap, ratio));
        rows.add(new WallGap("predicted", gap, predicted(some)));
      }
    }
    return rows;
  }

  /**
   * What a scheduler made of spoken requests.
   *
   * @param scheduler its name
   * @param iterations of the loop
   * @param slotSteps slots computed
   * @param usefulShare tokens over slot-steps
   * @param sameAsAlone requests with the text that they get alone
   * @param seconds how long
   */
  public record Heard(
      String scheduler,
      int iterations,
      long slotSteps,
      double usefulShare,
      int sameAsAlone,
      double seconds) {}

  /**
   * {@return a recogniser behind all schedulers: its encoder runs where a request joins}
   *
   * @param speech what is said
   * @param model which one
   */
  public List<Heard> speech(Speech speech, SpeechModel model) {
    var tokenizer = speech.tokenizer();
    int[] begin = {tokenizer.bos()};
    List<GenerationRequest> spoken =
        IntStream.range(0, requests)
            .mapToObj(i -> new GenerationRequest(i, begin, 192, Sampling.greedy(), 0))
            .toList();
    var alone = speech.transcriber(model);
    List<Audio> sounds = speech.test().stream().limit(requests).map(Utterance::audio).toList();
    List<String> texts =
        sounds.stream().map(s -> alone.transcribe(List.of(s)).texts().getFirst()).toList();
    List<Heard> heard = new ArrayList<>();
    try (NetworkEngine slots =
        NetworkEngine.of(
            model, requests, tokenizer.eos(), 512, id -> sound(speech, sounds.get((int) id)))) {
      for (DecodeScheduler one : schedulers) {
        ServingReport r = one.run(spoken, slots, clock(wall().curve()));
        int same = 0;
        for (ServingReport.Served served : r.served()) {
          int[] ids = served.tokens().stream().mapToInt(Integer::intValue).toArray();
          same += texts.get((int) served.request().id()).equals(tokenizer.decode(ids)) ? 1 : 0;
        }
        double seconds = r.makespan() * r.unitSeconds();
        heard.add(
            new Heard(
                r.scheduler(), r.iterations(), r.slotSteps(), r.usefulShare(), same, seconds));
      }
    }
    return heard;
  }

  private static SpeechModel.Sound sound(Speech speech, Audio audio) {
    var batch = speech.front().batch(Tensors.manager(), List.of(audio));
    return new SpeechModel.Sound(batch.features(), batch.lengths(), false);
  }
}
