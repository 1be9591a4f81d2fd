package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Mask;
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
    int rows = batch.size();
    int n = batch.stream().mapToInt(pair -> pair.target.length - 1).max().orElseThrow();
    int[] counts = batch.stream().mapToInt(pair -> pair.target.length - 1).toArray();
    long[] read = new long[rows * n];
    long[] next = new long[rows * n];
    Arrays.fill(next, Losses.IGNORE);
    for (int b = 0; b < rows; b++) {
      for (int i = 0; i < counts[b]; i++) {
        read[b * n + i] = batch.get(b).target[i];
        next[b * n + i] = batch.get(b).target[i + 1];
      }
    }
    int[][] sources = batch.stream().map(Pair::source).toArray(int[][]::new);
    NDArray logits =
        model.logits(
            model.read(scope, sources),
            scope.create(read, new Shape(rows, n)),
            counts,
            new Mask.Causal());
    return Losses.crossEntropy(
        logits.reshape((long) rows * n, model.config().vocabulary()), scope.create(next), 0);
  }

  /**
   * What a batch is worth.
   *
   * @param batch pairs
   * @return output tokens and rows
   */
  @Override
  public Work work(List<Pair> batch) {
    return new Work(
        batch.stream().mapToLong(pair -> pair.target.length - 1L).sum(), batch.size(), 0);
  }
}
