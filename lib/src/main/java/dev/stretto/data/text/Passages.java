package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Three short passages and a question; the answer is copied word by word from the passage that has
 * it.
 */
record Passages() implements Determined {
  private static final List<String> PLACES =
      List.of(
          "behind the mill",
          "near the river",
          "under the bridge",
          "in the cellar",
          "on the roof",
          "by the old gate",
          "at the harbour",
          "inside the tower");
  private static final List<String> TIMES =
      List.of("on monday", "at noon", "in the spring", "last year", "before dawn", "every night");
  private static final Pattern PROMPT = Pattern.compile("(?s)(.*)Where was the (\\w+)\\?\n");

  @Override
  public String prompt(Rng rng) {
    List<String> things = new ArrayList<>(Dialogue.THINGS);
    Collections.shuffle(things, rng);
    StringBuilder prompt = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      List<String> people = Dialogue.two(rng, Dialogue.NAMES);
      String quality = Dialogue.one(rng, Dialogue.QUALITIES);
      prompt.append(
          "%d. %s met %s %s. The %s %s of %s was %s.\n"
              .formatted(
                  i + 1,
                  people.getFirst(),
                  people.getLast(),
                  Dialogue.one(rng, TIMES),
                  quality,
                  things.get(i),
                  people.getFirst(),
                  Dialogue.one(rng, PLACES)));
    }
    prompt.append("Where was the %s?\n".formatted(things.get(rng.nextInt(3))));
    return prompt.toString();
  }

  @Override
  public String answer(String prompt) {
    Matcher part = PROMPT.matcher(prompt);
    Checks.prompt(part.matches(), prompt, "passages and a question where something was");
    Matcher sentence =
        Pattern.compile("The \\w+ " + part.group(2) + " of [^.]*\\.").matcher(part.group(1));
    Checks.prompt(sentence.find(), prompt, "a passage about the " + part.group(2));
    return sentence.group();
  }
}
