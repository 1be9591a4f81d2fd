package dev.stretto.papers.s2d;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import dev.stretto.models.Parameters;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.TableModel;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.samplers.decoding.Acceptance;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.OutputDistribution;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SequenceVerifier;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.SpeculationSuite;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class AdaptiveExitTest {
  private static NestedDraft nested;
  private static CausalLm target;

  @BeforeAll
  static void open() {
    nested = new NestedDraft(TransformerConfig.gpt(3, 32, 16, 48), SeedTree.of(5), 1, 2, 3);
    nested.parameters().get("embedding").muli(20);
    target = SpeculationSuite.random(3, 32, 8);
  }

  @AfterAll
  static void close() {
    nested.close();
    target.close();
  }

  private static ExitPolicy policy(double first, double second, double stop) {
    return new ExitPolicy(4, new double[] {first, second}, stop);
  }

  @Test
  void anyPolicyLeavesTheTokens() {
    for (ExitPolicy policy : List.of(policy(0, 0, 0), policy(.3, .4, 0), policy(.25, 2, .3))) {
      SpeculationSuite.sameTokens(target, new AdaptiveExitDrafter(nested, policy));
    }
  }

  @Test
  void anExitIsTheModelOfTheFirstLayers() {
    int[] text = {3, 1, 4, 1, 5, 9, 2, 6};
    for (int exit = 0; exit < 3; exit++) {
      TransformerConfig shape = TransformerConfig.gpt(exit + 1, 32, 16, 48);
      try (CausalLm alone = new CausalLm(shape, true, SeedTree.of(1));
          ExitModel.Session reading = nested.open()) {
        alone
            .parameters()
            .all()
            .forEach(
                (name, weight) ->
                    alone.parameters().load(name, nested.parameters().get(name).toFloatArray()));
        assertArrayEquals(
            probabilities(alone, text), reading.logProbs(text, exit), 1e-5, "exit " + exit);
      }
    }
  }

  private static double[] probabilities(TokenModel model, int[] text) {
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session = model.open(text)) {
      TokenTree[] pending = {TokenTree.chain(text[text.length - 1])};
      float[] probabilities = session.score(scope, pending).logProbsBNV().toFloatArray();
      double[] wide = new double[probabilities.length];
      Arrays.setAll(wide, i -> probabilities[i]);
      return wide;
    }
  }

  @Test
  void lazyKeysAndValuesAreThoseOfAFullForward() {
    Rng rng = SeedTree.of(11).rng();
    try (ExitModel.Session reading = nested.open()) {
      int[] text = {rng.nextInt(16)};
      for (int step = 0; step < 150; step++) {
        // grow by up to three tokens, or take some back and go on otherwise
        int keep = Math.max(1, text.length - (rng.nextInt(3) == 0 ? rng.nextInt(5) : 0));
        keep = keep > 40 ? 5 : keep;
        int[] longer = Arrays.copyOf(text, keep + rng.nextInt(4));
        for (int i = keep; i < longer.length; i++) {
          longer[i] = rng.nextInt(16);
        }
        text = longer;
        int exit = rng.nextInt(3);
        try (NDManager scope = Tensors.manager()) {
          NDArray ids = scope.create(Arrays.stream(text).asLongStream().toArray()).expandDims(0);
          float[] all = nested.logits(ids, exit)[0].logSoftmax(2).toFloatArray();
          double[] last = new double[16];
          Arrays.setAll(last, v -> all[all.length - 16 + v]);
          assertArrayEquals(
              last, reading.logProbs(text, exit), 1e-4, "seed 11, step " + step + " exit " + exit);
        }
      }
    }
  }

  /** Layer by layer over all positions; who has left stays as it was and is still looked at. */
  private static double[] frozen(int[] text, int[] depths) {
    try (NDManager scope = Tensors.manager();
        CausalLm twin = new CausalLm(TransformerConfig.gpt(3, 32, 16, 48), true, SeedTree.of(1))) {
      twin.parameters()
          .all()
          .forEach(
              (name, weight) ->
                  twin.parameters().load(name, nested.parameters().get(name).toFloatArray()));
      Transformer body = (Transformer) twin.backbone();
      NDArray ids = scope.create(Arrays.stream(text).asLongStream().toArray()).expandDims(0);
      NDArray x = Ops.embedding(ids, twin.embedding());
      for (int layer = 0; layer < depths[text.length - 1]; layer++) {
        Step step =
            Step.of(new Step.Input.Vectors(x))
                .layers(Step.Layers.range(layer, layer + 1))
                .taps(Set.of(layer + 1));
        NDArray all = body.forward(step).tapsBND().get(layer + 1);
        for (int p = 0; p < text.length; p++) {
          if (depths[p] <= layer) {
            all.set(new NDIndex("0," + p), x.get(0, p));
          }
        }
        x = all;
      }
      float[] distributions = twin.logits(body.finalNorm(x)).logSoftmax(2).toFloatArray();
      double[] last = new double[16];
      Arrays.setAll(last, v -> distributions[distributions.length - 16 + v]);
      return last;
    }
  }

  @Test
  void copiedKeysAndValuesAreThoseOfTheStreamAtTheExit() {
    Rng rng = SeedTree.of(12).rng();
    double apart = 0;
    double steps = 0;
    try (ExitModel.Session reading = nested.filled(KvFill.COPY).open();
        ExitModel.Session exact = nested.open()) {
      int[] text = rng.ints(4, 0, 16).toArray();
      int[] depths = new int[48];
      Arrays.fill(depths, 3);
      for (int step = 0; step < 60; step++) {
        int keep = Math.max(4, text.length - (rng.nextInt(3) == 0 ? rng.nextInt(5) : 0));
        keep = keep > 40 ? 5 : keep;
        int[] longer = Arrays.copyOf(text, step == 0 ? 4 : keep + 1 + rng.nextInt(2));
        for (int i = step == 0 ? 4 : keep; i < longer.length; i++) {
          longer[i] = rng.nextInt(16);
        }
        text = longer;
        int exit = rng.nextInt(3);
        // positions that came together leave together
        Arrays.fill(depths, step == 0 ? 3 : keep, text.length, exit + 1);
        String where = "seed 12, step " + step + " exit " + exit;
        double[] probabilities = reading.logProbs(text, exit);
        assertArrayEquals(frozen(text, depths), probabilities, 1e-4, where);
        double[] full = exact.logProbs(text, exit);
        for (int v = 0; v < 16; v++) {
          apart = Math.max(apart, Math.abs(full[v] - probabilities[v]));
        }
        steps += exit;
      }
      assertTrue(apart > 1e-2, "copied and exact distributions are at most " + apart + " apart");
      assertTrue(reading.filled() > 0 && steps > 0);
    }
  }

  @Test
  void copyingChangesDraftsAlone() {
    NestedDraft copying = nested.filled(KvFill.COPY);
    for (ExitPolicy policy : List.of(policy(.3, .4, 0), policy(.25, 2, .3), policy(.5, .5, 0))) {
      SpeculationSuite.sameTokens(target, new AdaptiveExitDrafter(copying, policy));
    }
    // where no token leaves early, or none goes on, there is nothing to copy and nothing to see
    int[][] plain = greedy(25);
    for (int exit : new int[] {0, 2}) {
      ExitPolicy fixed = ExitPolicy.fixed(4, exit, 3);
      List<Acceptance> ran = new ArrayList<>();
      for (KvFill how : KvFill.values()) {
        AdaptiveExitDrafter drafter = new AdaptiveExitDrafter(nested.filled(how), fixed);
        SpeculativeDecoder.Run run =
            SpeculativeDecoder.decode(
                target, SpeculationSuite.PROMPTS, options(25, -1), drafter, new ExactMatch());
        assertArrayEquals(plain, run.tokens());
        ran.add(run.acceptance());
        boolean copied = exit == 0 && how == KvFill.COPY;
        assertEquals(copied, drafter.filled() > 0, how + " at exit " + exit);
      }
      assertEquals(ran.get(0).accepted(), ran.get(1).accepted());
      assertEquals(ran.get(0).passes(), ran.get(1).passes());
    }
  }

  /** Two tokens that left below and one that went to the top: two layers each, of 3 and a head. */
  @Test
  void whatIsFilledIsCounted() {
    double whole = 3 * 12 * 32 + 16;
    try (ExitModel.Session lazy = nested.open();
        ExitModel.Session copy = nested.filled(KvFill.COPY).open()) {
      for (ExitModel.Session reading : List.of(lazy, copy)) {
        reading.logProbs(new int[] {1, 2, 3}, 2);
        reading.logProbs(new int[] {1, 2, 3, 4}, 0);
        reading.logProbs(new int[] {1, 2, 3, 4, 5}, 0);
        reading.logProbs(new int[] {1, 2, 3, 4, 5, 6}, 0);
        reading.logProbs(new int[] {1, 2, 3, 4, 5, 6}, 2);
      }
      assertEquals(2 * 2 * 12 * 32 / whole, lazy.filled(), 1e-12);
      assertEquals(2 * 2 * 2 * 32 / whole, copy.filled(), 1e-12);
    }
  }

  @Test
  void theLayersOfAModelAreExitsWithItsOwnWeights() {
    int[] text = {3, 1, 4, 1, 5, 9, 2, 6};
    int[][] windows = {{1, 5, 2, 7, 7}, {9, 3, 3, 0, 15}};
    TransformerConfig shape = TransformerConfig.gpt(3, 32, 16, 48);
    try (CausalLm model = new CausalLm(shape, true, SeedTree.of(1));
        CausalLm apart = new CausalLm(shape, false, SeedTree.of(1))) {
      NestedDraft exits = NestedDraft.of(model, 1, 3);
      try (ExitModel.Session reading = exits.open()) {
        assertArrayEquals(probabilities(model, text), reading.logProbs(text, 1), 1e-5);
      }
      // what learns is the model, and it outlives its exits
      assertEquals(model.parameters().count(), gradient(SortedTraining.all(exits), windows).length);
      exits.close();
      assertEquals(16, probabilities(model, text).length);
      assertThrows(IllegalArgumentException.class, () -> NestedDraft.of(model, 1, 2));
      assertThrows(IllegalArgumentException.class, () -> NestedDraft.of(apart, 1, 3));
    }
  }

  @Test
  void projectingAsksForVectorsAndLayersOfOneLength() {
    try (NDManager scope = Tensors.manager();
        CausalLm model = CausalLm.gpt(3, 32, 16, 48, 1)) {
      Transformer body = (Transformer) model.backbone();
      try (State state = body.newState(1, 48, StateKind.PREALLOCATED)) {
        Step ids = Step.of(scope.create(new long[] {1, 2}).expandDims(0));
        assertThrows(IllegalArgumentException.class, () -> body.project(ids, state));
        body.forward(ids.layers(Step.Layers.range(0, 1)), state);
        Step step = Step.of(new Step.Input.Vectors(scope.zeros(new Shape(1, 1, 32))));
        assertThrows(IllegalArgumentException.class, () -> body.project(step, state));
      }
    }
  }

  /** Every token's exit is its text's number, so that a batch waits for the greatest number. */
  @Test
  void aBatchWaitsForItsDeepestRow() {
    Rng rng = SeedTree.of(13).rng();
    int[] lengths = {7, 4, 6, 7, 5};
    double[][][] confidence = new double[5][][];
    boolean[][][] right = new boolean[5][][];
    for (int i = 0; i < 5; i++) {
      confidence[i] = new double[lengths[i]][3];
      right[i] = new boolean[lengths[i]][3];
      for (int p = 0; p < lengths[i]; p++) {
        for (int e = 0; e < 3; e++) {
          confidence[i][p][e] = rng.nextDouble();
          right[i][p][e] = rng.nextBoolean();
        }
      }
    }
    ExitTrace log = new ExitTrace(confidence, right, 7, nested);
    for (double threshold : new double[] {0, .4, .8, 2}) {
      for (int rows = 1; rows <= 6; rows++) {
        List<Integer> steps = new ArrayList<>();
        List<Boolean> agreed = new ArrayList<>();
        for (int from = 0; from < 5; from += rows) {
          for (int p = 0; p < 7; p++) {
            List<Integer> exits = new ArrayList<>();
            for (int i = from; i < Math.min(5, from + rows); i++) {
              if (p < lengths[i]) {
                double[] sure = confidence[i][p];
                int exit = sure[0] >= threshold ? 1 : sure[1] >= threshold ? 2 : 3;
                exits.add(exit);
                agreed.add(right[i][p][exit - 1]);
              }
            }
            exits.stream().mapToInt(e -> e).max().ifPresent(steps::add);
          }
        }
        ExitTrace.Wait wait = log.batched(threshold, rows);
        assertEquals(steps.stream().mapToInt(e -> e).average().orElseThrow(), wait.exit(), 1e-12);
        assertEquals(
            agreed.stream().mapToInt(a -> a ? 1 : 0).average().orElseThrow(),
            wait.agreement(),
            1e-12);
      }
    }
  }

  @Test
  void allExitsAlongATextAreThoseOfTheReading() {
    int[] text = SeedTree.of(14).rng().ints(30, 0, 16).toArray();
    double[][][] once = nested.logProbs(text, 5);
    assertEquals(25, once.length);
    try (ExitModel.Session reading = nested.open()) {
      for (int place = 0; place < 25; place++) {
        int[] before = Arrays.copyOf(text, 5 + place);
        for (int exit = 0; exit < 3; exit++) {
          double[] step = reading.logProbs(before, exit);
          assertArrayEquals(step, once[place][exit], 1e-4, place + " " + exit);
        }
      }
    }
    assertEquals(0, nested.logProbs(text, 30).length);
  }

  private static ExitTrace log(int[][] outputs, int limit) {
    return ExitTrace.of(nested, SpeculationSuite.PROMPTS, outputs, limit);
  }

  @Test
  void higherThresholdsGoDeeper() {
    ExitTrace log = log(greedy(30), 30);
    double before = 0;
    for (double threshold : new double[] {0, .2, .3, .4, .6, 2}) {
      int deep = 0;
      int tokens = 0;
      for (double[][] text : log.confidence()) {
        for (double[] sure : text) {
          deep += sure[0] >= threshold ? 1 : sure[1] >= threshold ? 2 : 3;
          tokens++;
        }
      }
      double mean = (double) deep / tokens;
      assertTrue(mean >= before, "threshold " + threshold);
      before = mean;
    }
    assertEquals(1, log.simulate(policy(0, 0, 0)).exit());
    assertEquals(3, log.simulate(policy(2, 2, 0)).exit());
  }

  private static int[][] greedy(int limit) {
    return Decoder.decode(target, SpeculationSuite.PROMPTS, options(limit, -1)).tokens();
  }

  private static Options options(int limit, int end) {
    return new Options(limit, end, Sampling.greedy());
  }

  @Test
  void theLogPredictsAcceptanceExactly() {
    // the target's own layers as the draft, so that drafts are right now and then
    try (NestedDraft self =
        new NestedDraft(TransformerConfig.gpt(3, 32, 16, 48), SeedTree.of(8), 1, 2, 3)) {
      self.parameters().get("embedding").muli(20);
      TransformerConfig shape = TransformerConfig.gpt(3, 32, 16, 48);
      try (CausalLm twin = new CausalLm(shape, true, SeedTree.of(8))) {
        twin.parameters().get("embedding").muli(20);
        for (int end : new int[] {-1, 7}) {
          int[][] plain = Decoder.decode(twin, SpeculationSuite.PROMPTS, options(25, end)).tokens();
          ExitTrace log = ExitTrace.of(self, SpeculationSuite.PROMPTS, plain, 25);
          for (ExitPolicy policy :
              List.of(policy(0, 0, 0), policy(.9, .9, 0), policy(.97, .9, .95), policy(2, 2, 0))) {
            AdaptiveExitDrafter drafter = new AdaptiveExitDrafter(self, policy);
            SpeculativeDecoder.Run run =
                SpeculativeDecoder.decode(
                    twin, SpeculationSuite.PROMPTS, options(25, end), drafter, new ExactMatch());
            ExitTrace.Outcome outcome = log.simulate(policy);
            assertEquals(run.acceptance().lengthWithBonus(), outcome.tau(), 1e-12, policy + "");
            // no text is cut, and no draft stands behind a wrong one
            boolean known = run.acceptance().accepted() == run.acceptance().drafted();
            if (end < 0 && known && policy.stop() == 0) {
              assertEquals(
                  drafter.work(), outcome.work() * run.acceptance().passes(), 1e-4, policy + "");
            }
          }
        }
      }
    }
  }

  /** Exact models as exits, which count the tokens that leave there. */
  private static ExitModel tables(int[] left, TableModel... models) {
    return new ExitModel() {
      @Override
      public int exits() {
        return models.length;
      }

      @Override
      public int maxLength() {
        return models[0].maxLength();
      }

      @Override
      public double work(int exit, int heads) {
        left[exit]++;
        return 1;
      }

      @Override
      public Session open() {
        return (text, exit) -> {
          int from = Math.max(0, text.length - models[exit].reach());
          return models[exit].logProbs(Arrays.copyOfRange(text, from, text.length));
        };
      }
    };
  }

  private static double error(Drafter drafter, TableModel exact) {
    double worst = 0;
    Sampling warm = Sampling.of(1, 1);
    for (int token = 0; token < 4; token++) {
      int[] prompt = {token};
      double[] probabilities =
          OutputDistribution.enumerate(
              exact, prompt, warm, drafter, SequenceVerifier.rejection(), 3);
      double[] right = OutputDistribution.of(exact, prompt, warm, 3);
      for (int i = 0; i < probabilities.length; i++) {
        worst = Math.max(worst, Math.abs(probabilities[i] - right[i]));
      }
    }
    return worst;
  }

  @Test
  void rejectionNeedsTheLawOfTheExitThatDrew() {
    TableModel exact = TableModel.random(4, 2, 1, SeedTree.of(1));
    TableModel rough = TableModel.random(4, 1, 1, SeedTree.of(2));
    TableModel good = TableModel.random(4, 2, 1, SeedTree.of(3));
    int[] left = new int[2];
    ExitModel exits = tables(left, rough, good);
    double[] sure = new double[4];
    Arrays.setAll(
        sure, t -> Math.exp(Arrays.stream(rough.logProbs(new int[] {t})).max().orElseThrow()));
    Arrays.sort(sure);
    AdaptiveExitDrafter drafter =
        new AdaptiveExitDrafter(exits, new ExitPolicy(2, new double[] {sure[2]}, 0));
    assertEquals(0, error(drafter, exact), 1e-12);
    assertTrue(Arrays.stream(left).min().orElseThrow() > 0, "both exits draft");
    Drafter wrong =
        prompt -> {
          Drafter.Drafting inner = drafter.open(prompt);
          return (scope, rows) -> {
            Draft draft = inner.draft(scope, rows)[0];
            double[][] distributions = draft.distributions().clone();
            int[] text = rows[0].text();
            for (int node = 0; node + 1 < distributions.length; node++) {
              int[] longer = Arrays.copyOf(text, text.length + node);
              System.arraycopy(draft.tree().tokens(), 1, longer, text.length, node);
              distributions[node] =
                  Arrays.stream(exits.open().logProbs(longer, 1)).map(Math::exp).toArray();
            }
            return new Draft[] {new Draft(draft.tree(), distributions, draft.sequences())};
          };
        };
    assertTrue(error(wrong, exact) > 1e-3, "error " + error(wrong, exact));
  }

  @Test
  void sortedGradientsAreTheMeanOfTheExits() {
    int[][] windows = {{1, 5, 2, 7, 7}, {9, 3, 3, 0, 15}};
    double[] sorted = gradient(SortedTraining.all(nested), windows);
    double[] mean = new double[sorted.length];
    for (int exit = 0; exit < 3; exit++) {
      double[] one = gradient(new SortedTraining(nested, exit), windows);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += one[i] / 3;
      }
    }
    assertArrayEquals(mean, sorted, 1e-5);
    // shared norm and head are there once
    assertEquals(3 * (12 * 32 * 32 + 4 * 32) + 16 * 32 + 2 * 32, nested.parameters().count());
  }

  private static double[] gradient(SortedTraining training, int[][] windows) {
    Parameters parameters = training.model().parameters();
    parameters.trainable(true);
    List<Double> all = new ArrayList<>();
    try (NDManager scope = parameters.manager().newSubManager()) {
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        collector.backward(training.loss(scope, windows));
      }
      for (NDArray weight : parameters.all().values()) {
        try (NDArray gradient = weight.getGradient()) {
          for (float value : gradient.toFloatArray()) {
            all.add((double) value);
          }
          gradient.subi(gradient);
        }
      }
    } finally {
      parameters.trainable(false);
    }
    return all.stream().mapToDouble(Double::doubleValue).toArray();
  }

  @Test
  void badInputIsNamed() {
    TransformerConfig shape = TransformerConfig.gpt(3, 32, 16, 48);
    for (int[] exits : new int[][] {{2, 1, 3}, {1, 4}, {1, 2}, {}, {0, 3}, {1, 1, 3}}) {
      assertThrows(
          IllegalArgumentException.class, () -> new NestedDraft(shape, SeedTree.of(1), exits));
    }
    assertThrows(IllegalArgumentException.class, () -> policy(Double.NaN, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new ExitPolicy(0, new double[2], 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new AdaptiveExitDrafter(nested, new ExitPolicy(4, new double[1], 0)));
  }
}
