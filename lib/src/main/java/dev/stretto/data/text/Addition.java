package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sums of two numbers: {@code 37+85=} is answered {@code 122;}, or with the carried steps written
 * out from the right {@code 7+5=12,3+8+1=12,122;}. The answer is determined.
 *
 * @param least the fewest digits of a number, 1 or more
 * @param most the most digits, up to 17
 * @param steps whether the steps are written out
 */
public record Addition(int least, int most, boolean steps) implements Determined {
  private static final Pattern PROMPT =
      Pattern.compile("(0|[1-9][0-9]{0,16})\\+(0|[1-9][0-9]{0,16})=");

  /** Checks ranges. */
  public Addition {
    Checks.range("most", most, 1, 17);
    Checks.range("least", least, 1, most);
  }

  @Override
  public String prompt(Rng rng) {
    return number(rng) + "+" + number(rng) + "=";
  }

  private long number(Rng rng) {
    long bound = (long) Math.pow(10, least + rng.nextInt(most - least + 1));
    return rng.nextLong(bound == 10 ? 0 : bound / 10, bound);
  }

  @Override
  public String answer(String prompt) {
    Matcher part = PROMPT.matcher(prompt);
    Checks.prompt(part.matches(), prompt, "such as 37+85=");
    long a = Long.parseLong(part.group(1));
    long b = Long.parseLong(part.group(2));
    StringJoiner answer = new StringJoiner(",", "", ";");
    int columns = steps ? Long.toString(Math.max(a, b)).length() : 0;
    long carry = 0;
    for (long i = 0, unit = 1; i < columns; i++, unit *= 10) {
      long left = a / unit % 10;
      long right = b / unit % 10;
      long sum = left + right + carry;
      answer.add(left + "+" + right + (carry > 0 ? "+1=" : "=") + sum);
      carry = sum / 10;
    }
    return answer.add(Long.toString(a + b)).toString();
  }

  @Override
  public Verdict check(String prompt, String answer) {
    return Verdict.of(answer, answer(prompt), "step", ',');
  }
}
