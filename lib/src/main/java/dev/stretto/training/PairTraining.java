package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.Mask;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.models.language.Seq2Seq;
import java.util.Arrays;
import java.util.List;

/**
 * How an encoder-decoder learns from text to text: the next token of the output (teacher forcing).
 *
 * @param model that learns
 */
public record PairTraining(Seq2Seq model) implements LossStep<List<PairTraining.Pair>> {
  /**
   * A source and its output.
   *
   * @param source ids
   * @param target ids; the first one begins, the last one ends
   */
  public record Pair(int[] source, int[] target) {}

  @Override
  public NDArray loss(NDManager scope, List<Pair> batch) {
    int[][] sources = batch.stream().map(Pair::source).toArray(int[][]::new);
    int[][] read =
        batch.stream()
            .map(pair -> Arrays.copyOf(pair.target, pair.target.length - 1))
            .toArray(int[][]::new);
    int[][] next =
        batch.stream()
            .map(pair -> Arrays.copyOfRange(pair.target, 1, pair.target.length))
            .toArray(int[][]::new);
    int[] counts = Arrays.stream(read).mapToInt(row -> row.length).toArray();
    NDArray ids = NetworkSession.padded(scope, read, Arrays.stream(counts).max().orElseThrow());
    NDArray logits = model.logits(model.read(scope, sources), ids, counts, new Mask.Causal());
    return Losses.crossEntropy(scope, logits, next, 0);
  }

  /**
   * What a batch is worth.
   *
   * @param batch pairs
   * @return output tokens and rows
   */
  @Override
  public Work work(List<Pair> batch) {
    return new Work(batch.stream().mapToLong(pair -> pair.target.length - 1L).sum(), batch.size());
  }
}
