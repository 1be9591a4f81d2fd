package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A record of a place to eat, told in three sentences, after E2E (Novikova et al. 2017):
 *
 * <pre>Mill  |pub |river |fish |low |4=  The Mill is a pub near the river. It serves fish at low
 *                                  prices. Guests rate it 4 of 5.</pre>
 *
 * A prompt has 32 characters in columns of fixed width, so that rows of a batch share them; an
 * answer has 84 to 92 and is determined.
 */
public record RecordSentences() implements Determined {
  /** Characters of every prompt. */
  public static final int PROMPT = 32;

  private static final List<String> NAMES =
      List.of(
          "Anchor", "Beacon", "Cellar", "Dragon", "Eagle", "Forge", "Garden", "Harp", "Island",
          "Jolly", "Kettle", "Lion", "Mill", "Nest", "Oak", "Plough");
  private static final List<String> KINDS = List.of("bar", "cafe", "deli", "pub");
  private static final List<String> PLACES =
      List.of("bridge", "church", "forest", "harbor", "market", "park", "river", "square");
  private static final List<String> FOODS =
      List.of("cakes", "eggs", "fish", "lamb", "pasta", "rice", "stew", "trout");
  private static final List<String> PRICES = List.of("low", "fair", "high");
  private static final Pattern RECORD =
      Pattern.compile(
          String.join(" *[|]", part(NAMES), part(KINDS), part(PLACES), part(FOODS), part(PRICES))
              + " *[|]([1-5])=");

  private static String part(List<String> words) {
    return "(" + String.join("|", words) + ")";
  }

  @Override
  public String prompt(Rng rng) {
    return "%-6s|%-4s|%-6s|%-5s|%-4s|%d="
        .formatted(
            Dialogue.one(rng, NAMES),
            Dialogue.one(rng, KINDS),
            Dialogue.one(rng, PLACES),
            Dialogue.one(rng, FOODS),
            Dialogue.one(rng, PRICES),
            1 + rng.nextInt(5));
  }

  @Override
  public String answer(String prompt) {
    Matcher part = RECORD.matcher(prompt);
    Checks.prompt(
        prompt.length() == PROMPT && part.matches(),
        prompt,
        PROMPT + " characters such as 'Mill  |pub |river |fish |low |4='");
    return "The %s is a %s near the %s. It serves %s at %s prices. Guests rate it %s of 5."
        .formatted(
            part.group(1),
            part.group(2),
            part.group(3),
            part.group(4),
            part.group(5),
            part.group(6));
  }
}
