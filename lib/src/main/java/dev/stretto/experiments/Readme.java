package dev.stretto.experiments;

import dev.stretto.experiments.Paper.Status;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
 * -->17.2<!-- /ledger -->} (with {@code @DATASET} after the measure for a real data set), and how
 * many papers are built, {@code <!-- built -->13 of 58<!-- /built -->}. All come from the catalogue
 * and the ledger and are never typed.
 */
public final class Readme {
  private static final String BEGIN = "<!-- papers:begin -->";
  private static final String END = "<!-- papers:end -->";
  private static final Pattern TABLE =
      Pattern.compile(Pattern.quote(BEGIN) + ".*?" + Pattern.quote(END), Pattern.DOTALL);
  private static final Pattern NUMBER =
      Pattern.compile("(<!-- ledger:([\\w-]+)/([\\w-]+)(?:@([\\w-]+))? -->).*?(<!-- /ledger -->)");

  private static final Pattern BUILT = Pattern.compile("<!-- built -->.*?<!-- /built -->");

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
            "README.md: a generated table or number is not current; environment/reproduce renews"
                + " it");
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
    long built = Papers.all().stream().filter(paper -> paper.status() != Status.PLANNED).count();
    String renewed =
        BUILT
            .matcher(TABLE.matcher(text).replaceAll(Matcher.quoteReplacement(table)))
            .replaceAll(
                "<!-- built -->%d of %d<!-- /built -->".formatted(built, Papers.all().size()));
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

  /** The built papers in full, then one line for each family's planned ones. */
  private static String table(Ledger ledger, Map<String, String> notebooks) {
    StringBuilder table =
        new StringBuilder("| paper | what it claims | scale here | claims judged here |\n");
    table.append("|---|---|---|---|\n");
    StringBuilder planned = new StringBuilder();
    Papers.families()
        .forEach(
            (family, name) -> {
              String title =
                  notebooks.containsKey(family)
                      ? "[%s](notebooks/%s)".formatted(name, notebooks.get(family))
                      : name;
              Map<Boolean, List<Paper>> papers =
                  Papers.family(family).stream()
                      .collect(
                          Collectors.partitioningBy(paper -> paper.status() == Status.PLANNED));
              if (!papers.get(false).isEmpty()) {
                table.append("| **%s** | | | |\n".formatted(title));
              }
              papers.get(false).forEach(paper -> table.append(row(paper, ledger)));
              if (!papers.get(true).isEmpty()) {
                String ids =
                    papers.get(true).stream().map(Paper::id).collect(Collectors.joining(", "));
                planned.append("- %s: %s\n".formatted(title, ids));
              }
            });
    return table + "\nPlanned:\n\n" + planned;
  }

  private static String row(Paper paper, Ledger ledger) {
    String page =
        "lib/src/main/java/dev/stretto/papers/%s/package-info.java"
            .formatted(paper.id().replace("-", ""));
    String scales =
        paper.criteria().stream()
            .filter(criterion -> criterion.kind().counts())
            .map(Criterion::scale)
            .distinct()
            .sorted()
            .map(StudyScale::toString)
            .collect(Collectors.joining(", "));
    return "| [%s](%s) ([arXiv](https://arxiv.org/abs/%s))%s | %s | %s | %s |\n"
        .formatted(
            paper.id(),
            page,
            paper.arxiv(),
            paper.status() == Status.PART ? ", in part" : "",
            paper.claim(),
            scales,
            verdicts(paper, ledger));
  }

  /**
   * How many of the paper's own claims are reproduced, real data sets counted each; what is not
   * measured and criteria of the workbench do not count.
   */
  private static String verdicts(Paper paper, Ledger ledger) {
    List<Criterion> claims =
        paper.criteria().stream()
            .filter(claim -> claim.kind().counts() && !claim.own())
            .filter(claim -> claim.operator() != Criterion.Operator.NONE)
            .toList();
    List<LedgerLine> judged =
        claims.stream()
            .flatMap(
                claim ->
                    Stream.concat(Stream.of(""), ledger.datasets(claim))
                        .flatMap(dataset -> ledger.judged(claim, dataset).stream()))
            .toList();
    long onData = claims.stream().mapToLong(claim -> ledger.datasets(claim).count()).sum();
    if (judged.isEmpty()) {
      return claims.isEmpty()
          ? "none with a number of the paper; own criteria in the notebook"
          : "none yet";
    }
    String weaker =
        Stream.of(Verdict.WEAKER, Verdict.NOT_REPRODUCED)
            .filter(verdict -> count(judged, verdict) > 0)
            .map(verdict -> ", %d %s".formatted(count(judged, verdict), verdict.words()))
            .collect(Collectors.joining());
    List<Integer> seeds = judged.stream().map(LedgerLine::seeds).distinct().sorted().toList();
    int most = seeds.getLast();
    return "%d of %d%s, at %s%s"
        .formatted(
            count(judged, Verdict.REPRODUCED),
            claims.size() + onData,
            weaker,
            seeds.size() == 1 ? "" + most : seeds.getFirst() + " to " + most,
            most == 1 ? " seed" : " seeds");
  }

  private static long count(List<LedgerLine> lines, Verdict verdict) {
    return lines.stream().filter(line -> line.verdict() == verdict).count();
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
