package dev.stretto.samplers.decoding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.State;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.samplers.decoding.Superposition.Drafts;
import dev.stretto.samplers.decoding.Superposition.Line;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

/**
 * Several drafts from one pass a position (Superposed Decoding, Shen et al. 2024), <b>lossy</b>:
 * the network reads the weighted sum of the drafts' last embeddings, in one row of one state
 * whatever k, and {@link Superposition} takes its logits apart. Drafts may change places without
 * anything moving in the state.
 */
public final class SuperposedDecoder {
  private SuperposedDecoder() {}

  /**
   * What came out.
   *
   * @param drafts those that ended and those that did not, best first, at most k
   * @param passes of the model, the prompt's included
   * @param positions fed in them
   * @param read positions that the state holds in the end
   * @param steps what was superposed, one a token
   */
  public record Generated(
      List<Line> drafts, int passes, int positions, int read, List<Superposed> steps) {}

  /**
   * What one position held.
   *
   * @param weights w of each draft
   * @param drafts their tokens so far, the last ones superposed
   */
  public record Superposed(double[] weights, List<int[]> drafts) {}

  /**
   * Continues a prompt.
   *
   * @param model whose logits
   * @param prompt ids
   * @param tokens new ones of each draft, at most
   * @param end the token that ends a draft, -1 for none
   * @param setting how
   * @return the drafts; throws CancellationException where the thread is interrupted,
   *     IllegalArgumentException for a prompt that the model cannot continue so far
   */
  public static Generated generate(
      CausalLm model, int[] prompt, int tokens, int end, Superposition setting) {
    NetworkSession.check(new int[][] {prompt}, model.vocabulary(), model.maxLength());
    if (tokens < 1 || prompt.length + tokens - 1 > model.maxLength()) {
      throw new IllegalArgumentException(
          "%d tokens behind a prompt of %d, expected 1 to %d"
              .formatted(tokens, prompt.length, model.maxLength() - prompt.length + 1));
    }
    setting
        .filter()
        .filter(filter -> filter.counts().vocabulary() != model.vocabulary())
        .ifPresent(
            filter -> {
              throw new IllegalArgumentException(
                  "n-grams over %d tokens and a model of %d, expected as many"
                      .formatted(filter.counts().vocabulary(), model.vocabulary()));
            });
    Tensors.inference();
    float[] table = model.parameters().get("embedding").toFloatArray();
    List<Superposed> steps = new ArrayList<>();
    try (NDManager scope = Tensors.manager();
        State state =
            model
                .backbone()
                .newState(1, prompt.length + tokens - 1, State.Kind.PREALLOCATED)) {
      NDArray ids = NetworkSession.padded(scope, new int[][] {prompt}, prompt.length);
      double[] logits = pass(model, state, new Step.Input.Ids(ids));
      Drafts drafts = setting.superposeOnce(prompt, Drafts.EMPTY, logits, end);
      for (int t = 1; t < tokens && !drafts.lines().isEmpty(); t++) {
        if (Thread.interrupted()) {
          throw new CancellationException("interrupted while decoding");
        }
        double[] weights = setting.weights(drafts.lines());
        steps.add(new Superposed(weights, drafts.lines().stream().map(Line::tokens).toList()));
        try (NDManager step = scope.newSubManager()) {
          float[] x = superposed(table, model.backbone().width(), steps.getLast());
          NDArray vector = step.create(x, new Shape(1, 1, x.length));
          logits = pass(model, state, new Step.Input.Vectors(vector));
        }
        drafts = setting.superposeOnce(prompt, drafts, logits, end);
      }
      List<Line> best =
          Stream.concat(drafts.finished().stream(), drafts.lines().stream())
              .sorted(Comparator.comparingDouble(line -> -line.score()))
              .limit(setting.k())
              .toList();
      return new Generated(
          best,
          1 + steps.size(),
          prompt.length + steps.size(),
          state.lengths()[0],
          List.copyOf(steps));
    }
  }

  /**
   * The network's input for some drafts.
   *
   * @param table embeddings, one row a token
   * @param width of a row
   * @param drafts whose last tokens are superposed
   * @return sum_i w_i E[last token of draft i]
   */
  public static float[] superposed(float[] table, int width, Superposed drafts) {
    double[] x = new double[width];
    for (int i = 0; i < drafts.weights().length; i++) {
      int[] tokens = drafts.drafts().get(i);
      int from = tokens[tokens.length - 1] * width;
      for (int d = 0; d < width; d++) {
        x[d] += drafts.weights()[i] * table[from + d];
      }
    }
    float[] narrow = new float[width];
    for (int d = 0; d < width; d++) {
      narrow[d] = (float) x[d];
    }
    return narrow;
  }

  /** One pass of one row; logits behind its last position. */
  static double[] pass(CausalLm model, State state, Step.Input input) {
    try (NDManager scope = input.scope().newSubManager()) {
      input.array().tempAttach(scope);
      NDArray hidden = model.backbone().forward(Step.of(input), state).lastBND();
      long n = hidden.getShape().get(1);
      float[] row =
          model.logits(Tensors.narrow(scope, hidden, 1, n - 1, n)).toFloatArray();
      double[] logits = new double[row.length];
      for (int i = 0; i < row.length; i++) {
        logits[i] = row[i];
      }
      return logits;
    }
  }
}
