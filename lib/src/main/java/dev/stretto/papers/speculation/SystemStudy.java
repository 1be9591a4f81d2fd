package dev.stretto.papers.speculation;

import dev.stretto.experiments.Experiment;
import dev.stretto.models.TokenModel;
import dev.stretto.papers.speculation.FamilyStudy.Speed;
import dev.stretto.profilers.InterleavedTimer;
import dev.stretto.profilers.LatencyModel;
import dev.stretto.profilers.LatencyModel.Device;
import dev.stretto.profilers.LatencyModel.Shape;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.SyntheticAcceptance;
import dev.stretto.samplers.decoding.Verifier;
import dev.stretto.samplers.drafting.ModelDrafter;
import dev.stretto.samplers.drafting.TreeExpansion;
import dev.stretto.zoo.SpeculationFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** What a system costs apart from its drafter: published numbers, forced acceptance, batches. */
public final class SystemStudy {
  private final Experiment<?> lab;
  private final SpeculationFamily family;

  /**
   * A study.
   *
   * @param lab whose rounds the clock takes
   * @param family target, drafts and prompts
   */
  public SystemStudy(Experiment<?> lab, SpeculationFamily family) {
    this.lab = lab;
    this.family = family;
  }

  /** A row of Spec-Bench's leaderboard: acceptance length, nodes, sequential steps, speed-ups. */
  private record Reported(
      String method, double tau, int nodes, int steps, double size, double a100, double rtx3090) {
    Stream<Speed> speeds() {
      return Stream.concat(on(Device.A100, a100), on(Device.RTX_3090, rtx3090));
    }

    private Stream<Speed> on(Device device, double gain) {
      String name = method + ", " + device.name();
      return Stream.of(
          new Speed(name, "roofline, h = 0", roof(device, 0)),
          new Speed(name, "roofline, h = 5 ms", roof(device, FamilyStudy.HOST)),
          new Speed(name, "reported", gain));
    }

    private double roof(Device device, double host) {
      List<Shape> drafts = Collections.nCopies(steps, Shape.half("head", size, 1, 1));
      return new LatencyModel(device.host(host), Shape.VICUNA_7B, 512)
          .speedup(tau, nodes, drafts, host / 4);
    }
  }

  /** {@return what published acceptance lengths predict for Vicuna-7B, beside what is reported} */
  public static List<Speed> reported() {
    return Stream.of(
            new Reported("Medusa", 2.31, 64, 1, 5.9e8, 1.71, 1.44),
            new Reported("Hydra", 3.26, 64, 4, 2.5e8, 2.07, 1.91),
            new Reported("68M draft, 5 steps", 2.28, 6, 5, 6.8e7, 1.52, 1.79),
            new Reported("prompt lookup", 1.75, 11, 0, 1, 1.66, 1.64))
        .flatMap(Reported::speeds)
        .toList();
  }

  private Decoder.Options endless(int tokens) {
    return new Decoder.Options(tokens, -1, family.greedy().sampling());
  }

  private Acceptance decode(
      int[][] from, Decoder.Options options, Drafter drafter, Verifier verifier) {
    return SpeculativeDecoder.decode(family.target(), from, options, drafter, verifier)
        .acceptance();
  }

  /**
   * A speed at a given acceptance.
   *
   * @param draft model
   * @param accepted drafts per pass, forced
   * @param speedup over plain decoding
   */
  public record Forced(String draft, double accepted, double speedup) {}

  /** {@return speed-up as a function of the acceptance length alone, four drafts per pass} */
  public List<Forced> forced() {
    int[][] one = {family.firsts()[0]};
    Map<String, TokenModel> drafts = new LinkedHashMap<>();
    drafts.put("n-gram", family.ngram());
    drafts.put("1x64", family.draft1());
    double[] lengths = {0, 1, 2, 4};
    InterleavedTimer timer = new InterleavedTimer();
    timer.add("plain", () -> Decoder.decode(family.target(), one, endless(48)));
    drafts.forEach(
        (name, model) -> {
          for (double length : lengths) {
            ModelDrafter drafter = new ModelDrafter(model, TreeExpansion.chain(4));
            SyntheticAcceptance rule = SyntheticAcceptance.length(length);
            timer.add(name + length, () -> decode(one, endless(48), drafter, rule));
          }
        });
    InterleavedTimer.Timings times = lab.time(timer);
    return drafts.keySet().stream()
        .flatMap(
            name ->
                DoubleStream.of(lengths)
                    .mapToObj(n -> new Forced(name, n, times.ratio("plain", name + n))))
        .toList();
  }

  /**
   * A batch.
   *
   * @param rows of it
   * @param k drafts per pass
   * @param gain over plain decoding of the same batch
   * @param tau tokens per pass
   */
  public record Batch(String rows, int k, double gain, double tau) {}

  /** {@return what 2 and 6 n-gram drafts gain for 1, 4 and 16 rows} */
  public List<Batch> batches() {
    int[][] brief =
        family.suite().prompts(16).values().stream()
            .flatMap(Stream::of)
            .sorted(Comparator.comparingInt(prompt -> prompt.length))
            .limit(16)
            .toArray(int[][]::new);
    List<Batch> all = new ArrayList<>();
    for (int rows : new int[] {1, 4, 16}) {
      int[][] some = Arrays.copyOf(brief, rows);
      InterleavedTimer timer = new InterleavedTimer();
      timer.add("plain", () -> Decoder.decode(family.target(), some, endless(24)));
      Map<Integer, Acceptance> kept = new LinkedHashMap<>();
      for (int k : new int[] {2, 6}) {
        ModelDrafter chain = new ModelDrafter(family.ngram(), TreeExpansion.chain(k));
        timer.add("K " + k, () -> kept.put(k, decode(some, endless(24), chain, new ExactMatch())));
      }
      InterleavedTimer.Timings times = lab.time(timer);
      String name = rows == 1 ? "1 row" : rows + " rows";
      kept.forEach(
          (k, a) ->
              all.add(new Batch(name, k, times.ratio("plain", "K " + k), a.lengthWithBonus())));
    }
    return all;
  }
}
