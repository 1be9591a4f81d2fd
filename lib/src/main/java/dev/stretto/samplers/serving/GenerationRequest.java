package dev.stretto.samplers.serving;

import dev.stretto.samplers.decoding.Sampling;

/**
 * One request to continue a prompt.
 *
 * @param id unique within a run, 0 or more; every message about the request names it
 * @param prompt token ids, at least one, none negative; copied
 * @param maxNewTokens after how many generated tokens it ends, 1 or more (an end token ends it
 *     earlier)
 * @param sampling how its tokens are picked
 * @param arrival when it arrives, in units of {@link Clock}, finite, 0 or more
 */
public record GenerationRequest(
    long id, int[] prompt, int maxNewTokens, Sampling sampling, double arrival) {

  /** Checks ranges; throws IllegalArgumentException naming the request, the field and its value. */
  public GenerationRequest {
    check(id >= 0, id, "id", id, "0 or more");
    check(prompt.length > 0, id, "prompt", "empty", "at least one token");
    prompt = prompt.clone();
    for (int token : prompt) {
      check(token >= 0, id, "prompt token", token, "0 or more");
    }
    check(maxNewTokens > 0, id, "maxNewTokens", maxNewTokens, "1 or more");
    check(
        arrival >= 0 && arrival < Double.POSITIVE_INFINITY,
        id,
        "arrival",
        arrival,
        "finite units, 0 or more");
  }

  private static void check(boolean ok, long id, String field, Object value, String expected) {
    if (!ok) {
      throw new IllegalArgumentException(
          "request " + id + ": " + field + " is " + value + ", expected " + expected);
    }
  }

  /**
   * A copy of the prompt.
   *
   * @return token ids
   */
  @Override
  public int[] prompt() {
    return prompt.clone();
  }

  /**
   * The prompt's length, without a copy.
   *
   * @return tokens, 1 or more
   */
  public int promptLength() {
    return prompt.length;
  }

  /**
   * Throws IllegalArgumentException, naming the request, where an engine cannot take it.
   *
   * @param needed positions it takes
   * @param positions what there is
   * @param owner whose positions they are
   * @param vocabulary prompt tokens must be below it
   */
  void requireFits(int needed, int positions, String owner, int vocabulary) {
    if (needed > positions) {
      throw new IllegalArgumentException(
          "request %d: prompt of %d and limit of %d tokens exceed the %s's %d positions"
              .formatted(id, prompt.length, maxNewTokens, owner, positions));
    }
    for (int token : prompt) {
      check(token < vocabulary, id, "prompt token", token, "below the vocabulary's " + vocabulary);
    }
  }
}
