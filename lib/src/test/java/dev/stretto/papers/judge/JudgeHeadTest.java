package dev.stretto.papers.judge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.metrics.Ranking;
import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.judge.JudgeHead.Samples;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JudgeHeadTest {
  private static Samples samples(long seed, int count, double signal) {
    Rng rng = SeedTree.of(seed).rng();
    float[][] states = new float[count][6];
    boolean[] right = new boolean[count];
    for (int i = 0; i < count; i++) {
      right[i] = rng.nextDouble() < .8;
      for (int j = 0; j < 6; j++) {
        states[i][j] = (float) (3 + (j + 1) * rng.nextGaussian());
      }
      states[i][2] += (float) (right[i] ? signal : -signal);
    }
    return new Samples(states, right, new boolean[count], new int[count]);
  }

  private static double auc(JudgeHead head, Samples samples) {
    return Ranking.auc(
        Arrays.stream(samples.states()).mapToDouble(head::probability).toArray(), samples.right());
  }

  /** The paper's loss, written plainly, lambda 10. */
  private static double loss(double[] w, double[][] rows, boolean[] right, double gamma) {
    double sum = 0;
    double total = 0;
    for (int i = 0; i < rows.length; i++) {
      double z = 0;
      for (int j = 0; j < w.length; j++) {
        z += w[j] * rows[i][j];
      }
      double p = 1 / (1 + Math.exp(right[i] ? -z : z));
      double c = right[i] ? 1 : 10;
      sum -= c * Math.pow(1 - p, gamma) * Math.log(p);
      total += c;
    }
    return sum / total + 1e-5 * Arrays.stream(w).map(x -> x * x).sum() / 2;
  }

  @Test
  void theGradientEqualsFiniteDifferences() {
    Rng rng = SeedTree.of(7).rng();
    double[][] rows = new double[40][5];
    boolean[] right = new boolean[40];
    for (int i = 0; i < 40; i++) {
      right[i] = rng.nextBoolean();
      Arrays.setAll(rows[i], j -> rng.nextGaussian());
    }
    double[] w = rng.doubles(5, -2, 2).toArray();
    for (double gamma : new double[] {0, 2, .5}) {
      var at = JudgeHead.residuals(w, rows, right, 10, gamma);
      double[] slope = at.getSecond().transpose().operate(at.getFirst()).toArray();
      for (int j = 0; j < 5; j++) {
        double h = 1e-5;
        double[] up = w.clone();
        double[] down = w.clone();
        up[j] += h;
        down[j] -= h;
        double difference =
            (loss(up, rows, right, gamma) - loss(down, rows, right, gamma)) / (2 * h);
        assertEquals(difference, slope[j], 1e-8, "gamma " + gamma + ", weight " + j);
      }
    }
  }

  @Test
  void theFitIsStationary() {
    Samples samples = samples(1, 500, 2);
    JudgeHead head = JudgeHead.fit(samples, 4, 0);
    // logistic regression with a bias: weighted residuals sum to nothing (but for the ridge)
    double sum = 0;
    for (int i = 0; i < 500; i++) {
      double p = head.probability(samples.states()[i]);
      sum += samples.right()[i] ? 1 - p : -4 * p;
    }
    assertEquals(0, sum / 500, 1e-3);
  }

  @Test
  void aWeightOfThreeIsTriplingTheWrongTokens() {
    Samples once = samples(2, 300, 2);
    int[] thrice =
        IntStream.range(0, 300)
            .flatMap(
                i ->
                    IntStream.of(i)
                        .flatMap(k -> IntStream.of(k, k, k))
                        .limit(once.right()[i] ? 1 : 3))
            .toArray();
    float[][] states = new float[thrice.length][];
    boolean[] right = new boolean[thrice.length];
    for (int i = 0; i < thrice.length; i++) {
      states[i] = once.states()[thrice[i]];
      right[i] = once.right()[thrice[i]];
    }
    Samples tripled =
        new Samples(states, right, new boolean[thrice.length], new int[thrice.length]);
    JudgeHead weighted = JudgeHead.fit(once, 3, 0);
    JudgeHead repeated = JudgeHead.fit(tripled, 1, 0);
    for (float[] state : once.states()) {
      assertEquals(repeated.logit(state), weighted.logit(state), 2e-3); // the ridge's scale differs
    }
  }

  @Test
  void separableStatesAreSeparated() {
    for (double gamma : new double[] {0, 2}) {
      Samples samples = samples(3, 400, 40);
      JudgeHead head = JudgeHead.fit(samples, 10, gamma);
      assertEquals(1, auc(head, samples));
      assertTrue(head.probability(samples.states()[0]) > .99 == samples.right()[0]);
    }
  }

  @Test
  void shuffledLabelsAreChance() {
    Samples train = samples(4, 4000, 3).shuffled(SeedTree.of(4).rng());
    Samples test = samples(5, 4000, 3).shuffled(SeedTree.of(5).rng());
    int wrong = 0;
    for (boolean right : test.right()) {
      wrong += right ? 0 : 1;
    }
    double error = Math.sqrt(4001 / (12.0 * wrong * (4000 - wrong)));
    assertEquals(
        .5,
        auc(JudgeHead.fit(train, 10, 0), test),
        3 * error,
        "seeds 4 and 5, three standard errors: a false alarm in .3 % of seeds");
  }

  @Test
  void aTokensOwnStateReadsItAndTheOneBeforeDoesNot() {
    try (CausalLm model = CausalLm.gpt(2, 32, 20, 40, 1)) {
      long before = model.parameters().checksum();
      int[] prompt = {1, 2, 3};
      List<LabelledAnswer> one = List.of(new LabelledAnswer(prompt, new int[] {4, 5, 6}, -1));
      List<LabelledAnswer> other = List.of(new LabelledAnswer(prompt, new int[] {4, 7, 6}, 1));
      Samples own = JudgeHead.samples(model, one, 0);
      Samples changed = JudgeHead.samples(model, other, 0);
      assertEquals(2, changed.right().length, "what stands behind the mistake has no label");
      assertFalse(changed.right()[1]);
      assertFalse(Arrays.equals(own.states()[1], changed.states()[1]));
      Samples early = JudgeHead.samples(model, one, -1);
      Samples earlyChanged = JudgeHead.samples(model, other, -1);
      assertArrayEquals(early.states()[1], earlyChanged.states()[1], 1e-6f);
      assertArrayEquals(own.states()[0], early.states()[1], 1e-6f);
      assertEquals(before, model.parameters().checksum());
    }
  }

  @Test
  void refusesWhatCannotBeFitted() {
    Samples all = samples(6, 50, 1);
    Arrays.fill(all.right(), true);
    assertThrows(IllegalArgumentException.class, () -> JudgeHead.fit(all, 10, 0));
    Samples fine = samples(6, 50, 1);
    assertThrows(IllegalArgumentException.class, () -> JudgeHead.fit(fine, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> JudgeHead.fit(fine, 1, Double.NaN));
    JudgeHead head = JudgeHead.fit(fine, 1, 0);
    assertThrows(IllegalArgumentException.class, () -> head.logit(new float[5]));
    assertThrows(IllegalArgumentException.class, () -> new JudgeHead(new double[] {Double.NaN}, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new LabelledAnswer(new int[] {1}, new int[] {2, 3}, 2));
    assertNotEquals(-2, head.bias());
  }
}
