package dev.stretto.experiments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The generated parts of the README: the table of papers between {@code <!-- papers:begin -->} and
 * {@code <!-- papers:end -->}, and measured numbers in prose, {@code <!-- ledger:PAPER/MEASURE
 * -->17.2<!-- /ledger -->} (with {@code @DATASET} after the measure for a real data set). Both come
 * from the catalogue and the ledger and are never typed.
 */
public final class Readme {
  private static final String BEGIN = "<!-- papers:begin -->";
  private static final String END = "<!-- papers:end -->";
  private static final Pattern TABLE =
      Pattern.compile(Pattern.quote(BEGIN) + ".*?" + Pattern.quote(END), Pattern.DOTALL);
  private static final Pattern NUMBER =
      Pattern.compile("(<!-- ledger:([\\w-]+)/([\\w-]+)(?:@([\\w-]+))? -->).*?(<!-- /ledger -->)");

  private Readme() {}

  /**
   * Brings the README up to date, or checks that it is.
   *
   * @param arguments the project's folder, and {@code --check} to change nothing
   */
  public static void main(String[] arguments) {
    Path root = Path.of(arguments[0]);
    boolean check = List.of(arguments).contains("--check");
    Path file = root.resolve("README.md");
    try {
      String text = Files.readString(file);
      String current =
          generate(text, Ledger.read(root.resolve("figures/ledger.csv")), notebooks(root));
      if (text.equals(current)) {
        return;
      }
      if (check) {
        System.out.println(
            "README.md: a generated table or number is not current; environment/reproduce renews it");
        System.exit(1);
      }
      Files.writeString(file, current);
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      System.out.println("README.md cannot be generated: " + e.getMessage());
      System.exit(1);
    }
  }

  /**
   * A text with its generated parts renewed.
   *
   * @param text Markdown with markers
   * @param ledger the ledger
   * @param notebooks family to the notebook's file name, for those that exist
   * @return the text, equal to the given one where it is current
   * @throws IllegalArgumentException when a marker names a number that the ledger does not have
   */
  public static String generate(String text, Ledger ledger, Map<String, String> notebooks) {
    String table = BEGIN + "\n" + table(ledger, notebooks) + END;
    String renewed = TABLE.matcher(text).replaceAll(Matcher.quoteReplacement(table));
    return NUMBER
        .matcher(renewed)
        .replaceAll(
            match ->
                Matcher.quoteReplacement(match.group(1) + number(ledger, match) + match.group(5)));
  }

  private static String number(Ledger ledger, MatchResult marker) {
    String dataset = Optional.ofNullable(marker.group(4)).orElse("");
    return Stream.of(Preset.QUICK, Preset.EXTENDED, Preset.FULL)
        .flatMap(preset -> ledger.find(marker.group(2), marker.group(3), dataset, preset).stream())
        .filter(line -> line.ours().isPresent())
        .findFirst()
        .map(line -> Ledger.shown(line.ours().getAsDouble()))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "the ledger has no measured %s/%s"
                        .formatted(marker.group(2), marker.group(3))));
  }

  private static String table(Ledger ledger, Map<String, String> notebooks) {
    StringBuilder table =
        new StringBuilder("| family | paper | what it claims | status | claims judged here |\n");
    table.append("|---|---|---|---|---|\n");
    Papers.families()
        .forEach(
            (family, name) -> {
              String cell =
                  notebooks.containsKey(family)
                      ? "[%s](notebooks/%s)".formatted(name, notebooks.get(family))
                      : name;
              for (Paper paper : Papers.family(family)) {
                table.append(
                    "| %s | **%s**: %s | %s | %s | %s |\n"
                        .formatted(
                            cell,
                            paper.id(),
                            paper.title(),
                            paper.claim(),
                            paper.status().name().toLowerCase(Locale.ROOT),
                            verdicts(paper, ledger)));
                cell = "";
              }
            });
    return table.toString();
  }

  /**
   * The paper's own claims by verdict; identities and the workbench's own criteria do not count.
   */
  private static String verdicts(Paper paper, Ledger ledger) {
    List<Criterion> claims =
        paper.criteria().stream()
            .filter(criterion -> criterion.kind() != Kind.IDENTITY && !criterion.own())
            .toList();
    Map<Verdict, Long> counts =
        claims.stream()
            .map(claim -> verdict(claim, ledger))
            .collect(Collectors.groupingBy(verdict -> verdict, Collectors.counting()));
    String judged =
        Stream.of(Verdict.REPRODUCED, Verdict.WEAKER, Verdict.NOT_REPRODUCED)
            .filter(counts::containsKey)
            .map(verdict -> counts.get(verdict) + " " + words(verdict))
            .collect(Collectors.joining(", "));
    return judged.isEmpty() ? "" : "%s of %d".formatted(judged, claims.size());
  }

  /** The verdict of the largest run that judged the claim, on generated data. */
  private static Verdict verdict(Criterion claim, Ledger ledger) {
    return Stream.of(Preset.FULL, Preset.EXTENDED, Preset.QUICK)
        .flatMap(preset -> ledger.find(claim.paper(), claim.measure(), "", preset).stream())
        .map(LedgerLine::verdict)
        .filter(verdict -> verdict != Verdict.NOT_JUDGED)
        .findFirst()
        .orElse(Verdict.NOT_JUDGED);
  }

  private static String words(Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  static Map<String, String> notebooks(Path root) throws IOException {
    Path folder = root.resolve("notebooks");
    if (!Files.isDirectory(folder)) {
      return Map.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.matches("\\d\\d-[a-z0-9-]+\\.ipynb"))
          .collect(Collectors.toMap(name -> name.substring(0, 2), name -> name, (a, b) -> a));
    }
  }
}
