package dev.stretto.samplers.drafting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.ExitModel;
import dev.stretto.models.language.NestedDraft;
import dev.stretto.models.language.TableModel;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Decoder.Options;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.Match;
import dev.stretto.samplers.decoding.OutputLaw;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SequenceVerifier;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.SortedTraining;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
    for (ExitPolicy policy :
        List.of(policy(0, 0, 0), policy(.3, .4, 0), policy(.25, 2, .3), policy(2, 2, 0))) {
      SpeculationSuite.sameTokens(target, new AdaptiveExitDrafter(nested, policy));
    }
  }

  @Test
  void anExitIsTheModelOfTheFirstLayers() {
    int[] text = {3, 1, 4, 1, 5, 9, 2, 6};
    for (int exit = 0; exit < 3; exit++) {
      TransformerConfig shape = TransformerConfig.gpt(exit + 1, 32, 16, 48);
      try (CausalLm alone = new CausalLm(shape, true, SeedTree.of(1));
          ExitModel.Reading reading = nested.open()) {
        alone
            .parameters()
            .all()
            .forEach(
                (name, weight) ->
                    alone.parameters().load(name, nested.parameters().get(name).toFloatArray()));
        assertArrayEquals(law(alone, text), reading.logProbs(text, exit), 1e-5, "exit " + exit);
      }
    }
  }

  private static double[] law(TokenModel model, int[] text) {
    try (NDManager scope = Tensors.manager();
        TokenModel.Session session = model.open(text)) {
      TokenTree[] pending = {TokenTree.chain(text[text.length - 1])};
      float[] law = session.score(scope, pending).logProbsBNV().toFloatArray();
      double[] wide = new double[law.length];
      Arrays.setAll(wide, i -> law[i]);
      return wide;
    }
  }

  @Test
  void lazyKeysAndValuesAreThoseOfAFullForward() {
    Rng rng = SeedTree.of(11).rng();
    try (ExitModel.Reading reading = nested.open()) {
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

  private static ExitLog log(int[][] outputs, int limit) {
    return ExitLog.of(nested, SpeculationSuite.PROMPTS, outputs, limit);
  }

  @Test
  void higherThresholdsGoDeeper() {
    ExitLog log = log(greedy(30), 30);
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
    assertEquals(1, log.play(policy(0, 0, 0)).exit());
    assertEquals(3, log.play(policy(2, 2, 0)).exit());
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
          ExitLog log = ExitLog.of(self, SpeculationSuite.PROMPTS, plain, 25);
          for (ExitPolicy policy :
              List.of(policy(0, 0, 0), policy(.9, .9, 0), policy(.97, .9, .95), policy(2, 2, 0))) {
            AdaptiveExitDrafter drafter = new AdaptiveExitDrafter(self, policy);
            SpeculativeDecoder.Run run =
                SpeculativeDecoder.decode(
                    twin, SpeculationSuite.PROMPTS, options(25, end), drafter, new Match());
            ExitLog.Outcome outcome = log.play(policy);
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

  private static double error(Drafter drafter, TableModel exact) {
    double worst = 0;
    Sampling warm = Sampling.of(1, 1);
    for (int token = 0; token < 4; token++) {
      int[] prompt = {token};
      double[] law =
          OutputLaw.enumerate(exact, prompt, warm, drafter, SequenceVerifier.rejection(), 3);
      double[] right = OutputLaw.of(exact, prompt, warm, 3);
      for (int i = 0; i < law.length; i++) {
        worst = Math.max(worst, Math.abs(law[i] - right[i]));
      }
    }
    return worst;
  }

  @Test
  void rejectionNeedsTheLawOfTheExitThatDrew() {
    TableModel exact = TableModel.random(4, 2, 1, SeedTree.of(1));
    TableModel rough = TableModel.random(4, 1, 1, SeedTree.of(2));
    TableModel good = TableModel.random(4, 2, 1, SeedTree.of(3));
    ExitModel exits = ExitModel.of(new double[] {.5, 1}, rough, good);
    double[] sure = new double[4];
    Arrays.setAll(
        sure, t -> Math.exp(Arrays.stream(rough.logProbs(new int[] {t})).max().orElseThrow()));
    Arrays.sort(sure);
    AdaptiveExitDrafter drafter =
        new AdaptiveExitDrafter(exits, new ExitPolicy(2, new double[] {sure[2]}, 0));
    assertEquals(0, error(drafter, exact), 1e-12);
    assertTrue(Arrays.stream(drafter.byExit()).min().orElseThrow() > 0, "both exits draft");
    Drafter wrong =
        prompt -> {
          Drafter.Drafting inner = drafter.open(prompt);
          return (scope, rows) -> {
            Draft draft = inner.draft(scope, rows)[0];
            double[][] laws = draft.laws().clone();
            int[] text = rows[0].text();
            for (int node = 0; node + 1 < laws.length; node++) {
              int[] longer = Arrays.copyOf(text, text.length + node);
              System.arraycopy(draft.tree().tokens(), 1, longer, text.length, node);
              laws[node] = Arrays.stream(exits.open().logProbs(longer, 1)).map(Math::exp).toArray();
            }
            return new Draft[] {new Draft(draft.tree(), laws, draft.sequences(), false)};
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
    nested.parameters().trainable(true);
    List<Double> all = new ArrayList<>();
    try (NDManager scope = nested.parameters().manager().newSubManager()) {
      try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
        collector.backward(training.loss(scope, windows));
      }
      for (NDArray weight : nested.parameters().all().values()) {
        try (NDArray gradient = weight.getGradient()) {
          for (float value : gradient.toFloatArray()) {
            all.add((double) value);
          }
          gradient.subi(gradient);
        }
      }
    } finally {
      nested.parameters().trainable(false);
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
    TableModel four = TableModel.random(4, 1, 1, SeedTree.of(2));
    TableModel five = TableModel.random(5, 1, 1, SeedTree.of(2));
    assertThrows(
        IllegalArgumentException.class, () -> ExitModel.of(new double[] {.5, 1}, four, five));
  }
}
