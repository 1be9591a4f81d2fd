package dev.stretto.papers.hydra;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Parameters;
import dev.stretto.models.Slopes;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.Ops;
import dev.stretto.papers.chimera.ChimeraHeads;
import dev.stretto.papers.chimera.ChimeraHeads.Parts;
import dev.stretto.papers.chimera.NGramEncoder;
import dev.stretto.papers.hydra.HeadTraining.Loss;
import dev.stretto.papers.hydra.HeadTraining.Options;
import dev.stretto.papers.hydra.HydraHeads.Config;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.RankPathTree;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.Budget;
import dev.stretto.training.TeacherStates;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import dev.stretto.training.TrainingResult;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadTrainingTest {
  private static final int VOCABULARY = 9;
  private static final int[] NONE = {};

  private final CausalLm target = CausalLm.gpt(2, 16, VOCABULARY, 32, 3);
  private final NDManager scope = Tensors.manager();

  @AfterEach
  void close() {
    scope.close();
    target.close();
  }

  private static void shake(Parameters parameters, double deviation, String... without) {
    parameters
        .all()
        .forEach(
            (name, weight) -> {
              Rng random = SeedTree.of(5).child(name).rng();
              float[] values = weight.toFloatArray();
              for (int i = 0; i < values.length; i++) {
                values[i] += (float) (deviation * random.nextGaussian());
              }
              if (Arrays.stream(without).noneMatch(name::contains)) {
                parameters.load(name, values);
              }
            });
  }

  private NDArray states(CausalLm model, int[][] texts) {
    return model.backbone().forward(Step.of(DraftHeads.ids(scope, texts))).lastBND();
  }

  @Test
  void headsStartAsTheTargets() {
    int[][] text = {{1, 2, 3, 4, 5, 6, 7, 8}};
    NDArray states = states(target, text);
    float[] probabilities = target.logits(states).get(0).get(2).toFloatArray();
    for (Config config :
        List.of(
            new Config(2, 1, false, false),
            new Config(2, 1, true, false),
            new Config(2, 4, true, true))) {
      try (DraftHeads heads = new HydraHeads(target, config, 1)) {
        DraftHeads.Walk walk = heads.teach(states, text, 2, 3);
        for (int j = 1; j <= 2; j++) {
          float[] logits = walk.next(new int[][] {{j}}, NONE).toFloatArray();
          assertArrayEquals(probabilities, logits, 1e-5f, config + ", head " + j);
        }
      }
    }
    try (DraftHeads heads = new ChimeraHeads(target, 2, Parts.FULL, 1)) {
      DraftHeads.Walk walk = heads.teach(states, text, 2, 3);
      for (int j = 1; j <= 2; j++) {
        float[] logits = walk.next(new int[][] {{j}}, NONE).toFloatArray();
        float[] sum =
            target
                .logits(walk.states().orElseThrow())
                .add(target.logits(states.get(":,2:3")))
                .toFloatArray();
        assertArrayEquals(sum, logits, 1e-5f, "Chimera, head " + j);
      }
    }
  }

  @Test
  void theLossesSlopesAreRightWhateverTheCollectorFreed() {
    int[][] windows = {{1, 2, 3, 4, 5, 6, 7, 8, 1, 3}, {8, 1, 7, 2, 6, 3, 5, 4, 2, 2}};
    TeacherStates batch = TeacherStates.of(target, windows).cut(9, 2);
    check(
        new HydraHeads(target, new Config(2, 1, false, false), 1),
        new Options(Loss.TEXT, .8, 0, false),
        batch);
    check(
        new HydraHeads(target, new Config(2, 4, true, true), 1),
        new Options(Loss.TEACHER, 1, 0, false),
        batch);
    check(new ChimeraHeads(target, 2, Parts.FULL, 1), new Options(Loss.TEXT, 1, .1, false), batch);
  }

  private static void check(DraftHeads heads, Options options, TeacherStates batch) {
    try (heads) {
      HeadTraining learning = new HeadTraining(heads, options);
      shake(heads.parameters(), .05);
      Slopes.check(
          options.toString(),
          s -> learning.loss(s, batch),
          heads.parameters().all().values().toArray(NDArray[]::new));
    }
  }

  @Test
  void hydraThatSeesNoTokensIsMedusa() {
    int[][] text = {{1, 2, 3, 4, 5, 6, 7, 8}, {8, 1, 7, 2, 6, 3, 5, 4}};
    NDArray states = states(target, text);
    try (DraftHeads medusa = new HydraHeads(target, new Config(4, 1, false, false), 1);
        DraftHeads hydra = new HydraHeads(target, new Config(4, 1, true, false), 1)) {
      shake(medusa.parameters(), .1);
      shake(hydra.parameters(), .1, "tokens");
      DraftHeads.Walk one = medusa.teach(states, text, 0, 4);
      DraftHeads.Walk other = hydra.teach(states, text, 0, 4);
      for (int j = 0; j < 4; j++) {
        int[][] tokens = HeadTraining.part(text, j + 1, 4);
        float[] expected = one.next(tokens, NONE).toFloatArray();
        assertArrayEquals(expected, other.next(tokens, NONE).toFloatArray(), "head " + (j + 1));
      }
    }
  }

  /**
   * Token y_i reaches heads i and later alone; in Chimera the states that stand for the target's.
   */
  @Test
  void draftedTokensActForwardsAlone() {
    int[][] text = {{1, 2, 3, 4, 5, 6, 7, 8}};
    NDArray states = states(target, text);
    try (DraftHeads hydra = new HydraHeads(target, new Config(4, 4, true, true), 1);
        DraftHeads chimera = new ChimeraHeads(target, 4, Parts.FULL, 1)) {
      for (DraftHeads heads : List.of(hydra, chimera)) {
        shake(heads.parameters(), .1);
        for (int changed = 1; changed <= 4; changed++) {
          DraftHeads.Walk one = heads.teach(states, text, 2, 3);
          DraftHeads.Walk other = heads.teach(states, text, 2, 3);
          for (int j = 1; j <= 4; j++) {
            NDArray left = one.next(new int[][] {{j}}, NONE);
            NDArray right = other.next(new int[][] {{j == changed ? 8 : j}}, NONE);
            boolean same = Arrays.equals(left.toFloatArray(), right.toFloatArray());
            assertEquals(j < changed, same, "y_" + changed + ", head " + j);
            boolean alike =
                one.states().isEmpty()
                    || Arrays.equals(
                        one.states().get().toFloatArray(), other.states().get().toFloatArray());
            assertEquals(
                heads instanceof HydraHeads || j < changed, alike, "y_" + changed + ", f " + j);
          }
        }
      }
    }
  }

  /** W (z + SiLU(M z)) with z the n embeddings side by side, written plainly. */
  private NDArray plain(Parameters parameters, int[][][] ngrams) {
    NDList parts = new NDList();
    for (int[][] tokens : ngrams) {
      parts.add(Ops.embedding(DraftHeads.ids(scope, tokens), target.embedding()));
    }
    NDArray z = NDArrays.concat(parts, 2);
    NDArray mixed = z.add(Ops.silu(Ops.linear(z, parameters.get("mix"))));
    return Ops.linear(mixed, parameters.get("out"));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void foldedTablesAreTheEncoder(int order) {
    try (Parameters parameters = new Parameters(SeedTree.of(4))) {
      NGramEncoder encoder = new NGramEncoder(order, target.embedding(), parameters);
      shake(parameters, .2);
      int[][][] ngrams = new int[order][][];
      Arrays.setAll(ngrams, k -> random(2, 6, VOCABULARY, k));
      NDArray folded = encoder.fold(scope).encode(scope, ngrams);
      assertArrayEquals(
          plain(parameters, ngrams).toFloatArray(), folded.toFloatArray(), 1e-5f, "n " + order);
    }
  }

  /**
   * Without attention f is g: of the newest token and n - 1 before it, read or drafted, the text's
   * first again where it has no more; taught and drafted alike.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5})
  void newestTokensCrossTheBorderOfTextAndDraft(int order) {
    int[][] text = random(1, 9, VOCABULARY, 6);
    NDArray states = states(target, text);
    try (DraftHeads heads = new ChimeraHeads(target, 3, new Parts(order, false, true), 1)) {
      shake(heads.parameters(), .2);
      DraftHeads.Walk taught = heads.teach(states, text, 0, 5);
      DraftHeads.Context context = heads.open(1);
      context.read(Tensors.narrow(scope, states, 1, 0, 1).duplicate(), new int[] {1});
      DraftHeads.Walk drafted = context.walk(scope, new int[][] {{text[0][0], text[0][1]}});
      for (int j = 1; j <= 3; j++) {
        int[][][] ngrams = new int[order][1][5];
        for (int k = 0; k < order; k++) {
          for (int s = 0; s < 5; s++) {
            ngrams[k][0][s] = text[0][Math.max(0, s + j - order + 1 + k)];
          }
        }
        taught.next(HeadTraining.part(text, j, 5), NONE);
        drafted.next(HeadTraining.part(text, j, 1), NONE);
        NDArray g = plain(heads.parameters().under("trigram"), ngrams);
        NDArray f = taught.states().orElseThrow();
        assertArrayEquals(g.toFloatArray(), f.toFloatArray(), 1e-5f, "depth " + j);
        assertArrayEquals(
            f.get(":,0:1").toFloatArray(),
            drafted.states().orElseThrow().toFloatArray(),
            1e-5f,
            "drafted, depth " + j);
      }
    }
  }

  private static int[][] random(int rows, int length, int vocabulary, long seed) {
    Rng random = SeedTree.of(seed).rng();
    int[][] texts = new int[rows][length];
    for (int[] text : texts) {
      Arrays.setAll(text, i -> random.nextInt(vocabulary));
    }
    return texts;
  }

  private static TrainingResult train(
      DraftHeads heads, Options options, TeacherStates states, int rows, int steps, double rate) {
    HeadTraining learning = new HeadTraining(heads, options);
    TrainingConfig config = TrainingConfig.of(Budget.steps(steps), rate).withDecay(0);
    int length = states.tokens()[0].length;
    return new Training<>(config, heads, states.source(rows, length, 1), learning)
        .progress((status, last) -> {})
        .run();
  }

  @Test
  void targetLearnsNothing() {
    TeacherStates states = TeacherStates.of(target, random(8, 20, VOCABULARY, 2));
    long before = target.parameters().checksum();
    Options[] all = {
      new Options(Loss.TEXT, .8, 0, false),
      new Options(Loss.TEACHER, 1, 0, false),
      new Options(Loss.TEXT, 1, .1, true)
    };
    for (Options options : all) {
      try (DraftHeads heads =
          options.distill() > 0
              ? new ChimeraHeads(target, 3, Parts.FULL, 1)
              : new HydraHeads(target, new Config(3, 4, true, true), 1)) {
        long untrained = heads.parameters().checksum();
        train(heads, options, states, 4, 3, 5e-3);
        assertNotEquals(untrained, heads.parameters().checksum(), options + " does not learn");
        assertEquals(before, target.parameters().checksum(), options + " changed the target");
        target.parameters().all().values().forEach(w -> assertFalse(w.hasGradient()));
      }
    }
  }

  /**
   * Without attention the target's distribution is a table of the newest token; the head of depth 1
   * learns it from the drafted token.
   */
  @Test
  void headLearnsTheTable() {
    try (CausalLm table = CausalLm.gpt(1, 16, 4, 16, 6)) {
      shake(table.parameters(), .5, "norm");
      table.parameters().get("layers.0.attention.out.weight").muli(0);
      TeacherStates states = TeacherStates.of(table, random(32, 12, 4, 3));
      try (DraftHeads heads = new HydraHeads(table, new Config(1, 1, true, false), 1)) {
        train(heads, new Options(Loss.TEACHER, 1, 0, false), states, 32, 400, 1e-2);
        int[][] text = random(1, 12, 4, 4);
        NDArray own = states(table, text);
        NDArray expected = table.logits(own).softmax(2);
        NDArray probabilities =
            heads.teach(own, text, 0, 10).next(HeadTraining.part(text, 1, 10), NONE).softmax(2);
        assertArrayEquals(
            expected.get(":,1:11").toFloatArray(),
            probabilities.toFloatArray(),
            1e-2f,
            "distribution of y_2");
      }
    }
  }

  /** Distillation (weight far above the guesses'): f comes to be the target's state. */
  @Test
  void distilledStatesComeNearTheTargets() {
    try (CausalLm base = CausalLm.gpt(1, 16, VOCABULARY, 32, 6)) {
      shake(base.parameters(), .3, "norm");
      TeacherStates states = TeacherStates.of(base, random(32, 12, VOCABULARY, 3));
      try (DraftHeads heads = new ChimeraHeads(base, 1, Parts.FULL, 1)) {
        double before = apart(heads, states);
        train(heads, new Options(Loss.TEXT, 1, 1000, false), states, 16, 300, 1e-2);
        double after = apart(heads, states);
        assertTrue(after < before / 10, "squared distance " + before + " fell to " + after);
      }
    }
  }

  private double apart(DraftHeads heads, TeacherStates states) {
    NDArray h = states.array(scope);
    DraftHeads.Walk walk = heads.teach(h, states.tokens(), 0, 10);
    walk.next(HeadTraining.part(states.tokens(), 1, 10), NONE);
    return walk.states().orElseThrow().sub(h.get(":,1:11")).square().mean().getFloat();
  }

  /**
   * Ranks counted by hand on the target's own distributions: untrained heads guess as it does at
   * h_s.
   */
  @Test
  void accuracyCountsRanks() {
    int[][] texts = random(3, 12, VOCABULARY, 9);
    TeacherStates states = TeacherStates.of(target, texts);
    try (DraftHeads heads = new HydraHeads(target, new Config(2, 1, true, false), 1)) {
      List<TeacherStates> each =
          IntStream.range(0, 3).mapToObj(w -> states.choose(w).cut(12, 3)).toList();
      int[][] ranks = HeadAccuracy.of(heads, each).ranks();
      assertEquals(3 * 6, ranks.length);
      NDArray distributions = target.logits(states.array(scope));
      for (int i = 0; i < ranks.length; i++) {
        int s = 3 + i % 6;
        float[] probabilities = distributions.get(i / 6).get(s).toFloatArray();
        for (int j = 1; j <= 2; j++) {
          float own = probabilities[texts[i / 6][s + j + 1]];
          int better = 0;
          for (float other : probabilities) {
            better += other > own ? 1 : 0;
          }
          assertEquals(better, ranks[i][j - 1], "position " + i + ", head " + j);
        }
      }
    }
  }

  /**
   * The length counted from ranks is that of decoding, so that while decoding the heads see the
   * state of the last accepted token, and accepted states alone.
   */
  @Test
  void countedLengthIsTheDecodedOne() {
    int[][] prompts = {{1, 2, 3}, {4, 5}};
    RankPathTree tree = RankPathTree.cartesian(5, 4, 2);
    var options = new Decoder.Options(26, -1, Sampling.greedy());
    try (DraftHeads hydra = new HydraHeads(target, new Config(3, 4, true, true), 1);
        DraftHeads chimera = new ChimeraHeads(target, 3, Parts.FULL, 1);
        DraftHeads four = new ChimeraHeads(target, 3, new Parts(4, true, true), 1)) {
      for (DraftHeads heads : List.of(hydra, chimera, four)) {
        shake(heads.parameters(), .05);
        HeadTreeDrafter drafter = new HeadTreeDrafter(heads, tree);
        var run = SpeculativeDecoder.decode(target, prompts, options, drafter, new ExactMatch());
        HeadAccuracy accuracy =
            HeadAccuracy.of(heads, TeacherStates.written(target, prompts, run.tokens()));
        long accepted = 0;
        for (int b = 0; b < 2; b++) {
          int[][] ranks = accuracy.texts().get(b);
          int s = 0;
          // the limit cuts the last drafts
          for (int pass = 0; s < ranks.length - 3; pass++) {
            int kept = tree.kept(ranks[s]);
            assertEquals(run.rows().get(b).lengths()[pass], 1 + kept, b + ", pass " + pass);
            accepted += kept;
            s += 1 + kept;
          }
        }
        assertTrue(accepted > 0, "nothing was accepted");
        assertEquals(1, accuracy.length(RankPathTree.cartesian()), 0);
      }
    }
  }
}
