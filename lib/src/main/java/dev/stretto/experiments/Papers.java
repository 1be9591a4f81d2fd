package dev.stretto.experiments;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The catalogue of the 58 papers in their 11 families. */
public final class Papers {
  private static final List<Paper> ALL =
      Tsv.rows("papers.tsv").stream().map(Papers::parse).toList();

  private Papers() {}

  /** {@return all 58 papers, family by family} */
  public static List<Paper> all() {
    return ALL;
  }

  /**
   * {@return the paper of an id}
   *
   * @param id for example {@code "flover"}
   * @throws IllegalArgumentException when there is none; the sentence lists the ids
   */
  public static Paper of(String id) {
    return ALL.stream()
        .filter(paper -> paper.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no paper is called '%s'; the catalogue has %s"
                        .formatted(
                            id, ALL.stream().map(Paper::id).collect(Collectors.joining(", ")))));
  }

  /**
   * The papers of a family.
   *
   * @param family {@code "01"} to {@code "11"}
   * @return its papers; empty for another name
   */
  public static List<Paper> family(String family) {
    return ALL.stream().filter(paper -> paper.family().equals(family)).toList();
  }

  private static Paper parse(Map<String, String> row) {
    row.computeIfPresent("figures", (column, names) -> names.replace(' ', ':'));
    return Settings.read(Paper.class, row);
  }
}
