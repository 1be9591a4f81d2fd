package dev.stretto.figures;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import tech.tablesaw.api.Table;

/**
 * One layer of a plot.
 *
 * @param geom the Lets-Plot geometry
 * @param table what it is drawn from
 * @param mapping aesthetic to column of the table
 * @param constants options that are the same for every mark
 * @param summary what is computed from the table first
 */
record Layer(
    String geom,
    Table table,
    Map<String, String> mapping,
    Map<String, Object> constants,
    Summary summary) {

  /** A layer that brings no data: rules and notes. */
  static Layer annotation(String geom, Map<String, ?> columns, Map<String, Object> constants) {
    Map<String, String> mapping = new LinkedHashMap<>();
    columns.keySet().forEach(name -> mapping.put(name, name));
    Table table = Tables.of(columns);
    return new Layer(geom, table, mapping, constants, new Summary.None(true));
  }

  static Layer of(
      String geom, Table table, Map<String, Object> look, String... aestheticsAndColumns) {
    Map<String, String> mapping = new LinkedHashMap<>();
    for (int i = 0; i < aestheticsAndColumns.length; i += 2) {
      mapping.put(aestheticsAndColumns[i], aestheticsAndColumns[i + 1]);
    }
    return new Layer(geom, table, mapping, look, new Summary.None(false)).checked();
  }

  Layer map(String aesthetic, String column) {
    Map<String, String> changed = Summary.with(mapping, aesthetic, column);
    Map<String, Object> others = new LinkedHashMap<>(constants);
    others.remove(aesthetic); // a constant would hide the column
    return new Layer(geom, table, changed, others, summary).checked();
  }

  Layer with(String option, Object value) {
    return new Layer(geom, table, mapping, Summary.with(constants, option, value), summary);
  }

  Layer summarised(Summary by) {
    return new Layer(geom, table, mapping, constants, by);
  }

  /** A note or a rule: drawn, but not data. */
  boolean annotation() {
    return summary instanceof Summary.None(boolean annotation) && annotation;
  }

  private Layer checked() {
    mapping.values().forEach(column -> requireColumn(table, column));
    return this;
  }

  static void requireColumn(Table table, String column) {
    if (!table.containsColumn(column)) {
      throw new IllegalArgumentException(
          "no column '%s'; the table's columns are '%s'"
              .formatted(column, String.join("', '", table.columnNames())));
    }
  }

  /** The rows that are kept as the figure's data. */
  Table data(PlotParts plot) {
    return summary.isView() ? table : summary.apply(this, plot);
  }

  /** The columns of {@link #data} that the layer uses. */
  Set<String> dataColumns(PlotParts plot) {
    if (summary.isView()) {
      return new LinkedHashSet<>(mapping.values());
    }
    Set<String> names = new LinkedHashSet<>(data(plot).columnNames());
    names.removeIf(name -> name.startsWith("."));
    return names;
  }

  /** Aesthetic to column of the summary. */
  Map<String, String> drawnMapping() {
    return summary.mapping(mapping);
  }
}
