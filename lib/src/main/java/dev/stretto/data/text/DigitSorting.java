package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Digits sorted upwards: {@code 5293=} is answered {@code 2359}.
 *
 * @param length how many digits, 1 or more
 */
public record DigitSorting(int length) implements TaskCorpus {

  /** Checks the range. */
  public DigitSorting {
    Checks.range("length", length, 1, Integer.MAX_VALUE);
  }

  @Override
  public Example draw(Rng rng) {
    String digits = text(rng.ints(length, '0', '9' + 1));
    return new Example(digits + "=", text(digits.chars().sorted()));
  }

  private static String text(IntStream characters) {
    return characters.mapToObj(Character::toString).collect(Collectors.joining());
  }

  @Override
  public Verdict check(String prompt, String answer) {
    Checks.prompt(prompt.matches("[0-9]{" + length + "}="), prompt, length + " digits and =");
    return Verdict.of(answer, text(prompt.chars().limit(length).sorted()), "line", '\n');
  }
}
