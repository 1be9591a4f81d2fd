package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.language.DraftHeads;
import dev.stretto.tensor.Tensors;
import java.util.Arrays;

/**
 * How well heads rank the right token. For each position of known texts and each depth it holds the
 * rank that the right token has in the head's law, where the drafted tokens before it are right:
 * just what decides whether a path of a rank tree is right.
 *
 * @param ranks [position][depth - 1], 0 is best
 */
public record HeadAccuracy(int[][] ranks) {
  /**
   * Ranks on texts.
   *
   * @param heads that guess
   * @param texts with states, for example what the target itself wrote
   * @return the ranks
   */
  public static HeadAccuracy of(DraftHeads heads, FrozenStates texts) {
    HeadTraining training = new HeadTraining(heads, HeadTraining.Options.TEXT);
    int count = training.bases(texts);
    int first = texts.first();
    int[][] ranks = new int[texts.size() * count][heads.depths()];
    try (NDManager manager = Tensors.manager()) {
      for (int w = 0; w < texts.size(); w++) {
        FrozenStates one = texts.choose(w);
        try (NDManager scope = manager.newSubManager()) {
          DraftHeads.Walk walk = heads.teach(one.array(scope), one.tokens(), first, first + count);
          for (int j = 1; j <= heads.depths(); j++) {
            int[][] newest = HeadTraining.part(one.tokens(), first + j, count);
            NDArray logits = walk.next(newest, new int[0]);
            int[] right = HeadTraining.part(one.tokens(), first + j + 1, count)[0];
            long[] places = Arrays.stream(right).asLongStream().toArray();
            NDArray own = logits.squeeze(0).gather(scope.create(places).expandDims(1), 1);
            long[] better =
                logits.squeeze(0).gt(own).sum(new int[] {1}).toLongArray();
            for (int s = 0; s < count; s++) {
              ranks[w * count + s][j - 1] = (int) better[s];
            }
          }
        }
      }
    }
    return new HeadAccuracy(ranks);
  }

  /**
   * Share of positions whose right token is among the best.
   *
   * @param depth 1 or more
   * @param best how many, 1 for the top one
   * @return the marginal accuracy
   */
  public double marginal(int depth, int best) {
    return Arrays.stream(ranks).mapToInt(r -> r[depth - 1] < best ? 1 : 0).average().orElse(0);
  }

  /**
   * The same among positions where the top tokens of all lesser depths are right.
   *
   * @param depth 1 or more
   * @param best how many, 1 for the top one
   * @return the conditional accuracy, 0 where there is no such position
   */
  public double conditional(int depth, int best) {
    return Arrays.stream(ranks)
        .filter(r -> Arrays.stream(r, 0, depth - 1).allMatch(rank -> rank == 0))
        .mapToInt(r -> r[depth - 1] < best ? 1 : 0)
        .average()
        .orElse(0);
  }
}
