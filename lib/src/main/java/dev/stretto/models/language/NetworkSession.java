package dev.stretto.models.language;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Backbone;
import dev.stretto.models.Conditions;
import dev.stretto.models.Hidden;
import dev.stretto.models.Mask;
import dev.stretto.models.State;
import dev.stretto.models.StateKind;
import dev.stretto.models.Step;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Rows decoded by a backbone and a head, whatever state the backbone keeps. */
public final class NetworkSession implements TokenModel.Session {
  /** Places beyond the longest text, for the branches of trees. */
  private static final int BRANCHES = 128;

  private final UnaryOperator<NDArray> head;
  private final Backbone body;
  private final State state;
  private final boolean wantsHidden;
  private final NDManager own;
  private Optional<NDArray> promptHidden = Optional.empty();
  private Conditions conditions;

  /**
   * Reads prompts.
   *
   * @param body the network, as {@code check}ed
   * @param head logits of hidden states
   * @param prompts ids of each row
   * @param conditions of all passes, one row each
   * @param hidden whether passes hand out hidden states
   */
  public NetworkSession(
      Backbone body,
      UnaryOperator<NDArray> head,
      int[][] prompts,
      Conditions conditions,
      boolean hidden) {
    this.body = body;
    this.head = head;
    this.conditions = conditions;
    this.wantsHidden = hidden;
    state = body.newState(prompts.length, body.maxLength() + BRANCHES, StateKind.PREALLOCATED);
    int[] read = Arrays.stream(prompts).mapToInt(prompt -> prompt.length - 1).toArray();
    int n = Arrays.stream(read).max().orElse(0);
    own = body.parameters().manager().newSubManager();
    if (n > 0) {
      try (NDManager scope = own.newSubManager()) {
        Step step = Step.of(padded(scope, prompts, n)).counts(counts(read, n));
        Hidden prefix = body.forward(step.conditions(conditions), state);
        if (hidden) {
          prefix.lastBND().attach(own);
          promptHidden = Optional.of(prefix.lastBND());
        }
      }
    }
  }

  /**
   * Refuses prompts that a model cannot read.
   *
   * @param prompts ids of each row
   * @param vocabulary ids are below it
   * @param maxLength tokens of a row; throws IllegalArgumentException naming row and token
   */
  public static void check(int[][] prompts, int vocabulary, int maxLength) {
    for (int b = 0; b < prompts.length; b++) {
      int[] prompt = prompts[b];
      if (prompt.length < 1 || prompt.length > maxLength) {
        throw new IllegalArgumentException(
            "the prompt of row %d has %d tokens, expected 1 to %d"
                .formatted(b, prompt.length, maxLength));
      }
      for (int i = 0; i < prompt.length; i++) {
        if (prompt[i] < 0 || prompt[i] >= vocabulary) {
          throw new IllegalArgumentException(
              "token %d of row %d is %d, expected 0 to %d"
                  .formatted(i, b, prompt[i], vocabulary - 1));
        }
      }
    }
  }

  /**
   * Ids of rows of different length.
   *
   * @param scope who owns them
   * @param rows ids
   * @param n positions; rows are cut there, shorter ones padded with 0
   * @return (rows, n)
   */
  public static NDArray padded(NDManager scope, int[][] rows, int n) {
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

  @Override
  public int[] lengths() {
    return state.lengths();
  }

  @Override
  public TokenModel.Verified score(NDManager scope, TokenTree[] trees) {
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
    try (NDManager pass = scope.newSubManager()) {
      Step step =
          Step.of(padded(pass, tokens, n)).counts(counts(sizes, n)).conditions(conditions).peek();
      if (!chains) {
        step = step.mask(tree(trees, n)).at(places(trees, n));
      }
      Hidden hidden = body.forward(step, state);
      NDArray logProbs = head.apply(hidden.lastBND()).logSoftmax(2);
      logProbs.attach(scope);
      if (wantsHidden) {
        hidden.lastBND().attach(scope);
        hidden.tapsBND().values().forEach(tap -> tap.attach(scope));
      }
      return new TokenModel.Verified(
          logProbs, wantsHidden ? Optional.of(hidden) : Optional.empty());
    }
  }

  private static Mask tree(TokenTree[] trees, int n) {
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
    conditions = conditions.rows(rows);
  }

  @Override
  public Optional<NDArray> promptHidden() {
    return promptHidden;
  }

  @Override
  public void close() {
    own.close();
    state.close();
  }
}
