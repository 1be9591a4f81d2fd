package dev.stretto.models.language;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Backbone;
import dev.stretto.models.Cost;
import dev.stretto.models.Hidden;
import dev.stretto.models.Mask;
import dev.stretto.models.Parameters;
import dev.stretto.models.Sliceable;
import dev.stretto.models.State;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.models.Trainable;
import dev.stretto.models.layers.Ops;
import dev.stretto.models.layers.Transformer;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.Optional;

/**
 * A causal language model: a transformer and a head, which is the embedding table again or a matrix
 * of its own. Shapes are named layers x width; with 96 characters and 256 positions a GPT of 1x64
 * has 55,616 weights, 2x96 231,264, 4x64 203,456, 4x128 801,280, 12x96 1,341,024, 12x144 3,006,144.
 */
public final class CausalLm implements TokenModel, Trainable {
  private final Transformer body;
  private final Parameters parameters;
  private final NDArray head;
  private final int vocabulary;

  /**
   * A model with fresh weights.
   *
   * @param config its shape, with a vocabulary
   * @param tied whether the head is the embedding table
   * @param seed where weights are drawn from
   */
  public CausalLm(TransformerConfig config, boolean tied, SeedTree seed) {
    parameters = new Parameters(seed);
    body = new Transformer(config, parameters);
    vocabulary = config.vocabulary();
    head =
        tied
            ? body.embedding().orElseThrow()
            : parameters.normal(
                "head.weight", 1 / Math.sqrt(config.width()), vocabulary, config.width());
  }

  /**
   * A small GPT with a tied head.
   *
   * @param layers layers
   * @param width D
   * @param vocabulary tokens
   * @param maxLength positions
   * @param seed of the weights
   * @return the model
   */
  public static CausalLm gpt(int layers, int width, int vocabulary, int maxLength, long seed) {
    return new CausalLm(
        TransformerConfig.gpt(layers, width, vocabulary, maxLength), true, SeedTree.of(seed));
  }

  /**
   * The network below the head.
   *
   * @return a transformer
   */
  public Backbone backbone() {
    return body;
  }

  /**
   * The head.
   *
   * @param hiddenBND from the backbone (rows, positions, width)
   * @return logits (rows, positions, vocabulary), owned by the scope of the hidden states
   */
  public NDArray logits(NDArray hiddenBND) {
    return Ops.linear(hiddenBND, head);
  }

  /**
   * Logits of whole sequences, for training and for scoring.
   *
   * @param idsBN 64-bit ids (rows, positions)
   * @param training whether dropout is on
   * @return logits (rows, positions, vocabulary) of the token behind each position
   */
  public NDArray logits(NDArray idsBN, boolean training) {
    Step step = Step.of(idsBN);
    return logits(body.forward(training ? step.train() : step).lastBND());
  }

  @Override
  public Cost cost(Cost.Shape shape) {
    long weights = (long) vocabulary * body.width();
    long positions = (long) shape.rows() * shape.positions();
    return body.cost(shape).plus(new Cost(positions * weights, 0, 0, Float.BYTES * weights));
  }

  @Override
  public int layers() {
    return body.layers();
  }

  @Override
  public int vocabulary() {
    return vocabulary;
  }

  @Override
  public int maxLength() {
    return body.config().maxLength();
  }

  @Override
  public Parameters parameters() {
    return parameters;
  }

  @Override
  public void close() {
    parameters.close();
  }

  @Override
  public Session open(int[][] prompts, boolean hidden) {
    for (int b = 0; b < prompts.length; b++) {
      check(b, prompts[b]);
    }
    CausalSession session = new CausalSession(prompts.length, hidden);
    session.prefill(prompts);
    return session;
  }

  private void check(int row, int[] prompt) {
    if (prompt.length < 1 || prompt.length > maxLength()) {
      throw new IllegalArgumentException(
          "the prompt of row %d has %d tokens, expected 1 to %d"
              .formatted(row, prompt.length, maxLength()));
    }
    for (int i = 0; i < prompt.length; i++) {
      if (prompt[i] < 0 || prompt[i] >= vocabulary) {
        throw new IllegalArgumentException(
            "token %d of row %d is %d, expected 0 to %d"
                .formatted(i, row, prompt[i], vocabulary - 1));
      }
    }
  }

  /** Ids of rows of different length, padded with 0. */
  private static NDArray padded(NDManager scope, int[][] rows, int n) {
    long[] ids = new long[rows.length * n];
    for (int b = 0; b < rows.length; b++) {
      for (int i = 0; i < Math.min(n, rows[b].length); i++) {
        ids[b * n + i] = rows[b][i];
      }
    }
    return scope.create(ids, new Shape(rows.length, n));
  }

  private static int[] counts(int[] real, int n) {
    return Arrays.stream(real).allMatch(count -> count == n) ? new int[0] : real;
  }

  private final class CausalSession implements Session {
    private final Sliceable state;
    private final boolean wantsHidden;

    CausalSession(int rows, boolean hidden) {
      state = (Sliceable) body.newState(rows, maxLength(), State.Kind.PREALLOCATED);
      wantsHidden = hidden;
    }

    void prefill(int[][] prompts) {
      int[] read = Arrays.stream(prompts).mapToInt(prompt -> prompt.length - 1).toArray();
      int n = Arrays.stream(read).max().orElse(0);
      if (n > 0) {
        try (NDManager scope = parameters.manager().newSubManager()) {
          body.forward(Step.of(padded(scope, prompts, n)).counts(counts(read, n)), state);
        }
      }
    }

    @Override
    public int[] lengths() {
      return state.lengths();
    }

    @Override
    public Verified score(NDManager scope, TokenTree[] trees) {
      int n = 0;
      boolean chains = true;
      int[] sizes = new int[trees.length];
      int[][] tokens = new int[trees.length][];
      for (int b = 0; b < trees.length; b++) {
        sizes[b] = trees[b].size();
        tokens[b] = trees[b].tokens();
        n = Math.max(n, sizes[b]);
        chains &= trees[b].isChain();
      }
      NDManager pass = scope.newSubManager();
      Step step = Step.of(padded(pass, tokens, n)).counts(counts(sizes, n)).peek();
      if (!chains) {
        step = step.mask(tree(trees, n)).at(places(trees, n));
      }
      Hidden hidden = body.forward(step, state);
      NDArray logProbs = logits(hidden.lastBND()).logSoftmax(2);
      logProbs.attach(scope);
      if (wantsHidden) {
        hidden.lastBND().attach(scope);
      }
      pass.close();
      return new Verified(logProbs, wantsHidden ? Optional.of(hidden) : Optional.empty());
    }

    private Mask tree(TokenTree[] trees, int n) {
      boolean[][][] sees = new boolean[trees.length][n][n];
      for (int b = 0; b < trees.length; b++) {
        boolean[][] ancestors = trees[b].ancestors();
        for (int i = 0; i < ancestors.length; i++) {
          System.arraycopy(ancestors[i], 0, sees[b][i], 0, ancestors.length);
        }
      }
      return new Mask.Visible(sees, new boolean[0][][]);
    }

    private int[][] places(TokenTree[] trees, int n) {
      int[] lengths = state.lengths();
      int[][] places = new int[trees.length][];
      for (int b = 0; b < trees.length; b++) {
        places[b] = Arrays.copyOf(trees[b].depths(), n);
        for (int i = 0; i < n; i++) {
          places[b][i] += lengths[b];
        }
      }
      return places;
    }

    @Override
    public void commit(int[][] acceptedPaths) {
      state.commit(acceptedPaths);
    }

    @Override
    public void gather(int[] rows) {
      state.gather(rows);
    }

    @Override
    public void close() {
      state.close();
    }
  }
}
