package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.stream.Stream;

/** A generated task: it draws prompts with answers, and checks answers. */
public interface TaskCorpus {

  /**
   * A prompt and a right answer to it, without an end mark.
   *
   * @param prompt what is given, empty where nothing is
   * @param answer what is to be written
   */
  record Example(String prompt, String answer) {

    /** {@return prompt and answer in one} */
    public String text() {
      return prompt + answer;
    }
  }

  /**
   * A checker's judgement.
   *
   * @param mistake position in the answer of the first character that is wrong (the answer's length
   *     if something is missing), -1 for a right answer
   * @param reason what is wrong and what would be right, empty for a right answer
   */
  record Verdict(int mistake, String reason) {

    /** {@return whether the answer is right} */
    public boolean valid() {
      return mistake < 0;
    }

    static Verdict right() {
      return new Verdict(-1, "");
    }

    static Verdict wrong(String found, int at, String expected) {
      String there = at < found.length() ? "'" + found.charAt(at) + "'" : "the end";
      return new Verdict(at, "position " + at + " is " + there + ", expected " + expected);
    }

    /** A text against the only right one, whose parts end with a separator. */
    static Verdict of(String found, String expected, String part, char separator) {
      int at = 0;
      while (at < expected.length() && found.startsWith(expected.substring(at, at + 1), at)) {
        at++;
      }
      if (found.equals(expected)) {
        return right();
      }
      long number = 1 + expected.chars().limit(at).filter(c -> c == separator).count();
      String right = at < expected.length() ? "'" + expected.charAt(at) + "'" : "the end";
      return wrong(found, at, right + " in " + part + " " + number);
    }
  }

  /**
   * Whether a prompt is kept for tests: a tenth of all prompts, by their hash.
   *
   * @param prompt any text
   * @return true where it must not be trained on
   */
  static boolean held(String prompt) {
    return Long.remainderUnsigned(SeedTree.of(0).child(prompt).seed(), 10) == 0;
  }

  /**
   * Draws one example.
   *
   * @param rng the random stream
   * @return the example; {@link #check} accepts it
   */
  Example draw(Rng rng);

  /**
   * Judges an answer.
   *
   * @param prompt a prompt as {@link #draw} makes them, else an IllegalArgumentException
   * @param answer any text
   * @return whether it answers the prompt, and what is wrong if not
   */
  Verdict check(String prompt, String answer);

  /**
   * Endlessly many examples; number i depends on the seed and i alone.
   *
   * @param seed the corpus's node
   * @return the examples
   */
  default Stream<Example> examples(SeedTree seed) {
    return Stream.iterate(0L, i -> i + 1).map(i -> draw(seed.child(i).rng()));
  }
}
