package dev.stretto.papers.hydra;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.layers.Ops;
import dev.stretto.tensor.Tensors;
import dev.stretto.training.LossStep;
import dev.stretto.training.Losses;
import dev.stretto.training.TeacherStates;
import dev.stretto.training.Work;
import java.util.Arrays;

/**
 * How draft heads learn from a frozen target: at every position s of a text the head of depth j
 * sees what it would see while drafting, and guesses the token after.
 *
 * @param heads that learn
 * @param options how
 */
public record HeadTraining(DraftHeads heads, Options options) implements LossStep<TeacherStates> {
  /** What heads are held against. */
  public enum Loss {
    /** The text's next token. */
    TEXT,
    /** The distribution of the target there, which will verify the guess. */
    TEACHER
  }

  /**
   * How heads learn.
   *
   * @param loss what they are held against
   * @param decay weight of a head's loss over that of the head before; 1 for equal ones (Medusa .8)
   * @param distill weight of the squared distance between the states that stand for the target's
   *     and the target's own; 0 for heads that make none
   * @param freeRunning whether drafted tokens are the heads' own best ones, not the text's
   */
  public record Options(Loss loss, double decay, double distill, boolean freeRunning) {
    /** The text, all heads alike. */
    public static final Options TEXT = new Options(Loss.TEXT, 1, 0, false);
  }

  @Override
  public NDArray loss(NDManager scope, TeacherStates batch) {
    NDArray states = batch.array(scope);
    int[][] tokens = batch.tokens();
    int bases = bases(batch);
    long positions = (long) tokens.length * bases;
    int first = batch.first();
    DraftHeads.Walk walk = heads.teach(states, tokens, first, first + bases);
    NDArray sum = scope.create(0f);
    int[][] drafted = part(tokens, first + 1, bases);
    for (int j = 1; j <= heads.depths(); j++) {
      NDArray logits = walk.next(drafted, new int[0]).reshape(positions, -1);
      NDArray there = Tensors.narrow(scope, states, 1, first + j, first + j + bases);
      int[][] next = part(tokens, first + j + 1, bases);
      sum = sum.add(Ops.times(guess(logits, there, next), weight(j)));
      if (options.distill() > 0) {
        NDArray apart = walk.states().orElseThrow().sub(there).square().mean();
        sum = sum.add(Ops.times(apart, options.distill()));
      }
      drafted = options.freeRunning() ? best(logits, tokens.length) : next;
    }
    return sum;
  }

  /** Weights with sum 1, so that learning rates compare. */
  private double weight(int depth) {
    double all = 0;
    for (int j = 0; j < heads.depths(); j++) {
      all += Math.pow(options.decay(), j);
    }
    return Math.pow(options.decay(), depth - 1) / all;
  }

  private NDArray guess(NDArray logitsNV, NDArray thereBND, int[][] next) {
    NDManager scope = logitsNV.getManager();
    if (options.loss() == Loss.TEXT) {
      long[] labels = Arrays.stream(next).flatMapToInt(Arrays::stream).asLongStream().toArray();
      return Losses.crossEntropy(logitsNV, scope.create(labels), 0);
    }
    NDArray probabilitiesNV =
        heads.target().logits(thereBND).softmax(2).reshape(logitsNV.getShape());
    return logitsNV.logSoftmax(1).mul(probabilitiesNV).sum(new int[] {1}).mean().neg();
  }

  /**
   * Positions of a window that drafts can start after.
   *
   * @param batch windows
   * @return tokens from the first position on, less one more than there are heads
   */
  int bases(TeacherStates batch) {
    return batch.tokens()[0].length - batch.first() - 1 - heads.depths();
  }

  static int[][] part(int[][] tokens, int from, int count) {
    return Arrays.stream(tokens)
        .map(row -> Arrays.copyOfRange(row, from, from + count))
        .toArray(int[][]::new);
  }

  private static int[][] best(NDArray logitsNV, int rows) {
    long[] ids = logitsNV.argMax(1).toLongArray();
    int n = ids.length / rows;
    int[][] best = new int[rows][];
    Arrays.setAll(
        best, b -> Arrays.stream(ids, b * n, (b + 1) * n).mapToInt(id -> (int) id).toArray());
    return best;
  }

  /**
   * What a batch is worth.
   *
   * @param batch windows
   * @return positions that drafts start after
   */
  @Override
  public Work work(TeacherStates batch) {
    return new Work((long) batch.size() * bases(batch), batch.size());
  }
}
