package dev.stretto.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.models.language.Seq2Seq;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.GlancingTraining.Block;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GlancingTrainingTest {
  private static final int MASK = 10;

  @Test
  void aBlockIsMaskedBehindTheCutAndEndsWithTheText() {
    Block block = GlancingTraining.block(new int[] {0, 5, 6, 7, 1}, 3, 4, MASK);
    assertArrayEquals(new int[] {0, 5, 6, MASK, MASK, MASK, MASK}, block.read());
    assertArrayEquals(new int[] {-1, -1, -1, 7, 1, -1, -1}, block.labels());
  }

  @Test
  void glancingRevealsTheFlooredShareOfTheWrongPlacesInsideTheBlock() {
    int[] target = {0, 5, 6, 7, 8, 9, 2, 3, 1};
    Block block = GlancingTraining.block(target, 2, 10, MASK);
    for (int seed = 0; seed < 200; seed++) {
      int wrong = seed % 8;
      int[] predicted = block.labels().clone();
      Arrays.fill(predicted, 2, 2 + wrong, MASK);
      // behind the end nothing is wrong whatever is predicted
      Arrays.fill(predicted, 9, 12, 4);
      double p = .5 - .001 * seed;
      Block seen = GlancingTraining.glance(block, i -> predicted[i], p, SeedTree.of(seed).rng());
      int revealed = 0;
      for (int i = 0; i < seen.read().length; i++) {
        if (seen.read()[i] != block.read()[i]) {
          revealed++;
          assertTrue(i >= 2 && i < 9, "place " + i + ", seed " + seed);
          assertEquals(target[i], seen.read()[i]);
          assertEquals(Losses.IGNORE, seen.labels()[i]);
        } else {
          assertEquals(block.labels()[i], seen.labels()[i]);
        }
      }
      assertEquals((int) Math.floor(p * wrong), revealed, "seed " + seed);
    }
  }

  @Test
  void bothTrainingsLearnAFewPairsByHeart() {
    List<PairTraining.Pair> pairs =
        List.of(
            new PairTraining.Pair(new int[] {2, 3}, new int[] {0, 3, 2, 1}),
            new PairTraining.Pair(new int[] {4}, new int[] {0, 4, 4, 4, 4, 1}));
    Seq2Seq.Config shape = new Seq2Seq.Config(1, 1, 16, 11, 8, 16);
    TrainingConfig config = TrainingConfig.of(Budget.steps(60), 1e-2);
    try (Seq2Seq writer = new Seq2Seq(shape, SeedTree.of(1));
        Seq2Seq filler = new Seq2Seq(shape, SeedTree.of(2))) {
      for (LossStep<List<PairTraining.Pair>> loss :
          List.of(
              new PairTraining(writer),
              new GlancingTraining(filler, MASK, 4, 60, SeedTree.of(3)))) {
        Seq2Seq model = loss instanceof PairTraining ? writer : filler;
        BatchSource<List<PairTraining.Pair>> source =
            BatchSource.drawn(
                SeedTree.of(4),
                rng -> IntStream.range(0, 8).mapToObj(i -> pairs.get(i % 2)).toList());
        TrainingResult result =
            new Training<>(config, model, source, loss).progress(Progress.silent()).run();
        double first = result.curve().getFirst().loss();
        double last = result.curve().getLast().loss();
        assertTrue(last < .7 * first, first + " to " + last);
      }
    }
  }
}
