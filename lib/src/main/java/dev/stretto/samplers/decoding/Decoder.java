package dev.stretto.samplers.decoding;

import dev.stretto.models.TokenModel;

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
   * Continues prompts.
   *
   * @param model whose tokens
   * @param prompts ids of each row
   * @param options when rows end; a row also ends when the model's positions do
   * @return the tokens; throws CancellationException where the thread is interrupted,
   *     IllegalArgumentException for prompts that the model cannot read
   */
  public static SpeculativeDecoder.Run decode(TokenModel model, int[][] prompts, Options options) {
    return SpeculativeDecoder.decode(model, prompts, options, Drafter.none(), new ExactMatch());
  }
}
