package dev.stretto.samplers.decoding;

import dev.stretto.models.TokenModel;
import java.util.Arrays;

/**
 * Plain cached decoding, one token a pass and row: {@link SpeculativeDecoder} without drafts; rows
 * that have ended leave the batch.
 */
public final class Decoder {
  private Decoder() {}

  /**
   * When rows end and how their tokens are picked.
   *
   * @param maxNewTokens after how many tokens a row ends, 1 or more
   * @param endToken the token that ends it earlier and is its last, -1 for none
   * @param sampling how tokens are picked; row b draws from seed + b
   */
  public record Options(int maxNewTokens, int endToken, Sampling sampling) {
    /** Checks the limit; throws IllegalArgumentException naming its value. */
    public Options {
      if (maxNewTokens < 1) {
        throw new IllegalArgumentException(
            "maxNewTokens is " + maxNewTokens + ", expected 1 or more");
      }
    }
  }

  /**
   * What came out.
   *
   * @param tokens new tokens of each row
   * @param passes of the model, the prompts' own not counted
   * @param positions fed in those passes
   */
  public record Decoded(int[][] tokens, long passes, long positions) {
    /**
     * How many tokens came out.
     *
     * @return the sum over the rows
     */
    public long count() {
      return Arrays.stream(tokens).mapToLong(row -> row.length).sum();
    }
  }

  /**
   * Continues prompts.
   *
   * @param model whose tokens
   * @param prompts ids of each row
   * @param options when rows end; a row also ends when the model's positions do
   * @return the tokens; throws CancellationException where the thread is interrupted,
   *     IllegalArgumentException for prompts that the model cannot read
   */
  public static Decoded decode(TokenModel model, int[][] prompts, Options options) {
    SpeculativeDecoder.Run run =
        SpeculativeDecoder.decode(model, prompts, options, Drafter.none(), new ExactMatch());
    return new Decoded(run.tokens(), run.calls(), run.positions());
  }
}
