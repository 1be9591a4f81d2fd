package dev.stretto.models;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/**
 * Log-probabilities over a vocabulary: what autoregressive and speculative decoding stand on. A
 * causal network, an encoder-decoder, an n-gram and an exact table all are one.
 */
public interface TokenModel extends AutoCloseable {
  /**
   * How many tokens there are.
   *
   * @return token ids are below it
   */
  int vocabulary();

  /**
   * The most positions of a row.
   *
   * @return prompt and new tokens together
   */
  int maxLength();

  /**
   * Starts rows from prompts: all tokens but the last are read, the last is pending.
   *
   * @param prompts ids of each row, at least one a row
   * @param hidden whether passes hand out hidden states
   * @return owned by the caller. Throws IllegalArgumentException naming the row for an empty
   *     prompt, one that is too long or an id out of range.
   */
  Session open(int[][] prompts, boolean hidden);

  /**
   * Starts rows from prompts.
   *
   * @param prompts ids of each row
   * @return a session without hidden states
   */
  default Session open(int[]... prompts) {
    return open(prompts, false);
  }

  /**
   * What a pass costs, for those who count its work.
   *
   * @param shape of the pass
   * @return the closed form, head included; none for a model without a network
   */
  default Cost cost(Cost.Shape shape) {
    return Cost.NONE;
  }

  /** {@return how many layers a pass runs, 0 for a model without a network} */
  default int layers() {
    return 0;
  }

  @Override
  default void close() {}

  /** A model around another, and the same but for what it overrides; the inner one stays open. */
  interface Wrapper extends TokenModel {
    /** {@return the model inside} */
    TokenModel model();

    @Override
    default int vocabulary() {
      return model().vocabulary();
    }

    @Override
    default int maxLength() {
      return model().maxLength();
    }

    @Override
    default Session open(int[][] prompts, boolean hidden) {
      return model().open(prompts, hidden);
    }

    @Override
    default Cost cost(Cost.Shape shape) {
      return model().cost(shape);
    }

    @Override
    default int layers() {
      return model().layers();
    }
  }

  /** Rows in the making. */
  interface Session extends AutoCloseable {
    /**
     * Tokens read of each row; the pending one is not among them.
     *
     * @return one length a row
     */
    int[] lengths();

    /**
     * One pass over the nodes of every row's tree. Reads nothing for good before {@link #commit}.
     *
     * @param scope who owns the result
     * @param trees one a row; node 0 is the row's pending token
     * @return the distribution of the token behind every node
     */
    Verified score(NDManager scope, TokenTree[] trees);

    /**
     * Reads accepted nodes of the last pass for good and drops the rest.
     *
     * @param acceptedPaths for each row its nodes from 0 on, in order; empty to leave the row alone
     */
    void commit(int[][] acceptedPaths);

    /**
     * Keeps some rows and forgets the others, for rows that have ended.
     *
     * @param rows old row numbers
     */
    void gather(int[] rows);

    /**
     * Hidden states of what was read at the opening.
     *
     * @return (rows, tokens, width), shorter prompts padded at the end; owned by the session, empty
     *     where hidden states were not asked for or nothing was read
     */
    default Optional<NDArray> promptHidden() {
      return Optional.empty();
    }

    @Override
    void close();

    /** A session around another, which it closes, and the same but for what it overrides. */
    interface Wrapper extends Session {
      /** {@return the session inside} */
      Session session();

      @Override
      default int[] lengths() {
        return session().lengths();
      }

      @Override
      default Verified score(NDManager scope, TokenTree[] trees) {
        return session().score(scope, trees);
      }

      @Override
      default void commit(int[][] acceptedPaths) {
        session().commit(acceptedPaths);
      }

      @Override
      default void gather(int[] rows) {
        session().gather(rows);
      }

      @Override
      default Optional<NDArray> promptHidden() {
        return session().promptHidden();
      }

      @Override
      default void close() {
        session().close();
      }
    }
  }

  /**
   * What a pass gives.
   *
   * @param logProbsBNV log-probabilities (rows, nodes, vocabulary); behind a row's last node
   *     anything
   * @param hidden hidden states of the nodes, where asked for
   */
  record Verified(NDArray logProbsBNV, Optional<Hidden> hidden) {}
}
