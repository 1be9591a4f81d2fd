package dev.stretto.samplers.decoding;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenModel.Verified;
import dev.stretto.models.TokenTree;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * Proposes tokens that the target then verifies: all that a speculative method brings, in a file of
 * its own. The loop is {@link SpeculativeDecoder}'s. A drafter that looks at the text alone is a
 * lambda:
 *
 * <pre>{@code
 * Drafter again = Drafter.of(row -> TokenTree.chain(row.pending(), row.pending()));
 * }</pre>
 */
public interface Drafter {
  /**
   * Starts to draft for rows.
   *
   * @param prompt what was read when the target opened
   * @return owned by the loop
   */
  Drafting open(Prompt prompt);

  /** {@return whether it must be shown the target's final hidden states} */
  default boolean wantsHidden() {
    return false;
  }

  /**
   * Where rows begin.
   *
   * @param tokens of each row; the last one is pending
   * @param hiddenBND the target's final states of all but the last token (rows, tokens, width),
   *     padded at the end, owned by the target's session; empty where not wanted or nothing was
   *     read
   */
  record Prompt(int[][] tokens, Optional<NDArray> hiddenBND) {}

  /** Drafting for some rows. */
  interface Drafting extends AutoCloseable {
    /**
     * One draft a row.
     *
     * @param scope closed after the pass
     * @param rows in the session's order
     * @return drafts whose node 0 is the row's pending token; deeper ones than {@link Row#room()}
     *     are cut by the loop
     */
    Draft[] draft(NDManager scope, Row[] rows);

    /**
     * What became of them. The rows' texts already have the new tokens.
     *
     * @param pass what was fed and kept; its arrays are closed with the scope
     */
    default void committed(VerifiedPass pass) {}

    /**
     * Keeps some rows and forgets the others, for rows that have ended.
     *
     * @param rows old row numbers
     */
    default void gather(int[] rows) {}

    @Override
    default void close() {}
  }

  /**
   * A verified pass.
   *
   * @param scope closed after this call
   * @param rows their texts with the new tokens
   * @param drafts what was fed
   * @param paths nodes kept, from 0 on
   * @param verified the target's distributions and, where wanted, hidden states of all nodes
   */
  record VerifiedPass(
      NDManager scope, Row[] rows, Draft[] drafts, int[][] paths, Verified verified) {}

  /** A row as drafters see it. */
  final class Row {
    private final int request;
    private final DecodingRandom random;
    private final Sampling sampling;
    private int[] text;
    private int length;
    private final int promptLength;
    private int room;

    /**
     * A row.
     *
     * @param request its number before any row left
     * @param prompt its tokens
     * @param sampling how its tokens are picked
     * @param random its random decisions
     */
    public Row(int request, int[] prompt, Sampling sampling, DecodingRandom random) {
      this.request = request;
      this.text = prompt.clone();
      this.length = prompt.length;
      this.promptLength = prompt.length;
      this.sampling = sampling;
      this.random = random;
    }

    /** {@return its number in the call, whatever rows have left} */
    public int request() {
      return request;
    }

    /** {@return prompt and output, the pending token last; a copy} */
    public int[] text() {
      return Arrays.copyOf(text, length);
    }

    /** {@return tokens of prompt and output} */
    public int length() {
      return length;
    }

    /** {@return tokens of the prompt} */
    public int promptLength() {
      return promptLength;
    }

    /** {@return tokens of the output so far} */
    public int emitted() {
      return length - promptLength;
    }

    /**
     * A token from the end.
     *
     * @param back 0 for the pending token, 1 for the one before it
     * @return its id
     */
    public int last(int back) {
      return text[length - 1 - back];
    }

    /**
     * The last tokens.
     *
     * @param most how many, 0 or more
     * @return so many, oldest first, the pending token last; all where there are fewer
     */
    public int[] tail(int most) {
      return Arrays.copyOfRange(text, Math.max(0, length - most), length);
    }

    /** {@return the token that the next pass reads first} */
    public int pending() {
      return text[length - 1];
    }

    /** {@return the most drafts that can still be kept, 0 or more} */
    public int room() {
      return room;
    }

    /** {@return its random decisions} */
    public DecodingRandom random() {
      return random;
    }

    /** {@return how its tokens are picked; drafts that are drawn are drawn so too} */
    public Sampling sampling() {
      return sampling;
    }

    void room(int most) {
      room = most;
    }

    void append(int token) {
      if (length == text.length) {
        text = Arrays.copyOf(text, 2 * length);
      }
      text[length++] = token;
    }
  }

  /**
   * No drafts: plain autoregressive decoding.
   *
   * @return a drafter of empty trees
   */
  static Drafter none() {
    return of(row -> TokenTree.chain(row.pending()));
  }

  /**
   * A drafter that keeps nothing between passes.
   *
   * @param draft the candidates of a row; node 0 is its pending token
   * @return a drafter
   */
  static Drafter of(Function<Row, TokenTree> draft) {
    return prompt ->
        (scope, rows) ->
            Arrays.stream(rows).map(row -> Draft.of(draft.apply(row))).toArray(Draft[]::new);
  }
}
