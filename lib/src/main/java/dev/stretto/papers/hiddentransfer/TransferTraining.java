package dev.stretto.papers.hiddentransfer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.data.text.Windows;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.layers.Ops;
import dev.stretto.papers.hydra.DraftHeads;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.BatchSource;
import dev.stretto.training.LossStep;
import dev.stretto.training.Work;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

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
    int[] all = IntStream.range(0, candidates).toArray();
    int count = Math.max(1, (int) Math.round(share * candidates));
    for (int i = 0; i < count; i++) {
      int other = i + rng.nextInt(candidates - i);
      int kept = all[other];
      all[other] = all[i];
      all[i] = kept;
    }
    return Arrays.stream(all, 0, count).sorted().toArray();
  }

  /**
   * Pseudo positions and the real ones that they stand for.
   *
   * @param lifted states
   * @param ahead the real position of each pseudo one
   * @param real logits of the base there
   * @param mine logits of the pseudo positions
   */
  private record Foreseen(HiddenTransfer.Lifted lifted, int[] ahead, NDArray real, NDArray mine) {
    /** Sum over j of KL(base at s + j || pseudo j of s), the mean over the positions s. */
    NDArray loss(long positions) {
      NDArray log = real.logSoftmax(2);
      NDArray sum = log.exp().mul(log.sub(mine.logSoftmax(2))).sum();
      return Ops.times(sum, 1.0 / positions);
    }
  }

  private Foreseen foreseen(NDManager scope, Batch batch, Set<Integer> taps) {
    int[] at = batch.at();
    int k = model.offsets();
    int[] ahead = new int[at.length * k];
    Arrays.setAll(ahead, i -> at[i / k] + i % k + 1);
    CausalLm base = model.model();
    HiddenTransfer.Lifted lifted = model.lift(DraftHeads.ids(scope, batch.rows()), at, taps);
    NDArray real = base.logits(DraftHeads.pick(lifted.real().lastBND(), ahead));
    return new Foreseen(lifted, ahead, real, base.logits(lifted.pseudo().lastBND()));
  }

  @Override
  public NDArray loss(NDManager scope, Batch batch) {
    return foreseen(scope, batch, Set.of()).loss((long) batch.rows().length * batch.at().length);
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
   * @param rows texts of equal length
   * @return means over the positions
   */
  public PseudoStateAccuracy evaluate(int[][] rows) {
    int k = model.offsets();
    int[] at = IntStream.range(0, rows[0].length - k).toArray();
    double[][] hits = new double[2][k];
    double[][] cosine = new double[model.layers() - model.layer() + 1][k];
    Set<Integer> taps =
        IntStream.rangeClosed(model.layer(), model.layers()).boxed().collect(Collectors.toSet());
    try (NDManager scope = Tensors.manager()) {
      Foreseen seen = foreseen(scope, new Batch(rows, at), taps);
      NDArray best = seen.mine().gather(seen.real().argMax(2).expandDims(2), 2);
      long[] above = seen.mine().gt(best).sum(new int[] {2}).toLongArray();
      double each = 1.0 / rows.length / at.length;
      for (int i = 0; i < above.length; i++) {
        hits[0][i % k] += above[i] < 1 ? each : 0;
        hits[1][i % k] += above[i] < 5 ? each : 0;
      }
      for (int i = 0; i < cosine.length; i++) {
        NDArray real = seen.lifted().real().tapsBND().get(model.layer() + i);
        NDArray mine = seen.lifted().pseudo().tapsBND().get(model.layer() + i);
        float[] similar = cosine(DraftHeads.pick(real, seen.ahead()), mine);
        for (int position = 0; position < similar.length; position++) {
          cosine[i][position % k] += similar[position] * each;
        }
      }
      double loss = seen.loss((long) rows.length * at.length).getFloat();
      return new PseudoStateAccuracy(loss, hits[0], hits[1], cosine);
    }
  }

  private static float[] cosine(NDArray aBND, NDArray bBND) {
    int[] last = {2};
    NDArray norms = aBND.square().sum(last).mul(bBND.square().sum(last)).sqrt();
    return aBND.mul(bBND).sum(last).div(norms).toFloatArray();
  }
}
