package dev.stretto.samplers.drafting;

import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.Drafter;

/**
 * Prompt lookup (Saxena 2023): finds the text's longest ending, up to {@code maxNgram} tokens,
 * earlier in prompt and output, and proposes what came behind its first occurrence.
 *
 * @param maxNgram the longest ending that is looked up, 3 as a rule, 1 or more
 * @param copy how many tokens are proposed, 10 as a rule, 1 or more
 */
public record PromptLookup(int maxNgram, int copy) implements Drafter {
  /** Checks both; throws IllegalArgumentException naming the fields. */
  public PromptLookup {
    if (maxNgram < 1 || copy < 1) {
      throw new IllegalArgumentException(
          "maxNgram is %d and copy %d, expected 1 or more".formatted(maxNgram, copy));
    }
  }

  @Override
  public Drafting open(Prompt prompt) {
    return Drafter.of(this::chain).open(prompt);
  }

  private TokenTree chain(Row row) {
    int[] text = row.text();
    for (int n = Math.min(maxNgram, text.length - 1); n >= 1; n--) {
      int at = Suffixes.find(text, 0, text.length - 1, row::last, n);
      if (at >= 0) {
        return behind(row, text, at, copy);
      }
    }
    return TokenTree.chain(row.pending());
  }

  /**
   * The pending token and some tokens of a text.
   *
   * @param row whose pending token it is
   * @param text copied from
   * @param from the first token copied
   * @param most how many are copied at most
   * @return a chain
   */
  public static TokenTree behind(Row row, int[] text, int from, int most) {
    int to = (int) Math.min(text.length, (long) from + most);
    int[] chain = new int[1 + to - from];
    chain[0] = row.pending();
    System.arraycopy(text, from, chain, 1, to - from);
    return TokenTree.chain(chain);
  }
}
