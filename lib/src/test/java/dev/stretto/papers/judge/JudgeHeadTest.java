package dev.stretto.papers.judge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.metrics.Ranking;
import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.judge.JudgeHead.Sample;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JudgeHeadTest {
  private static List<Sample> samples(long seed, int count, double signal) {
    Rng rng = SeedTree.of(seed).rng();
    return Stream.generate(() -> sample(rng, signal)).limit(count).toList();
  }

  private static Sample sample(Rng rng, double signal) {
    boolean right = rng.nextDouble() < .8;
    float[] state = new float[6];
    for (int j = 0; j < 6; j++) {
      state[j] = (float) (3 + (j + 1) * rng.nextGaussian());
    }
    state[2] += (float) (right ? signal : -signal);
    return new Sample(state, right, false);
  }

  private static double auc(JudgeHead head, List<Sample> samples) {
    return Ranking.auc(
        samples.stream().mapToDouble(sample -> head.probability(sample.state())).toArray(),
        JudgeHead.labels(samples));
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
    List<Sample> samples = samples(1, 500, 2);
    JudgeHead head = JudgeHead.fit(samples, 4, 0);
    // logistic regression with a bias: weighted residuals sum to nothing (but for the ridge)
    double sum = 0;
    for (Sample sample : samples) {
      double p = head.probability(sample.state());
      sum += sample.right() ? 1 - p : -4 * p;
    }
    assertEquals(0, sum / 500, 1e-3);
  }

  @Test
  void aWeightOfThreeIsTriplingTheWrongTokens() {
    List<Sample> once = samples(2, 300, 2);
    List<Sample> tripled =
        once.stream()
            .flatMap(sample -> Collections.nCopies(sample.right() ? 1 : 3, sample).stream())
            .toList();
    JudgeHead weighted = JudgeHead.fit(once, 3, 0);
    JudgeHead repeated = JudgeHead.fit(tripled, 1, 0);
    for (Sample sample : once) {
      // the ridge's scale differs
      assertEquals(repeated.logit(sample.state()), weighted.logit(sample.state()), 2e-3);
    }
  }

  @Test
  void separableStatesAreSeparated() {
    for (double gamma : new double[] {0, 2}) {
      List<Sample> samples = samples(3, 400, 40);
      JudgeHead head = JudgeHead.fit(samples, 10, gamma);
      assertEquals(1, auc(head, samples));
      Sample first = samples.getFirst();
      assertTrue(head.probability(first.state()) > .99 == first.right());
    }
  }

  @Test
  void shuffledLabelsAreChance() {
    List<Sample> train = JudgeHead.shuffled(samples(4, 4000, 3), SeedTree.of(4).rng());
    List<Sample> test = JudgeHead.shuffled(samples(5, 4000, 3), SeedTree.of(5).rng());
    long wrong = test.stream().filter(sample -> !sample.right()).count();
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
      List<Sample> own = JudgeHead.samples(model, one, 0);
      List<Sample> changed = JudgeHead.samples(model, other, 0);
      assertEquals(2, changed.size(), "what stands behind the mistake has no label");
      assertFalse(changed.get(1).right());
      assertFalse(Arrays.equals(own.get(1).state(), changed.get(1).state()));
      List<Sample> early = JudgeHead.samples(model, one, -1);
      List<Sample> earlyChanged = JudgeHead.samples(model, other, -1);
      assertArrayEquals(early.get(1).state(), earlyChanged.get(1).state(), 1e-6f);
      assertArrayEquals(own.get(0).state(), early.get(1).state(), 1e-6f);
      assertEquals(before, model.parameters().checksum());
    }
  }

  @Test
  void refusesWhatCannotBeFitted() {
    List<Sample> all = samples(6, 50, 1).stream().filter(Sample::right).toList();
    assertThrows(IllegalArgumentException.class, () -> JudgeHead.fit(all, 10, 0));
    List<Sample> fine = samples(6, 50, 1);
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
