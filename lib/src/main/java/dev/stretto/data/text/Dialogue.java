package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A dialogue of two turns: a speaker names two things, gets an answer, and asks which of them has a
 * quality. The second answer is determined by the first turn.
 */
record Dialogue() implements Determined {
  static final List<String> NAMES =
      List.of(
          "Ada", "Bela", "Cora", "Dino", "Edda", "Finn", "Gita", "Hugo", "Iris", "Jona", "Kira",
          "Levi", "Mara", "Nils", "Olga", "Paul", "Rosa", "Sven", "Tara", "Ugo", "Vera", "Wim");
  static final List<String> QUALITIES =
      List.of("red", "old", "blue", "tall", "green", "round", "heavy", "golden", "broken", "quiet");
  static final List<String> THINGS =
      List.of(
          "lamp", "key", "boat", "clock", "stone", "chair", "violin", "bottle", "mirror", "ladder",
          "basket", "letter");
  private static final List<String> GREETINGS =
      List.of("Good morning", "Come in", "Well met", "My friend", "Look here");
  private static final Pattern PROMPT =
      Pattern.compile(
          "(?s)\\w+: .*, I have a (\\w+) (\\w+) and a (\\w+) (\\w+)\\.\n.*Which one is (\\w+)\\?\n(\\w+): ");

  @Override
  public String prompt(Rng rng) {
    List<String> speakers = two(rng, NAMES);
    List<String> qualities = two(rng, QUALITIES);
    List<String> things = two(rng, THINGS);
    return "%1$s: %3$s, I have a %4$s %6$s and a %5$s %7$s.\n%2$s: I like the %6$s, %1$s.\n%1$s: Which one is %8$s?\n%2$s: "
        .formatted(
            speakers.getFirst(),
            speakers.getLast(),
            one(rng, GREETINGS),
            qualities.getFirst(),
            qualities.getLast(),
            things.getFirst(),
            things.getLast(),
            one(rng, qualities));
  }

  static String one(Rng rng, List<String> from) {
    return from.get(rng.nextInt(from.size()));
  }

  /** Two different ones. */
  static List<String> two(Rng rng, List<String> from) {
    int first = rng.nextInt(from.size());
    int second = (first + 1 + rng.nextInt(from.size() - 1)) % from.size();
    return List.of(from.get(first), from.get(second));
  }

  @Override
  public String answer(String prompt) {
    Matcher part = PROMPT.matcher(prompt);
    Checks.prompt(part.matches(), prompt, "a talk that ends with a question and a name");
    boolean first = part.group(1).equals(part.group(5));
    return "The %s is %s, and the %s is %s."
        .formatted(
            part.group(first ? 2 : 4),
            part.group(first ? 1 : 3),
            part.group(first ? 4 : 2),
            part.group(first ? 3 : 1));
  }
}
