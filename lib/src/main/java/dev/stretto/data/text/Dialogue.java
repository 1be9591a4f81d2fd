package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A talk of two turns: somebody shows two things, is answered, and asks which of them has a
 * quality. The second answer is determined by the first turn.
 */
record Dialogue() implements TaskCorpus {
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
  public Example draw(Rng rng) {
    List<String> speakers = two(rng, NAMES);
    List<String> qualities = two(rng, QUALITIES);
    List<String> things = two(rng, THINGS);
    String prompt =
        "%1$s: %3$s, I have a %4$s %6$s and a %5$s %7$s.\n%2$s: I like the %6$s, %1$s.\n%1$s: Which one is %8$s?\n%2$s: "
            .formatted(
                speakers.getFirst(),
                speakers.getLast(),
                one(rng, GREETINGS),
                qualities.getFirst(),
                qualities.getLast(),
                things.getFirst(),
                things.getLast(),
                one(rng, qualities));
    return new Example(prompt, answer(prompt));
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

  private static String answer(String prompt) {
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

  @Override
  public Verdict check(String prompt, String answer) {
    return Verdict.of(answer, answer(prompt), "word", ' ');
  }
}
