package dev.stretto.papers.hiddentransfer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.stretto.data.text.Windows;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.layers.Ops;
import dev.stretto.papers.hydra.DraftHeads;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.training.BatchSource;
import dev.stretto.training.LossStep;
import dev.stretto.training.Work;
import java.util.Arrays;
import java.util.Set;

/**
 * How pseudo states learn (Hidden Transfer, Wu et al. 2024, section 3.3): the distribution after
 * pseudo position j of s is drawn to the base's own distribution at s + j, which has read the true
 * text. One pass of the frozen base gives the distributions to learn from, the states to map and
 * the keys that pseudo states attend to; they are made for some positions of each text, all in one
 * further pass under a block mask.
 *
 * @param model whose maps learn
 */
public record TransferTraining(HiddenTransfer model) implements LossStep<TransferTraining.Batch> {
  /**
   * Texts and where to look ahead from.
   *
   * @param rows texts of equal length
   * @param at positions, rising, the same in every text; all that is foreseen lies in the text
   */
  public record Batch(int[][] rows, int[] at) {}

  /**
   * Random windows with random positions.
   *
   * @param windows the text's tokens
   * @param rows windows a batch
   * @param length tokens a window
   * @param share of the positions that look ahead, a quarter in the paper's reading
   * @param offsets k
   * @param seed of the choice
   * @return batches without end
   */
  public static BatchSource<Batch> source(
      Windows windows, int rows, int length, double share, int offsets, long seed) {
    return BatchSource.drawn(
        SeedTree.of(seed).child("windows"),
        rng ->
            new Batch(windows.batch(rows, length, rng), positions(length - offsets, share, rng)));
  }

  private static int[] positions(int candidates, double share, Rng rng) {
    int[] all = new int[candidates];
    Arrays.setAll(all, i -> i);
    int count = Math.max(1, (int) Math.round(share * candidates));
    for (int i = 0; i < count; i++) {
      int other = i + rng.nextInt(candidates - i);
      int kept = all[other];
      all[other] = all[i];
      all[i] = kept;
    }
    int[] chosen = Arrays.copyOf(all, count);
    Arrays.sort(chosen);
    return chosen;
  }

  /** Sum over j of KL(base at s + j || pseudo j of s), the mean over the positions s. */
  @Override
  public NDArray loss(NDManager scope, Batch batch) {
    int[] at = batch.at();
    int k = model.offsets();
    int[] ahead = new int[at.length * k];
    Arrays.setAll(ahead, i -> at[i / k] + i % k + 1);
    NDArray ids = NetworkSession.padded(scope, batch.rows(), batch.rows()[0].length);
    HiddenTransfer.Lifted lifted = model.lift(ids, at, Set.of());
    NDArray log = model.logits(DraftHeads.pick(lifted.real().lastBND(), ahead)).logSoftmax(2);
    NDArray mine = model.logits(lifted.pseudo().lastBND()).logSoftmax(2);
    NDArray sum = log.exp().mul(log.sub(mine)).sum();
    return Ops.times(sum, 1.0 / ((double) batch.rows().length * at.length));
  }

  /**
   * What a batch is worth.
   *
   * @param batch the batch
   * @return pseudo positions and rows
   */
  @Override
  public Work work(Batch batch) {
    int rows = batch.rows().length;
    return new Work((long) rows * batch.at().length * model.offsets(), rows);
  }

  /**
   * How well the pseudo positions foresee a text.
   *
   * @param loss nats a position, summed over the offsets
   * @param top1 by offset: how often the best token is the base's own best one
   * @param top5 by offset: how often the base's own best one is among the five best
   * @param cosine [layers passed - t][offset] of pseudo and real states
   */
  public record PseudoStateAccuracy(double loss, double[] top1, double[] top5, double[][] cosine) {}

  /**
   * Looks ahead from every position of texts without training.
   *
   * @param manager a scope
   * @param rows texts of equal length
   * @return means over the positions
   */
  public PseudoStateAccuracy evaluate(NDManager manager, int[][] rows) {
    int k = model.offsets();
    int n = rows[0].length;
    int[] at = new int[n - k];
    Arrays.setAll(at, i -> i);
    int[] ahead = new int[at.length * k];
    Arrays.setAll(ahead, i -> i / k + i % k + 1);
    double[][] hits = new double[2][k];
    double[][] cosine = new double[model.layers() - model.layer() + 1][k];
    try (NDManager scope = manager.newSubManager()) {
      double loss = loss(scope, new Batch(rows, at)).getFloat();
      Integer[] taps = new Integer[cosine.length];
      Arrays.setAll(taps, i -> model.layer() + i);
      HiddenTransfer.Lifted lifted =
          model.lift(NetworkSession.padded(scope, rows, n), at, Set.of(taps));
      NDArray real = model.logits(DraftHeads.pick(lifted.real().lastBND(), ahead));
      NDArray mine = model.logits(lifted.pseudo().lastBND());
      NDArray best = real.argMax(2).expandDims(2);
      NDArray rank = mine.gt(mine.gather(best, 2)).toType(DataType.INT32, false);
      int[] above = rank.sum(new int[] {2}).toType(DataType.INT32, false).toIntArray();
      double each = 1.0 / rows.length / at.length;
      for (int i = 0; i < above.length; i++) {
        hits[0][i % k] += above[i] < 1 ? each : 0;
        hits[1][i % k] += above[i] < 5 ? each : 0;
      }
      for (int tap = 0; tap < taps.length; tap++) {
        float[] similar =
            cosine(
                DraftHeads.pick(lifted.real().tapsBND().get(taps[tap]), ahead),
                lifted.pseudo().tapsBND().get(taps[tap]));
        for (int i = 0; i < similar.length; i++) {
          cosine[tap][i % k] += similar[i] * each;
        }
      }
      return new PseudoStateAccuracy(loss, hits[0], hits[1], cosine);
    }
  }

  private static float[] cosine(NDArray aBND, NDArray bBND) {
    int[] last = {2};
    NDArray norms = aBND.square().sum(last).mul(bBND.square().sum(last)).sqrt();
    return aBND.mul(bBND).sum(last).div(norms).toFloatArray();
  }
}
