package dev.stretto.papers.hydra;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.samplers.drafting.RankPathTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.TeacherStates;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * How well heads rank the right token. For each position of known texts and each depth it holds the
 * rank that the right token has in the head's distribution, where the drafted tokens before it are
 * right: just what decides how deep a draft is kept, so that the accepted length of every rank tree
 * is counted without decoding.
 *
 * @param texts ranks [position][depth - 1] of each text, 0 is best
 */
public record HeadAccuracy(List<int[][]> texts) {
  /**
   * Ranks on texts.
   *
   * @param heads that guess
   * @param written a text each, with states; one too short for a draft of full depth is left out
   * @return the ranks
   */
  public static HeadAccuracy of(DraftHeads heads, List<TeacherStates> written) {
    HeadTraining training = new HeadTraining(heads, HeadTraining.Options.TEXT);
    return new HeadAccuracy(
        written.stream()
            .filter(text -> training.bases(text) > 0)
            .map(text -> ranks(heads, text, training.bases(text)))
            .toList());
  }

  private static int[][] ranks(DraftHeads heads, TeacherStates one, int bases) {
    int[][] ranks = new int[bases][heads.depths()];
    int first = one.first();
    try (NDManager scope = Tensors.manager()) {
      DraftHeads.Walk walk = heads.teach(one.array(scope), one.tokens(), first, first + bases);
      for (int j = 1; j <= heads.depths(); j++) {
        int[][] newest = HeadTraining.part(one.tokens(), first + j, bases);
        int[][] right = HeadTraining.part(one.tokens(), first + j + 1, bases);
        NDArray logits = walk.next(newest, new int[0]).squeeze(0);
        NDArray own = logits.gather(DraftHeads.ids(scope, right).reshape(-1, 1), 1);
        long[] better = logits.gt(own).sum(new int[] {1}).toLongArray();
        for (int s = 0; s < bases; s++) {
          ranks[s][j - 1] = (int) better[s];
        }
      }
    }
    return ranks;
  }

  /** {@return ranks of all positions} */
  public int[][] ranks() {
    return texts.stream().flatMap(Arrays::stream).toArray(int[][]::new);
  }

  /**
   * Share of positions whose right token is the top one.
   *
   * @param depth 1 or more
   * @return the marginal accuracy
   */
  public double marginal(int depth) {
    return right(Arrays.stream(ranks()), depth);
  }

  /**
   * The same among positions where the top tokens of all lesser depths are right.
   *
   * @param depth 1 or more
   * @return the conditional accuracy, 0 where there is no such position
   */
  public double conditional(int depth) {
    return right(
        Arrays.stream(ranks()).filter(r -> Arrays.stream(r, 0, depth - 1).allMatch(i -> i == 0)),
        depth);
  }

  private static double right(Stream<int[]> ranks, int depth) {
    return ranks.mapToInt(r -> r[depth - 1] == 0 ? 1 : 0).average().orElse(0);
  }

  /**
   * Tokens a pass that greedy decoding of these texts emits with a tree.
   *
   * @param tree of the drafts
   * @return tau, the bonus included; drafts that reach over a text's end are not counted
   */
  public double length(RankPathTree tree) {
    long emitted = 0;
    long passes = 0;
    for (int[][] ranks : texts) {
      for (int s = 0; s < ranks.length; passes++) {
        int step = 1 + tree.kept(ranks[s]);
        s += step;
        emitted += step;
      }
    }
    return (double) emitted / passes;
  }
}
