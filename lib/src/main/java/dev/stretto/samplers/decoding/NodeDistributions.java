package dev.stretto.samplers.decoding;

import ai.djl.ndarray.NDArray;
import dev.stretto.models.TokenModel.Verified;
import dev.stretto.tensor.Tensors;
import java.nio.FloatBuffer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What the target says behind the nodes of one row's tree, fetched only where it is asked. */
public final class NodeDistributions {
  private final Sampling sampling;
  private final IntFunction<double[]> logProbs;
  private final IntFunction<float[]> hidden;
  private final int[] best;

  NodeDistributions(
      Sampling sampling, int[] best, IntFunction<double[]> logProbs, IntFunction<float[]> hidden) {
    this.sampling = sampling;
    this.best = best;
    this.logProbs = logProbs;
    this.hidden = hidden;
  }

  /** {@return how tokens are picked} */
  public Sampling sampling() {
    return sampling;
  }

  /**
   * The likeliest token behind a node.
   *
   * @param node of the tree
   * @return the lowest id on ties
   */
  public int best(int node) {
    return best[node];
  }

  /**
   * The distribution that a token behind a node is drawn from: temperature, top-k and top-p
   * applied; all on the best token at temperature 0.
   *
   * @param node of the tree
   * @return probabilities, summing to 1
   */
  public double[] probabilities(int node) {
    if (sampling.temperature() == 0) {
      double[] probabilities = new double[logProbs.apply(node).length];
      probabilities[best[node]] = 1;
      return probabilities;
    }
    return TokenPicker.probabilities(logProbs.apply(node), sampling);
  }

  /**
   * The target's own distribution behind a node, whatever the sampling.
   *
   * @param node of the tree
   * @return natural logarithms
   */
  public double[] logProbs(int node) {
    return logProbs.apply(node);
  }

  /**
   * The target's final state at a node.
   *
   * @param node of the tree
   * @return (width); throws IllegalStateException where the pass had no hidden states
   */
  public float[] hidden(int node) {
    return hidden.apply(node);
  }

  /**
   * The token that plain decoding takes behind a node: the best, or the keyed draw.
   *
   * @param node of the tree
   * @param random of the row
   * @param position of the token in the output
   * @return its id
   */
  public int token(int node, DecodingRandom random, int position) {
    return sampling.temperature() == 0 ? best[node] : random.token(probabilities(node), position);
  }

  /**
   * Distributions of all rows of a pass.
   *
   * @param verified the pass
   * @param sampling how tokens are picked
   * @return one a row
   */
  public static NodeDistributions[] of(Verified verified, Sampling sampling) {
    NDArray logProbsBNV = verified.logProbsBNV();
    int rows = (int) logProbsBNV.getShape().get(0);
    int nodes = (int) logProbsBNV.getShape().get(1);
    int vocabulary = (int) logProbsBNV.getShape().get(2);
    long[] best;
    try (NDArray ids = logProbsBNV.argMax(2)) {
      best = ids.toLongArray();
    }
    Floats scores = new Floats(logProbsBNV, vocabulary);
    NodeDistributions[] distributions = new NodeDistributions[rows];
    for (int b = 0; b < rows; b++) {
      int first = b * nodes;
      int[] own = IntStream.range(first, first + nodes).map(i -> (int) best[i]).toArray();
      distributions[b] =
          new NodeDistributions(
              sampling,
              own,
              node -> TokenPicker.wide(scores.row(first + node)),
              node -> {
                NDArray states =
                    verified
                        .hidden()
                        .orElseThrow(
                            () ->
                                new IllegalStateException(
                                    "no hidden states: the verifier or drafter must ask for them"))
                        .lastBND();
                return new Floats(states, (int) states.getShape().get(2)).row(first + node);
              });
    }
    return distributions;
  }

  private static final class Floats {
    private final NDArray array;
    private final int width;
    private FloatBuffer values = FloatBuffer.allocate(0);

    Floats(NDArray array, int width) {
      this.array = array;
      this.width = width;
    }

    float[] row(int index) {
      if (values.capacity() == 0) {
        values = Tensors.floats(array);
      }
      float[] row = new float[width];
      values.get(index * width, row);
      return row;
    }
  }
}
