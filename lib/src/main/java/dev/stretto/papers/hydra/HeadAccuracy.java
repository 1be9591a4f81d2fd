package dev.stretto.papers.hydra;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.samplers.drafting.RankPathTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.TeacherStates;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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
   * @param written texts with states; a text too short for a draft of full depth is left out
   * @return the ranks
   */
  public static HeadAccuracy of(DraftHeads heads, List<TeacherStates> written) {
    HeadTraining training = new HeadTraining(heads, HeadTraining.Options.TEXT);
    List<int[][]> texts = new ArrayList<>();
    try (NDManager manager = Tensors.manager()) {
      for (TeacherStates text : written) {
        int bases = training.bases(text);
        for (int w = 0; w < text.size() && bases > 0; w++) {
          texts.add(ranks(manager, heads, text.choose(w), bases));
        }
      }
    }
    return new HeadAccuracy(texts);
  }

  private static int[][] ranks(NDManager manager, DraftHeads heads, TeacherStates one, int bases) {
    int[][] ranks = new int[bases][heads.depths()];
    int first = one.first();
    try (NDManager scope = manager.newSubManager()) {
      NDArray states = one.array(scope);
      DraftHeads.Walk walk = heads.teach(states, one.tokens(), first, first + bases);
      for (int j = 1; j <= heads.depths(); j++) {
        int[][] newest = HeadTraining.part(one.tokens(), first + j, bases);
        NDArray logits = walk.next(newest, new int[0]).squeeze(0);
        int[] right = HeadTraining.part(one.tokens(), first + j + 1, bases)[0];
        NDArray places = scope.create(Arrays.stream(right).asLongStream().toArray());
        NDArray own = logits.gather(places.expandDims(1), 1);
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
   * Share of positions whose right token is among the best.
   *
   * @param depth 1 or more
   * @param best how many, 1 for the top one
   * @return the marginal accuracy
   */
  public double marginal(int depth, int best) {
    return Arrays.stream(ranks()).mapToInt(r -> r[depth - 1] < best ? 1 : 0).average().orElse(0);
  }

  /**
   * The same among positions where the top tokens of all lesser depths are right.
   *
   * @param depth 1 or more
   * @param best how many, 1 for the top one
   * @return the conditional accuracy, 0 where there is no such position
   */
  public double conditional(int depth, int best) {
    return Arrays.stream(ranks())
        .filter(r -> Arrays.stream(r, 0, depth - 1).allMatch(rank -> rank == 0))
        .mapToInt(r -> r[depth - 1] < best ? 1 : 0)
        .average()
        .orElse(0);
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
