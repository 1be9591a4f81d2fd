package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Two questions about a table of facts that is not in the prompt and has to be learned: where each
 * of 22 people lives, what they eat and what they play. Answers are whole sentences, determined by
 * the seed.
 */
final class FactQuestions implements Determined {
  private static final List<List<String>> VALUES =
      List.of(
          List.of(
              "Oslo", "Bergen", "Lima", "Quito", "Turin", "Delft", "Kyoto", "Perth", "Dakar",
              "Sofia"),
          List.of("plums", "rice", "bread", "soup", "beans", "fish", "cheese", "nuts"),
          List.of("chess", "the flute", "tennis", "the drums", "cards", "the organ"));
  private static final List<String> QUESTIONS =
      List.of("where does %s live", "what does %s eat", "what does %s play");
  private static final List<String> ANSWERS =
      List.of("%s lives in %s.", "%s eats %s.", "%s plays %s.");
  private static final Pattern PROMPT =
      Pattern.compile("Tell me (wh\\w+ does \\w+ \\w+) and (wh\\w+ does \\w+ \\w+)\\?\n");
  private static final Pattern QUESTION = Pattern.compile("wh\\w+ does (\\w+) (live|eat|play)");

  private final int[][] facts;

  /**
   * The facts of a seed.
   *
   * @param seed any number
   */
  FactQuestions(long seed) {
    Rng rng = SeedTree.of(seed).child("facts").rng();
    facts =
        VALUES.stream()
            .map(values -> rng.ints(Dialogue.NAMES.size(), 0, values.size()).toArray())
            .toArray(int[][]::new);
  }

  @Override
  public String prompt(Rng rng) {
    List<String> people = Dialogue.two(rng, Dialogue.NAMES);
    return "Tell me %s and %s?\n"
        .formatted(
            Dialogue.one(rng, QUESTIONS).formatted(people.getFirst()),
            Dialogue.one(rng, QUESTIONS).formatted(people.getLast()));
  }

  @Override
  public String answer(String prompt) {
    Matcher part = PROMPT.matcher(prompt);
    Checks.prompt(part.matches(), prompt, "two questions such as where does Ada live");
    return fact(prompt, part.group(1)) + " " + fact(prompt, part.group(2));
  }

  private String fact(String prompt, String question) {
    Matcher part = QUESTION.matcher(question);
    Checks.prompt(part.matches(), prompt, "questions such as where does Ada live");
    int person = Dialogue.NAMES.indexOf(part.group(1));
    Checks.prompt(person >= 0, prompt, "questions about " + Dialogue.NAMES);
    int kind =
        IntStream.range(0, QUESTIONS.size())
            .filter(k -> QUESTIONS.get(k).endsWith(part.group(2)))
            .findFirst()
            .orElseThrow();
    return ANSWERS.get(kind).formatted(part.group(1), VALUES.get(kind).get(facts[kind][person]));
  }
}
