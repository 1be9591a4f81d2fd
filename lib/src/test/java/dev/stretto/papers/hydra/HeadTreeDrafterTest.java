package dev.stretto.papers.hydra;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.chimera.ChimeraHeads;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.RankPathTree;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The text is the target's whatever the heads guess. */
class HeadTreeDrafterTest {
  private static final int VOCABULARY = 12;
  private static final int[] NONE = {};

  enum Arm {
    MEDUSA,
    HYDRA,
    HYDRA_PLUS,
    CHIMERA,
    CHIMERA_NO_TRIGRAM,
    CHIMERA_NO_CONTEXT,
    CHIMERA_NO_STATE,
    CHIMERA_BIGRAM,
    CHIMERA_FOURGRAM
  }

  private final CausalLm target = CausalLm.gpt(2, 16, VOCABULARY, 48, 3);

  @AfterEach
  void close() {
    target.close();
  }

  static DraftHeads heads(CausalLm target, Arm arm) {
    return switch (arm) {
      case MEDUSA -> new HydraHeads(target, new HydraHeads.Config(4, 1, false, false), 1);
      case HYDRA -> new HydraHeads(target, new HydraHeads.Config(4, 1, true, false), 1);
      case HYDRA_PLUS -> new HydraHeads(target, new HydraHeads.Config(4, 4, true, true), 1);
      case CHIMERA -> chimera(target, 3, true, true);
      case CHIMERA_NO_TRIGRAM -> chimera(target, 0, true, true);
      case CHIMERA_NO_CONTEXT -> chimera(target, 3, false, true);
      case CHIMERA_NO_STATE -> chimera(target, 3, true, false);
      case CHIMERA_BIGRAM -> chimera(target, 2, true, true);
      case CHIMERA_FOURGRAM -> chimera(target, 4, true, true);
    };
  }

  private static DraftHeads chimera(CausalLm target, int order, boolean context, boolean state) {
    return new ChimeraHeads(target, 4, new ChimeraHeads.Parts(order, context, state), 1);
  }

  /** Adds noise to all weights. */
  static DraftHeads shaken(DraftHeads heads, double deviation, long seed) {
    heads
        .parameters()
        .all()
        .forEach(
            (name, weight) -> {
              Rng random = SeedTree.of(seed).child(name).rng();
              float[] values = weight.toFloatArray();
              for (int i = 0; i < values.length; i++) {
                values[i] += (float) (deviation * random.nextGaussian());
              }
              heads.parameters().load(name, values);
            });
    return heads;
  }

  private static int[][] prompts(int rows) {
    int[][] prompts = {{1, 2, 3, 4, 5}, {6}, {7, 8}};
    return Arrays.copyOfRange(prompts, 0, rows);
  }

  /** The end token and the limit fall inside drafts; row 1 has no state at first. */
  @ParameterizedTest
  @EnumSource(Arm.class)
  void textIsThatOfPlainDecoding(Arm arm) {
    RankPathTree[] trees = {
      RankPathTree.cartesian(1, 1, 1, 1),
      new RankPathTree(new int[][] {{0}, {1}, {0, 0}, {0, 1}, {1, 0}, {0, 1, 0}, {0, 1, 0, 0}})
    };
    try (DraftHeads heads = shaken(heads(target, arm), .05, 7)) {
      for (RankPathTree tree : trees) {
        for (int setting = 0; setting < 3; setting++) {
          int rows = setting == 0 ? 1 : 3;
          int end = setting == 0 ? -1 : 5;
          Sampling sampling = new Sampling(setting == 2 ? 1 : 0, 0, 1, 11);
          var options = new Decoder.Options(15, end, sampling);
          var plain = Decoder.decode(target, prompts(rows), options);
          var drafter = new HeadTreeDrafter(heads, tree);
          var run =
              SpeculativeDecoder.decode(target, prompts(rows), options, drafter, new ExactMatch());
          String what = arm + ", nodes " + tree.nodes() + ", setting " + setting;
          assertArrayEquals(plain.tokens(), run.tokens(), what);
        }
      }
    }
  }

  /** Counts what reaches the heads: every accepted state once, in order, at the right row. */
  @ParameterizedTest
  @EnumSource(Arm.class)
  void remembersAcceptedStatesAlone(Arm arm) {
    int[][] texts = {{1, 2, 3, 4, 5, 6, 7, 8}, {3, 1, 9, 2, 4, 4, 6, 1}};
    try (NDManager scope = Tensors.manager();
        DraftHeads heads = shaken(heads(target, arm), .05, 7);
        DraftHeads.Context whole = heads.open(2);
        DraftHeads.Context parts = heads.open(3)) {
      NDArray states = target.backbone().forward(Step.of(DraftHeads.ids(scope, texts))).lastBND();
      int[] all = {8, 8};
      whole.read(states.duplicate(), all);
      // row 0 of three is another that leaves; the others read 3 + 5 and 5 + 3 positions
      parts.read(DraftHeads.pick(three(states), places(0, 5)), new int[] {5, 3, 5});
      parts
          .walk(scope, new int[][] {{1, 2, 3, 1}, {1, 2, 3, 2}, {1, 2, 3, 3}})
          .next(new int[][] {{1}, {2}, {3}}, NONE);
      parts.gather(new int[] {1, 2});
      int[][] rest = {{3, 4, 5, 6, 7}, {5, 6, 7, 0, 0}};
      parts.read(DraftHeads.pick(states, rest), new int[] {5, 3});
      int[][] before = {{6, 7, 8, 1}, {4, 6, 1, 4}};
      DraftHeads.Walk one = whole.walk(scope, before);
      DraftHeads.Walk other = parts.walk(scope, before);
      for (int depth = 0; depth < 3; depth++) {
        int[][] tokens = {{depth + 1}, {depth + 4}};
        assertArrayEquals(
            one.next(tokens, NONE).toFloatArray(),
            other.next(tokens, NONE).toFloatArray(),
            1e-5f,
            arm + " depth " + depth);
      }
    }
  }

  private static NDArray three(NDArray statesBND) {
    return NDArrays.concat(
        new NDList(Tensors.narrow(statesBND.getManager(), statesBND, 0, 0, 1), statesBND), 0);
  }

  private static int[][] places(int from, int to) {
    int[] row = IntStream.range(from, to).toArray();
    return new int[][] {row, row, row};
  }

  /** All nodes of a depth in one call, against each path alone; and against teaching. */
  @ParameterizedTest
  @EnumSource(Arm.class)
  void batchedNodesAreSinglePaths(Arm arm) {
    int[] text = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    try (NDManager scope = Tensors.manager();
        DraftHeads heads = shaken(heads(target, arm), .05, 8);
        DraftHeads.Context context = heads.open(1)) {
      NDArray states =
          target.backbone().forward(Step.of(DraftHeads.ids(scope, new int[][] {text}))).lastBND();
      // s = 4: the state of text[4] is the last, text[5] is y_1
      context.read(Tensors.narrow(scope, states, 1, 0, 5).duplicate(), new int[] {5});
      int[][] before = {{text[2], text[3], text[4], text[5]}};
      DraftHeads.Walk tree = context.walk(scope, before);
      int[][] levels = {{text[5]}, {text[6], 2}, {3, text[7], 1}, {0, 4, text[8]}};
      int[][] parents = {{0}, {0, 0}, {0, 0, 1}, {0, 0, 1}};
      NDArray[] logits = new NDArray[4];
      for (int d = 0; d < 4; d++) {
        logits[d] = tree.next(new int[][] {levels[d]}, parents[d]);
      }
      for (int node = 0; node < 3; node++) {
        int[] path = new int[4];
        int at = node;
        for (int d = 3; d >= 0; d--) {
          path[d] = at;
          at = parents[d][at];
        }
        DraftHeads.Walk alone = context.walk(scope, before);
        for (int d = 0; d < 4; d++) {
          NDArray single = alone.next(new int[][] {{levels[d][path[d]]}}, NONE);
          assertArrayEquals(
              single.toFloatArray(), row(logits[d], path[d]), 1e-5f, arm + " node " + node + d);
        }
      }
      DraftHeads.Walk taught = heads.teach(states, new int[][] {text}, 2, 6);
      int[] right = {0, 0, 1, 2};
      for (int d = 0; d < 4; d++) {
        int[] newest = Arrays.copyOfRange(text, 3 + d, 7 + d > 10 ? 10 : 7 + d);
        float[] probabilities =
            taught.next(new int[][] {newest}, NONE).get(0).get(2).toFloatArray();
        assertArrayEquals(
            probabilities, row(logits[d], right[d]), 1e-5f, arm + " taught, depth " + d);
      }
    }
  }

  private static float[] row(NDArray logits, int node) {
    long place = logits.getShape().get(1) == 1 ? 0 : node;
    return logits.get(0).get(place).toFloatArray();
  }

  @Test
  void refusesTreesThatDoNotFit() {
    try (DraftHeads heads = heads(target, Arm.HYDRA)) {
      refused("[0, 0, 0, 0, 0]", () -> tree(heads, RankPathTree.cartesian(1, 1, 1, 1, 1)));
      refused("[12]", () -> tree(heads, RankPathTree.cartesian(13)));
    }
    refused("[1, 0] has no parent", () -> new RankPathTree(new int[][] {{0}, {1, 0}}));
    refused("[0, 1] leaves a gap", () -> new RankPathTree(new int[][] {{0}, {0, 1}}));
    refused("is there twice", () -> new RankPathTree(new int[][] {{0}, {0}}));
    refused("0 heads", () -> new HydraHeads(target, new HydraHeads.Config(0, 1, true, false), 1));
    refused("0 heads", () -> new ChimeraHeads(target, 0, ChimeraHeads.Parts.FULL, 1));
    refused("-1 tokens make g", () -> new ChimeraHeads.Parts(-1, true, true));
  }

  private static Drafter tree(DraftHeads heads, RankPathTree tree) {
    return new HeadTreeDrafter(heads, tree);
  }

  private static void refused(String what, Executable action) {
    String message = assertThrows(IllegalArgumentException.class, action).getMessage();
    assertTrue(message.contains(what), message);
  }

  /** The greedy tree is the best of all trees of its size (ranks 0 to 2, depth 3, by search). */
  @Test
  void greedyTreeIsRightMostOften() {
    for (long seed = 0; seed < 20; seed++) {
      Rng random = SeedTree.of(seed).rng();
      int[][] ranks = new int[200][3];
      for (int[] row : ranks) {
        Arrays.setAll(row, j -> (int) Math.min(2, Math.abs(2 * random.nextGaussian()) * .7));
      }
      int[][] all = RankPathTree.cartesian(3, 3, 3).paths();
      double[] share = new double[all.length];
      for (int p = 0; p < all.length; p++) {
        int[] path = all[p];
        share[p] =
            Arrays.stream(ranks)
                .filter(r -> Arrays.equals(Arrays.copyOf(r, path.length), path))
                .count();
      }
      for (int nodes : new int[] {2, 5, 9}) {
        double best = 0;
        // without the rule of no gaps: the most probable paths, which have their parents
        double[] sorted = share.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < nodes - 1; i++) {
          best += sorted[sorted.length - 1 - i];
        }
        double found = 0;
        for (int[] path : RankPathTree.greedy(ranks, nodes).paths()) {
          for (int p = 0; p < all.length; p++) {
            found += Arrays.equals(all[p], path) ? share[p] : 0;
          }
        }
        assertEquals(best, found, .05 * best, "seed " + seed + ", " + nodes + " nodes");
      }
    }
  }
}
