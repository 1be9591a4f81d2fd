package dev.stretto.figures;

import java.util.Map;
import java.util.Set;
import tech.tablesaw.api.Table;

/** What is computed from a layer's table before it is drawn. */
sealed interface Summary {
  /** Nothing: a row is a mark. */
  Summary NONE = new None();

  /**
   * The rows to draw.
   *
   * @param table the layer's table
   * @param mapping aesthetic to column
   * @param facets the columns that split the plot into panels
   */
  Table apply(Table table, Map<String, String> mapping, Set<String> facets);

  /** The mapping onto the columns of the summary. */
  Map<String, String> mapping(Map<String, String> mapping);

  /** Whether the summary only restates its rows, so that the data are the rows themselves. */
  boolean isView();

  /** A row is a mark. */
  record None() implements Summary {
    @Override
    public Table apply(Table table, Map<String, String> mapping, Set<String> facets) {
      return table;
    }

    @Override
    public Map<String, String> mapping(Map<String, String> mapping) {
      return mapping;
    }

    @Override
    public boolean isView() {
      return true;
    }
  }
}
