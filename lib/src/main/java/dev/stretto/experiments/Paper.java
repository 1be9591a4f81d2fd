package dev.stretto.experiments;

import java.util.List;

/**
 * A paper of the workbench.
 *
 * @param id the short name that figures, ledger lines and code use, for example {@code "flover"}
 * @param number 1 to 58
 * @param arxiv its number at arXiv, for example {@code "2305.13484"}
 * @param family the notebook that holds it, {@code "01"} to {@code "11"}
 * @param status how much of it stands
 * @param figures the ids of its figures
 * @param title its title
 * @param claim its headline claim in one sentence
 */
public record Paper(
    String id,
    int number,
    String arxiv,
    String family,
    Status status,
    List<String> figures,
    String title,
    String claim) {

  /** How much of a paper the workbench reproduces today. */
  public enum Status {
    /** Nothing yet. */
    PLANNED,
    /** Some criteria are judged or some figures drawn, not all. */
    PART,
    /** Every criterion is judged and every figure drawn. */
    DONE
  }

  /** Copies the list. */
  public Paper {
    figures = List.copyOf(figures);
  }

  /** {@return the criteria of what is to be reproduced; empty where none is written down yet} */
  public List<Criterion> criteria() {
    return Criterion.all().stream().filter(criterion -> criterion.paper().equals(id)).toList();
  }
}
