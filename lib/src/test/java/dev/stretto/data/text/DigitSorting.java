package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Digits sorted upwards: {@code 5293=} is answered {@code 2359}.
 *
 * @param length how many digits, 1 or more
 */
public record DigitSorting(int length) implements Determined {

  /** Checks the range. */
  public DigitSorting {
    Checks.range("length", length, 1, Integer.MAX_VALUE);
  }

  @Override
  public String prompt(Rng rng) {
    return text(rng.ints(length, '0', '9' + 1)) + "=";
  }

  private static String text(IntStream characters) {
    return characters.mapToObj(Character::toString).collect(Collectors.joining());
  }

  @Override
  public String answer(String prompt) {
    Checks.prompt(prompt.matches("[0-9]{" + length + "}="), prompt, length + " digits and =");
    return text(prompt.chars().limit(length).sorted());
  }
}
