package dev.stretto.data.text;

import dev.stretto.tensor.Rng;

/** A task with exactly one right answer to every prompt. */
interface Determined extends TaskCorpus {

  /**
   * Draws a prompt.
   *
   * @param rng the random stream
   * @return the prompt
   */
  String prompt(Rng rng);

  /**
   * The right answer.
   *
   * @param prompt as {@link #prompt} makes them, else an IllegalArgumentException
   * @return the answer
   */
  String answer(String prompt);

  @Override
  default Example draw(Rng rng) {
    String prompt = prompt(rng);
    return new Example(prompt, answer(prompt));
  }

  @Override
  default Verdict check(String prompt, String answer) {
    return Verdict.of(answer, answer(prompt), "word", ' ');
  }
}
