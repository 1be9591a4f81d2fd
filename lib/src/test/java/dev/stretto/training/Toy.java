package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.norm.Dropout;
import dev.stretto.models.Parameters;
import dev.stretto.models.Trainable;
import dev.stretto.models.layers.Ops;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;

/** A bigram model with a hidden layer on sequences where each token follows from the one before. */
final class Toy implements Trainable, LossStep<long[][]> {
  static final int VOCABULARY = 11;

  private final Parameters parameters;
  private final float dropout;
  private int calls;
  int poisonedCall = -1;
  int interruptedCall = -1;
  int inflatedCall = Integer.MAX_VALUE;

  Toy(long seed, double dropout) {
    parameters = new Parameters(SeedTree.of(seed));
    parameters.normal("embed", .5, VOCABULARY, 16);
    parameters.normal("hidden.weight", .3, 16, 24);
    parameters.constant("hidden.bias", 0, 24);
    parameters.normal("head.weight", .3, VOCABULARY, 24);
    this.dropout = (float) dropout;
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  /** Rows of inputs, then rows of targets. */
  static long[][] draw(Rng rng) {
    long[][] pair = new long[2][32];
    for (int i = 0; i < 32; i++) {
      pair[0][i] = rng.nextInt(VOCABULARY);
      pair[1][i] = rng.nextInt(10) == 0 ? Losses.IGNORE : (3 * pair[0][i] + 1) % VOCABULARY;
    }
    return pair;
  }

  static BatchSource<long[][]> source(long seed) {
    return BatchSource.drawn(SeedTree.of(seed), Toy::draw);
  }

  @Override
  public Work work(long[][] batch) {
    return new Work(batch[0].length, 1);
  }

  @Override
  public NDArray loss(NDManager scope, long[][] batch) {
    calls++;
    if (calls == interruptedCall) {
      Thread.currentThread().interrupt();
    }
    NDArray inputN = scope.create(batch[0]);
    NDArray hiddenNH =
        parameters
            .get("embed")
            .get(inputN)
            .matMul(parameters.get("hidden.weight"))
            .add(parameters.get("hidden.bias"))
            .tanh();
    if (dropout > 0) {
      hiddenNH = Dropout.dropout(hiddenNH, dropout, true).singletonOrThrow();
    }
    // a transposed weight: an array that belongs to the weight's owner
    NDArray logitsNV = hiddenNH.matMul(parameters.get("head.weight").transpose());
    NDArray loss = Losses.crossEntropy(logitsNV, scope.create(batch[1]), .1);
    if (calls >= inflatedCall) {
      return Ops.times(loss, 100);
    }
    return calls == poisonedCall ? loss.mul(Float.NaN) : loss;
  }

  Training<long[][]> training(TrainingConfig config) {
    return new Training<>(config, this, source(5), this).progress(Progress.silent());
  }
}
