package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An excerpt of a Java class, to be summed up by the names of the methods it declares, in order.
 *
 * @param excerpts of code without comments
 */
record MethodNames(List<String> excerpts) implements Determined {
  private static final int SHORTEST = 250;
  private static final int LONGEST = 360;
  private static final int MOST_NAMES = 8;
  private static final String QUESTION = "\nmethods: ";
  private static final Pattern METHOD =
      Pattern.compile(
          "(?m)^ *(?:(?:public|protected|private|static|final|abstract|synchronized|native) )+"
              + "[\\w<>\\[\\],.? ]*?[\\w>\\]] (\\w+)\\(");
  private static final Pattern COMMENT = Pattern.compile("(?s)/\\*.*?\\*/|(?m) *//[^\"\n]*$");

  /** Code without comments and blank lines, indented by one space a level. */
  static String bare(String source) {
    return COMMENT
        .matcher(source)
        .replaceAll("")
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> line.stripTrailing().replace("    ", " "))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Excerpts of whole lines that start with a method and declare two or more. */
  static MethodNames of(String bare) {
    List<String> lines = bare.lines().toList();
    List<String> excerpts = new ArrayList<>();
    for (int from = 0; from < lines.size(); from++) {
      if (!METHOD.matcher(lines.get(from)).find()) {
        continue;
      }
      StringBuilder excerpt = new StringBuilder(lines.get(from));
      int to = from + 1;
      while (to < lines.size() && excerpt.length() + lines.get(to).length() < LONGEST) {
        excerpt.append('\n').append(lines.get(to++));
      }
      long names = METHOD.matcher(excerpt).results().count();
      if (excerpt.length() >= SHORTEST && names >= 2 && names <= MOST_NAMES) {
        excerpts.add(excerpt.toString());
        from = to - 1;
      }
    }
    return new MethodNames(List.copyOf(excerpts));
  }

  @Override
  public String prompt(Rng rng) {
    return Dialogue.one(rng, excerpts) + QUESTION;
  }

  @Override
  public String answer(String prompt) {
    String code = prompt.replaceFirst("\nmethods: $", "");
    String names =
        METHOD
            .matcher(code)
            .results()
            .map(MatchResult::group)
            .map(MethodNames::name)
            .collect(Collectors.joining(" "));
    Checks.prompt(
        prompt.endsWith(QUESTION) && !names.isEmpty(), prompt, "code with methods and a question");
    return names;
  }

  private static String name(String declaration) {
    return declaration.substring(declaration.lastIndexOf(' ') + 1, declaration.length() - 1);
  }

  @Override
  public Verdict check(String prompt, String answer) {
    return Verdict.of(answer, answer(prompt), "name", ' ');
  }
}
