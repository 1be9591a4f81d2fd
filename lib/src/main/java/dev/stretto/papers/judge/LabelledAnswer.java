package dev.stretto.papers.judge;

import java.util.stream.IntStream;

/**
 * An answer and where it goes wrong: its tokens before the first mistake are right, the mistake is
 * wrong, and what stands behind it has no label.
 *
 * @param prompt ids
 * @param answer ids
 * @param firstWrong index of the first mistake in the answer, -1 for none
 */
public record LabelledAnswer(int[] prompt, int[] answer, int firstWrong) {
  /** Checks that the mistake is in the answer. */
  public LabelledAnswer {
    if (prompt.length == 0 || firstWrong < -1 || firstWrong >= answer.length) {
      throw new IllegalArgumentException(
          "the first mistake is token %d of an answer of %d behind a prompt of %d, expected -1 (none) to %d and a prompt"
              .formatted(firstWrong, answer.length, prompt.length, answer.length - 1));
    }
  }

  /** {@return answer tokens that have a label} */
  public int labelled() {
    return firstWrong < 0 ? answer.length : firstWrong + 1;
  }

  /** {@return prompt and answer} */
  int[] text() {
    return IntStream.concat(IntStream.of(prompt), IntStream.of(answer)).toArray();
  }
}
