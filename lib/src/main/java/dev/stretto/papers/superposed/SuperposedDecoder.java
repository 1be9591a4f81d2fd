package dev.stretto.papers.superposed;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.language.CausalLm;
import dev.stretto.models.language.NetworkSession;
import dev.stretto.papers.superposed.Superposition.Drafts;
import dev.stretto.samplers.decoding.Hypothesis;
import dev.stretto.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
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
   * @param positions that the state holds in the end: those fed
   * @param steps what was superposed, one a token
   */
  public record Generated(
      List<Hypothesis> drafts, int passes, int positions, List<Superposed> steps) {}

  /**
   * What one position held.
   *
   * @param weights w of each draft
   * @param drafts their tokens so far, the last ones superposed
   */
  public record Superposed(double[] weights, List<int[]> drafts) {}

  /**
   * Continues prompts beside each other, one row each, whatever k; what a prompt's drafts are does
   * not depend on the others.
   *
   * @param model whose logits
   * @param prompts ids, all of one length
   * @param tokens new ones of each draft, at most
   * @param end the token that ends a draft, -1 for none
   * @param setting how
   * @return the drafts of each prompt, passes and positions counted as if it were alone; throws
   *     CancellationException where the thread is interrupted, IllegalArgumentException for prompts
   *     that the model cannot continue so far
   */
  public static List<Generated> generate(
      CausalLm model, int[][] prompts, int tokens, int end, Superposition setting) {
    NetworkSession.check(prompts, model.vocabulary(), model.maxLength());
    int length = prompts.length == 0 ? 0 : prompts[0].length;
    if (length == 0 || Arrays.stream(prompts).anyMatch(prompt -> prompt.length != length)) {
      throw new IllegalArgumentException(
          "prompts of %s tokens, expected one or more of one length"
              .formatted(
                  Arrays.toString(Arrays.stream(prompts).mapToInt(p -> p.length).toArray())));
    }
    if (tokens < 1 || length + tokens - 1 > model.maxLength()) {
      throw new IllegalArgumentException(
          "%d tokens behind a prompt of %d, expected 1 to %d"
              .formatted(tokens, length, model.maxLength() - length + 1));
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
    int width = model.backbone().width();
    List<Row> all = Arrays.stream(prompts).map(Row::new).toList();
    List<Row> rows = all;
    try (NDManager scope = Tensors.manager();
        State state =
            model
                .backbone()
                .newState(prompts.length, length + tokens - 1, StateKind.PREALLOCATED)) {
      NDArray ids = NetworkSession.padded(scope, prompts, length);
      double[][] logits = pass(model, state, new Step.Input.Ids(ids));
      for (int t = 1; true; t++) {
        for (int b = 0; b < rows.size(); b++) {
          Row row = rows.get(b);
          row.drafts = setting.superposeOnce(row.prompt, row.drafts, logits[b], end);
          row.positions = state.lengths()[b];
        }
        List<Row> now = rows;
        int[] going =
            IntStream.range(0, now.size())
                .filter(b -> !now.get(b).drafts.lines().isEmpty())
                .toArray();
        if (t == tokens || going.length == 0) {
          return all.stream().map(row -> row.generated(setting.k())).toList();
        }
        if (Thread.interrupted()) {
          throw new CancellationException("interrupted while decoding");
        }
        if (going.length < now.size()) {
          state.gather(going);
          rows = IntStream.of(going).mapToObj(now::get).toList();
        }
        float[] inputs =
            superposed(table, width, rows.stream().map(row -> row.step(setting)).toList());
        try (NDManager step = scope.newSubManager()) {
          NDArray vectors = step.create(inputs, new Shape(rows.size(), 1, width));
          logits = pass(model, state, new Step.Input.Vectors(vectors));
        }
      }
    }
  }

  /** A prompt on its way. */
  private static final class Row {
    private final int[] prompt;
    private final List<Superposed> steps = new ArrayList<>();
    private Drafts drafts = Drafts.EMPTY;
    private int positions;

    Row(int[] prompt) {
      this.prompt = prompt;
    }

    Superposed step(Superposition setting) {
      steps.add(
          new Superposed(
              setting.weights(drafts.lines()),
              drafts.lines().stream().map(Hypothesis::tokens).toList()));
      return steps.getLast();
    }

    Generated generated(int k) {
      List<Hypothesis> best =
          Stream.concat(drafts.finished().stream(), drafts.lines().stream())
              .sorted(Comparator.comparingDouble(line -> -line.score()))
              .limit(k)
              .toList();
      return new Generated(best, 1 + steps.size(), positions, List.copyOf(steps));
    }
  }

  /**
   * The network's inputs: sum_i w_i E[last token of draft i].
   *
   * @param table E, embeddings, one row a token
   * @param width of a row
   * @param positions whose drafts' last tokens are superposed
   * @return one row a position
   */
  static float[] superposed(float[] table, int width, List<Superposed> positions) {
    float[] inputs = new float[positions.size() * width];
    for (int n = 0; n < inputs.length; n++) {
      Superposed position = positions.get(n / width);
      double x = 0;
      for (int i = 0; i < position.weights().length; i++) {
        int[] draft = position.drafts().get(i);
        x += position.weights()[i] * table[draft[draft.length - 1] * width + n % width];
      }
      inputs[n] = (float) x;
    }
    return inputs;
  }

  /** One pass; logits behind the last position of each row. */
  static double[][] pass(CausalLm model, State state, Step.Input input) {
    try (NDManager scope = input.scope().newSubManager()) {
      input.array().tempAttach(scope);
      NDArray hidden = model.backbone().forward(Step.of(input), state).lastBND();
      long n = hidden.getShape().get(1);
      float[] all = model.logits(Tensors.narrow(scope, hidden, 1, n - 1, n)).toFloatArray();
      double[][] logits = new double[input.rows()][model.vocabulary()];
      for (int i = 0; i < all.length; i++) {
        logits[i / model.vocabulary()][i % model.vocabulary()] = all[i];
      }
      return logits;
    }
  }
}
