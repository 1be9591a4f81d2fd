package dev.stretto.samplers.drafting;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.DraftHeads;
import dev.stretto.models.language.HydraHeads;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Match;
import dev.stretto.samplers.decoding.RankPathTree;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The text is the target's whatever the heads guess. */
class HeadTreeDrafterTest {
  private static final int VOCABULARY = 12;

  enum Arm {
    MEDUSA,
    HYDRA,
    HYDRA_PLUS
  }

  private final CausalLm target = CausalLm.gpt(2, 16, VOCABULARY, 48, 3);

  @AfterEach
  void close() {
    target.close();
  }

  static DraftHeads heads(CausalLm target, Arm arm) {
    DraftHeads heads =
        switch (arm) {
          case MEDUSA -> new HydraHeads(target, HydraHeads.Config.medusa(4), 1);
          case HYDRA -> new HydraHeads(target, HydraHeads.Config.hydra(4), 1);
          case HYDRA_PLUS -> new HydraHeads(target, HydraHeads.Config.hydraPlus(4), 1);
        };
    return heads;
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
    int[][] prompts = {{1, 2, 3, 4, 5}, {6}, {7, 8}, {3, 1, 9, 2}};
    return Arrays.copyOfRange(prompts, 0, rows);
  }

  @ParameterizedTest
  @EnumSource(Arm.class)
  void textIsThatOfPlainDecoding(Arm arm) {
    RankPathTree[] trees = {
      RankPathTree.cartesian(1, 1, 1, 1),
      RankPathTree.cartesian(3, 2, 1),
      new RankPathTree(new int[][] {{0}, {1}, {0, 0}, {0, 1}, {1, 0}, {0, 1, 0}, {0, 1, 0, 0}})
    };
    for (double deviation : new double[] {.02, .5}) {
      try (DraftHeads heads = shaken(heads(target, arm), deviation, 7)) {
        for (RankPathTree tree : trees) {
          for (int rows : new int[] {1, 4}) {
            for (double temperature : new double[] {0, 1}) {
              // the end token comes up inside drafts, and the limit too
              for (int end : new int[] {-1, 5}) {
                Sampling sampling = new Sampling(temperature, 0, 1, 11);
                var options = new Decoder.Options(25, end, sampling);
                var plain = Decoder.decode(target, prompts(rows), options);
                var run =
                    SpeculativeDecoder.decode(
                        target,
                        prompts(rows),
                        options,
                        new HeadTreeDrafter(heads, tree),
                        new Match());
                String what = arm + " " + tree + " " + rows + " " + temperature + " " + end;
                assertArrayEquals(plain.tokens(), run.tokens(), what);
              }
            }
          }
        }
      }
    }
  }
}
