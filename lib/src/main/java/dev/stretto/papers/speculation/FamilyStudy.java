package dev.stretto.papers.speculation;

import dev.stretto.evaluation.SpeculationBench;
import dev.stretto.evaluation.SpeculationBench.Counts;
import dev.stretto.experiments.Experiment;
import dev.stretto.papers.aded.AdedDrafter;
import dev.stretto.papers.aded.BestFirstDraft;
import dev.stretto.papers.aded.MatrixUpdate;
import dev.stretto.papers.aded.TrigramMatrix;
import dev.stretto.papers.chimera.ChimeraModels;
import dev.stretto.papers.hiddentransfer.HiddenTransfer;
import dev.stretto.papers.hiddentransfer.HiddenTransferStudy;
import dev.stretto.papers.hiddentransfer.TransferDrafter;
import dev.stretto.papers.hydra.HeadArm;
import dev.stretto.papers.hydra.HydraModels;
import dev.stretto.papers.hydra.HydraStudy;
import dev.stretto.papers.s2d.S2dStudy;
import dev.stretto.profilers.CostCurve;
import dev.stretto.profilers.LatencyModel;
import dev.stretto.profilers.LatencyModel.Device;
import dev.stretto.profilers.LatencyModel.Shape;
import dev.stretto.profilers.WorkProfiler;
import dev.stretto.profilers.WorkProfiler.Role;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.ProbabilityThreshold;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.decoding.TypicalAcceptance;
import dev.stretto.samplers.drafting.AdaptiveDepthDrafter;
import dev.stretto.samplers.drafting.ModelDrafter;
import dev.stretto.samplers.drafting.PromptLookup;
import dev.stretto.samplers.drafting.TreeExpansion;
import dev.stretto.zoo.SpeculationFamily;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** All methods of the family on the same prompts, greedy. */
public final class FamilyStudy {
  /** Seconds of host time per pass. */
  static final double HOST = 5e-3;

  /** Methods whose names stand left of their points, since another method is close on the right. */
  private static final Set<String> NAMED_LEFT =
      Set.of("draft model 1x64", "n-gram, cost model", "n-gram chain");

  private final SpeculationFamily family;
  private final HydraStudy heads;
  private final Drafter nested;
  private final HiddenTransfer transfer;
  private final Map<String, List<Counts>> byCategory = new LinkedHashMap<>();

  /**
   * Counts every method on the first prompt of each category.
   *
   * @param lab whose models they are
   * @param family target, drafts and prompts
   */
  public FamilyStudy(Experiment<?> lab, SpeculationFamily family) {
    this.family = family;
    int[][] some = family.prompts().values().iterator().next();
    heads = new HydraStudy(lab, family, 2 * some.length);
    nested = new S2dStudy(lab, family).drafter();
    HiddenTransferStudy maps = new HiddenTransferStudy(lab, family);
    transfer = maps.maps(maps.best(), lab.seeds().getFirst());
    family
        .prompts()
        .forEach((name, rows) -> byCategory.put(name, bench(new int[][] {rows[0]}).count()));
  }

  /** The lossless drafters; a cost model by a line, so that counts do not depend on a clock. */
  private Map<String, Function<WorkProfiler, Drafter>> drafters() {
    TreeExpansion confident = TreeExpansion.confident(4, .3);
    TrigramMatrix trigrams =
        TrigramMatrix.count(
            family.tokenizer().vocabulary(), 12, family.suite().trainingText(300_000));
    Map<String, Function<WorkProfiler, Drafter>> all = new LinkedHashMap<>();
    all.put(
        "draft model 1x64", w -> new ModelDrafter(w.of(family.draft1(), Role.DRAFT), confident));
    all.put(
        "draft model 2x96", w -> new ModelDrafter(w.of(family.draft2(), Role.DRAFT), confident));
    all.put("prompt lookup", _ -> new PromptLookup(3, 8));
    all.put("n-gram chain", _ -> ngrams(TreeExpansion.confident(6, .3)));
    all.put("n-gram tree", _ -> ngrams(TreeExpansion.beam(2, 4)));
    all.put("n-gram, cost model", _ -> byCost());
    for (HeadArm arm : List.of(HydraModels.MEDUSA, HydraModels.HYDRA_PLUS, ChimeraModels.CHIMERA)) {
      Drafter drafter = heads.drafter(arm, 8);
      all.put(arm.label(), _ -> drafter);
    }
    all.put("S2D", _ -> nested);
    all.put(
        "ADED", _ -> new AdedDrafter(trigrams, MatrixUpdate.PUBLISHED, new BestFirstDraft(8, 4)));
    return all;
  }

  private ModelDrafter ngrams(TreeExpansion expansion) {
    return new ModelDrafter(family.ngram(), expansion);
  }

  private ModelDrafter chain(int drafts) {
    return ngrams(TreeExpansion.chain(drafts));
  }

  private Drafter byCost() {
    return AdaptiveDepthDrafter.byCost(chain(8), n -> 1 + .08 * (n - 1));
  }

  /**
   * {@return all methods and plain decoding}
   *
   * @param prompts of the family
   */
  public SpeculationBench bench(int[][] prompts) {
    SpeculationBench bench = new SpeculationBench(family.target(), prompts, family.greedy());
    drafters()
        .forEach((name, drafter) -> bench.add(name, family.target(), drafter, new ExactMatch()));
    Drafter pseudo = new TransferDrafter(transfer, 4);
    ModelDrafter six = new ModelDrafter(family.draft1(), TreeExpansion.chain(6));
    return bench
        .add("hidden transfer", transfer, _ -> pseudo, new ExactMatch())
        .add("p >= .01 (lossy)", six, new ProbabilityThreshold(.01))
        .add("typical (lossy)", six, new TypicalAcceptance(.09, .3));
  }

  /** {@return counts by method, plain decoding first, over all categories} */
  public List<Counts> counts() {
    return byCategory.values().stream()
        .reduce(
            (a, b) -> IntStream.range(0, a.size()).mapToObj(i -> a.get(i).plus(b.get(i))).toList())
        .orElseThrow();
  }

  private Stream<Counts> methods() {
    return counts().stream().skip(1).filter(c -> c.acceptance().passes() > 0);
  }

  /**
   * What counts predict.
   *
   * @param method its name
   * @param tau tokens per pass
   * @param positions per pass of the target
   * @param draftSteps sequential ones per pass
   * @param a100 speed-up of a 7B model by the roofline, without host time
   * @param a100Host with 5 ms of host time per pass
   * @param rtx3090 without host time
   * @param h100 of an 8B model, without host time
   * @param here by this machine's cost curve
   */
  public record Predicted(
      String method,
      double tau,
      double positions,
      double draftSteps,
      double a100,
      double a100Host,
      double rtx3090,
      double h100,
      double here) {}

  /** {@return a prediction per method} */
  public List<Predicted> predicted() {
    double step =
        CostCurve.positions(family.draft1(), 128, 1).seconds()[0] / family.costs().seconds()[0];
    return methods()
        .map(
            c ->
                new Predicted(
                    c.method(),
                    c.tau(),
                    c.positionsPerPass(),
                    c.draftSteps(),
                    gain(Device.A100, Shape.VICUNA_7B, 0, c),
                    gain(Device.A100, Shape.VICUNA_7B, HOST, c),
                    gain(Device.RTX_3090, Shape.VICUNA_7B, 0, c),
                    gain(Device.H100, Shape.LLAMA_8B, 0, c),
                    c.tau() / (family.cost(c.positionsPerPass()) + step * c.draftSteps())))
        .toList();
  }

  private static double gain(Device device, Shape shape, double host, Counts c) {
    LatencyModel model = new LatencyModel(device.host(host), shape, 512);
    LatencyModel draft = new LatencyModel(device.host(host / 4), Shape.LLAMA_68M, 512);
    double pass = model.seconds(c.positionsPerPass(), 1) + c.draftSteps() * draft.seconds(1, 1);
    return c.tau() * model.seconds(1, 1) / pass;
  }

  /**
   * A bar.
   *
   * @param method its name
   * @param how predicted, measured or reported
   * @param speedup over plain decoding
   */
  public record Speed(String method, String how, double speedup) {}

  /**
   * {@return the last column of the predictions beside what the clock says}
   *
   * @param predicted of {@link #predicted}
   * @param raced of the bench
   */
  public static List<Speed> speeds(List<Predicted> predicted, List<SpeculationBench.Raced> raced) {
    return Stream.concat(
            predicted.stream()
                .map(p -> new Speed(p.method(), "predicted from tau and c(n)", p.here())),
            raced.stream().map(r -> new Speed(r.method(), "measured here", r.speedup())))
        .toList();
  }

  /**
   * A method in the plane of cost and gain, with its name on one side.
   *
   * @param kind who drafts
   * @param positions per pass
   * @param tau tokens per pass
   * @param left its name or nothing
   * @param leftAt where that ends
   * @param right its name or nothing
   * @param rightAt where that begins
   */
  public record Located(
      String kind,
      double positions,
      double tau,
      String left,
      double leftAt,
      String right,
      double rightAt) {
    private static Located of(Counts c) {
      boolean left = NAMED_LEFT.contains(c.method());
      String kind =
          switch (c.method()) {
            case "draft model 1x64", "draft model 2x96", "S2D" -> "a model drafts";
            case "Medusa", "Hydra++", "Chimera", "hidden transfer" -> "the target's states draft";
            default -> c.method().endsWith("(lossy)") ? "lossy" : "counts or copies draft";
          };
      double at = c.positionsPerPass();
      return new Located(
          kind, at, c.tau(), left ? c.method() : "", at / 1.03, left ? "" : c.method(), at * 1.03);
    }
  }

  /** {@return all methods but plain decoding, by tokens per pass} */
  public List<Located> located() {
    return methods().sorted(Comparator.comparingDouble(Counts::tau)).map(Located::of).toList();
  }

  /**
   * A point of a line.
   *
   * @param line its name
   * @param positions per pass
   * @param tau tokens per pass that pay for them
   */
  public record Even(String line, double positions, double tau) {}

  /** {@return where speculation begins to pay, here and on an accelerator} */
  public List<Even> breakEven() {
    return IntStream.of(1, 3, 5, 9, 13, 17, 33)
        .boxed()
        .flatMap(
            n ->
                Stream.of(
                    new Even("break-even here: c(n)", n, family.cost(n)),
                    new Even("break-even A100, 7B (h = 0)", n, 1)))
        .toList();
  }

  /**
   * Acceptance at a depth.
   *
   * @param method its name
   * @param depth from 1
   * @param rate share kept where those before were
   */
  public record Depth(String method, int depth, double rate) {
    private static Stream<Depth> of(Counts c) {
      Acceptance a = c.acceptance();
      return IntStream.rangeClosed(1, Math.min(6, a.tried().length))
          .filter(j -> a.tried()[j - 1] >= 10)
          .mapToObj(j -> new Depth(c.method(), j, a.conditional(j)));
    }
  }

  /** {@return depths to 6 at which at least ten candidates were tried} */
  public List<Depth> depths() {
    return methods().flatMap(Depth::of).toList();
  }

  /**
   * A cell of the table of Spec-Bench.
   *
   * @param category of the prompt
   * @param method its name
   * @param tau tokens per pass
   */
  public record Cell(String category, String method, double tau) {}

  /** {@return tokens per pass by category, one prompt each} */
  public List<Cell> categories() {
    List<Cell> cells = new ArrayList<>();
    byCategory.forEach(
        (category, all) ->
            all.stream().skip(1).forEach(c -> cells.add(new Cell(category, c.method(), c.tau()))));
    return cells;
  }

  /**
   * A schedule of n-gram drafts.
   *
   * @param schedule its name
   * @param tau tokens per pass
   * @param positions per pass
   * @param predicted speed-up by this machine's cost curve
   * @param shareOfOracle of the bound
   */
  public record Bound(
      String schedule, double tau, double positions, double predicted, double shareOfOracle) {}

  /** {@return an oracle that feeds just the drafts that will be kept, and schedules beside it} */
  public List<Bound> bounds() {
    Map<String, Drafter> schedules = new LinkedHashMap<>();
    schedules.put("oracle", AdaptiveDepthDrafter.oracle(chain(8), family.plainFirsts()));
    schedules.put("chain of 4", chain(4));
    schedules.put("chain of 8", chain(8));
    schedules.put("confident", ngrams(TreeExpansion.confident(8, .3)));
    schedules.put("cost model", byCost());
    List<Bound> bounds = new ArrayList<>();
    schedules.forEach(
        (name, drafter) -> {
          Acceptance a = decode(family.firsts(), drafter);
          double fed = 1 + (double) a.drafted() / a.passes();
          double gain = a.lengthWithBonus() / family.cost(fed);
          double share = bounds.isEmpty() ? 1 : gain / bounds.getFirst().predicted();
          bounds.add(new Bound(name, a.lengthWithBonus(), fed, gain, share));
        });
    return bounds;
  }

  private Acceptance decode(int[][] from, Drafter drafter) {
    return SpeculativeDecoder.decode(
            family.target(), from, family.greedy(), drafter, new ExactMatch())
        .acceptance();
  }

  /**
   * A wait.
   *
   * @param method its name
   * @param milliseconds to the next token, cut at 6
   */
  public record Gap(String method, double milliseconds) {}

  /** {@return gaps of one text, plain and with n-gram drafts} */
  public List<Gap> gaps() {
    List<Gap> gaps = new ArrayList<>();
    for (String name : List.of("plain decoding", "n-gram chain")) {
      Drafter drafter = name.startsWith("plain") ? Drafter.none() : chain(4);
      int[][] one = {family.firsts()[0]};
      double[] t = decode(one, drafter).emissions().getFirst();
      for (int i = 1; i < t.length; i++) {
        gaps.add(new Gap(name, Math.min(6, 1e3 * (t[i] - t[i - 1]))));
      }
    }
    return gaps;
  }
}
