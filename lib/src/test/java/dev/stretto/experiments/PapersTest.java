package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PapersTest {
  @Test
  void thereAre58PapersIn11FamiliesWithIdsAndNumbersOfTheirOwn() {
    assertEquals(58, Papers.all().size());
    assertEquals(
        IntStream.rangeClosed(1, 58).boxed().toList(),
        Papers.all().stream().map(Paper::number).sorted().toList());
    assertEquals(58, Papers.all().stream().map(Paper::id).distinct().count());
    assertEquals(
        Tsv.rows("families.tsv").stream().map(row -> row.get("family")).toList(),
        Papers.all().stream().map(Paper::family).distinct().toList());
    Map<String, Long> sizes =
        Papers.all().stream().collect(Collectors.groupingBy(Paper::family, Collectors.counting()));
    assertEquals(
        Map.ofEntries(
            Map.entry("01", 2L),
            Map.entry("02", 3L),
            Map.entry("03", 11L),
            Map.entry("04", 6L),
            Map.entry("05", 6L),
            Map.entry("06", 10L),
            Map.entry("07", 5L),
            Map.entry("08", 2L),
            Map.entry("09", 4L),
            Map.entry("10", 6L),
            Map.entry("11", 3L)),
        sizes);
  }

  @Test
  void everyPaperHasFiguresOfItsOwnAndAClaimOnOneLine() {
    for (Paper paper : Papers.all()) {
      assertTrue(paper.figures().size() >= 2, paper.id());
      assertEquals(paper.figures().size(), new HashSet<>(paper.figures()).size(), paper.id());
      paper.figures().forEach(figure -> assertTrue(figure.matches("[a-z0-9-]+"), figure));
      assertTrue(paper.claim().length() <= 160 && paper.claim().endsWith("."), paper.claim());
    }
    assertEquals(58, Papers.all().size());
    assertEquals(58, Papers.all().stream().map(Paper::arxiv).distinct().count());
    Papers.all().forEach(paper -> assertTrue(paper.arxiv().matches("\\d{4}\\.\\d{5}"), paper.id()));
  }

  @Test
  void aCriterionIsThePapersOrOurOwnAndQualityNeedsAnExtendedRun() {
    for (Criterion criterion : Criterion.all()) {
      String name = criterion.paper() + "/" + criterion.measure();
      assertFalse(criterion.paperValue().isEmpty(), name);
      assertTrue(criterion.kind() != Kind.QUALITY || criterion.preset() == Preset.EXTENDED, name);
    }
  }

  @Test
  void everyCriterionBelongsToAPaperOnce() {
    List<String> names =
        Criterion.all().stream().map(line -> line.paper() + "/" + line.measure()).toList();
    assertEquals(names.size(), new HashSet<>(names).size());
    Criterion.all().forEach(criterion -> Papers.of(criterion.paper()));
  }

  @Test
  void anUnknownPaperIsASentenceWithTheIds() {
    var error = assertThrows(IllegalArgumentException.class, () -> Papers.of("flovers"));
    assertTrue(error.getMessage().contains("'flovers'"), error.getMessage());
    assertTrue(error.getMessage().contains("flover, "), error.getMessage());
  }
}
