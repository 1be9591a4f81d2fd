package dev.stretto.papers.hiddentransfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.data.text.Windows;
import dev.stretto.models.Slopes;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.papers.hiddentransfer.TransferTraining.Batch;
import dev.stretto.papers.hiddentransfer.TransferTraining.PseudoStateAccuracy;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.Budget;
import dev.stretto.training.LanguageTraining;
import dev.stretto.training.Training;
import dev.stretto.training.TrainingConfig;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransferTrainingTest {
  private static final int K = 2;
  private static final int[][] TEXTS = {{1, 2, 3, 4, 5, 6, 7, 8}, {8, 6, 4, 2, 1, 3, 5, 7}};

  private final CausalLm base = CausalLm.gpt(3, 16, 11, 32, 3);
  private final NDManager scope = Tensors.manager();

  @AfterEach
  void close() {
    scope.close();
    base.close();
  }

  private static double[] softmax(float[] logits, int from, int n) {
    double sum = 0;
    double[] p = new double[n];
    for (int i = 0; i < n; i++) {
      p[i] = Math.exp(logits[from + i]);
      sum += p[i];
    }
    double total = sum;
    return Arrays.stream(p).map(x -> x / total).toArray();
  }

  @Test
  void theLossIsTheDivergenceByHand() {
    // distributions of fresh weights are nearly flat, and there both directions of the divergence
    // agree
    float[] gain = new float[16];
    Arrays.fill(gain, 20);
    base.parameters().load("norm.gain", gain);
    try (HiddenTransfer model = new HiddenTransfer(base, 1, K)) {
      int[] at = {1, 4};
      double expected = 0;
      for (int[] text : TEXTS) {
        for (int s : at) {
          int[][] prefix = {Arrays.copyOf(text, s + 1)};
          NDArray ids = NetworkSession.padded(scope, prefix, s + 1);
          float[] q =
              base.logits(model.lift(ids, new int[] {s}, Set.of()).pseudo().lastBND())
                  .toFloatArray();
          float[] p =
              base.logits(NetworkSession.padded(scope, new int[][] {text}, 8), false)
                  .toFloatArray();
          for (int j = 1; j <= K; j++) {
            double[] real = softmax(p, (s + j) * 11, 11);
            double[] mine = softmax(q, (j - 1) * 11, 11);
            for (int v = 0; v < 11; v++) {
              expected += real[v] * Math.log(real[v] / mine[v]) / 4;
            }
          }
        }
      }
      TransferTraining training = new TransferTraining(model);
      assertEquals(expected, training.loss(scope, new Batch(TEXTS, at)).getFloat(), 1e-4);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, 3})
  void theMapsHaveTheSlopesOfTheLoss(int layer) {
    try (HiddenTransfer model = new HiddenTransfer(base, layer, K)) {
      TransferTraining training = new TransferTraining(model);
      Slopes.check(
          "transfer at " + layer,
          manager -> training.loss(manager, new Batch(TEXTS, new int[] {0, 2, 5})),
          model.parameters().all().values().toArray(NDArray[]::new));
    }
  }

  @Test
  void aTextThatRepeatsIsForeseenAndTheBaseStaysAsItWas() {
    int[] text = new int[400];
    Arrays.setAll(text, i -> i % 5 + i / 5 % 2);
    Windows windows = new Windows(text);
    LanguageTraining language = new LanguageTraining(base, 0);
    new Training<>(
            TrainingConfig.of(Budget.steps(60), 1e-2),
            base,
            LanguageTraining.source(windows, 4, 20, 1),
            language)
        .progress((status, last) -> {})
        .run();
    long checksum = base.parameters().checksum();
    try (HiddenTransfer model = new HiddenTransfer(base, 1, K)) {
      TransferTraining training = new TransferTraining(model);
      int[][] held = {Arrays.copyOfRange(text, 3, 31), Arrays.copyOfRange(text, 100, 128)};
      PseudoStateAccuracy before = training.evaluate(held);
      new Training<>(
              TrainingConfig.of(Budget.steps(80), 1e-2),
              model,
              TransferTraining.source(windows, 4, 20, .25, K, 1),
              training)
          .progress((status, last) -> {})
          .run();
      PseudoStateAccuracy after = training.evaluate(held);
      assertTrue(after.loss() < .5 * before.loss(), before.loss() + " to " + after.loss());
      for (int j = 0; j < K; j++) {
        assertTrue(after.top1()[j] > .7, "offset %d: %s".formatted(j + 1, after.top1()[j]));
        assertTrue(after.top5()[j] >= after.top1()[j]);
      }
      assertEquals(3, after.cosine().length);
      assertEquals(checksum, base.parameters().checksum(), "the base changed");
      base.parameters().all().forEach((name, weight) -> assertFalse(weight.hasGradient(), name));
    }
  }

  @Test
  void positionsAreAShareRisingAndInsideTheText() {
    int[] text = new int[300];
    var source = TransferTraining.source(new Windows(text), 2, 43, .25, 3, 5);
    int[] first = source.next().at();
    int[] second = source.next().at();
    assertEquals(10, first.length);
    for (int[] at : new int[][] {first, second}) {
      assertArrayEquals(Arrays.stream(at).sorted().distinct().toArray(), at);
      assertTrue(at[0] >= 0 && at[9] < 40, Arrays.toString(at));
    }
    assertFalse(Arrays.equals(first, second));
  }
}
