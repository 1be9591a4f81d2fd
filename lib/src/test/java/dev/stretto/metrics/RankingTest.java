package dev.stretto.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import org.junit.jupiter.api.Test;

class RankingTest {
  @Test
  void equalsTheShareOfRightlyOrderedPairs() {
    Rng rng = SeedTree.of(1).rng();
    for (int round = 0; round < 20; round++) {
      int n = 2 + rng.nextInt(30);
      double[] scores = new double[n];
      boolean[] positive = new boolean[n];
      for (int i = 0; i < n; i++) {
        scores[i] = rng.nextInt(6);
        positive[i] = i == 0 || (i > 1 && rng.nextBoolean());
      }
      double better = 0;
      double pairs = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          if (positive[i] && !positive[j]) {
            better += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? .5 : 0;
            pairs++;
          }
        }
      }
      assertEquals(better / pairs, Ranking.auc(scores, positive), 1e-12);
    }
  }

  @Test
  void oneClassAloneHasNoArea() {
    assertEquals(Double.NaN, Ranking.auc(new double[] {1, 2}, new boolean[] {true, true}));
  }
}
