package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A record copied into JSON: {@code 17,abc,y=} becomes {@code
 * {"id":17,"name":"abc","ok":true,"len":3}}; id 0 to 99, a name of 1 to 5 letters, y or n. At most
 * 11 characters of prompt and 43 of answer; the answer is determined.
 */
public record JsonRecords() implements Determined {
  private static final Pattern PROMPT = Pattern.compile("(0|[1-9][0-9]?),([a-z]{1,5}),([yn])=");

  @Override
  public String prompt(Rng rng) {
    StringBuilder prompt = new StringBuilder().append(rng.nextInt(100)).append(',');
    rng.ints(1 + rng.nextInt(5), 'a', 'z' + 1).forEach(prompt::appendCodePoint);
    prompt.append(rng.nextBoolean() ? ",y=" : ",n=");
    return prompt.toString();
  }

  @Override
  public String answer(String prompt) {
    Matcher part = PROMPT.matcher(prompt);
    Checks.prompt(part.matches(), prompt, "such as 17,abc,y=");
    return "{\"id\":%s,\"name\":\"%s\",\"ok\":%b,\"len\":%d}"
        .formatted(part.group(1), part.group(2), part.group(3).equals("y"), part.group(2).length());
  }

  @Override
  public Verdict check(String prompt, String answer) {
    return Verdict.of(answer, answer(prompt), "field", ',');
  }
}
