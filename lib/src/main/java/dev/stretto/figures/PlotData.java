package dev.stretto.figures;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** The data of a plot as one table: the columns that its layers use. */
final class PlotData {
  private PlotData() {}

  static Table of(PlotParts parts) {
    Map<Table, Set<String>> used = new LinkedHashMap<>();
    Map<Table, String> names = new LinkedHashMap<>();
    for (Layer layer : parts.layers) {
      if (layer.annotation()) {
        continue;
      }
      Table table = layer.data(parts);
      Set<String> columns = used.computeIfAbsent(table, t -> new LinkedHashSet<>());
      columns.addAll(parts.facets);
      columns.addAll(layer.dataColumns(parts));
      columns.addAll(parts.classes.keySet());
      columns.removeIf(column -> !table.containsColumn(column));
      names.merge(table, layer.geom(), (a, b) -> a.equals(b) ? a : a + "+" + b);
    }
    List<Table> tables = new ArrayList<>();
    used.forEach(
        (table, columns) -> tables.add(table.selectColumns(columns.toArray(String[]::new))));
    if (tables.size() == 1) {
      return tables.getFirst();
    }
    List<String> geoms = List.copyOf(names.values());
    List<Table> labelled = new ArrayList<>();
    for (Table table : tables) {
      int i = labelled.size();
      String name = (i + 1) + " " + geoms.get(i);
      Column<?> layer = StringColumn.create("layer", Collections.nCopies(table.rowCount(), name));
      labelled.add(Table.create(layer).addColumns(table.columns().toArray(Column[]::new)));
    }
    return labelled.isEmpty() ? Table.create() : union(labelled);
  }

  /** The tables one below the other; a column that one lacks is missing there. */
  static Table union(List<Table> tables) {
    Table union = Table.create();
    Set<String> names = new LinkedHashSet<>();
    tables.forEach(table -> names.addAll(table.columnNames()));
    for (String name : names) {
      List<Object> values = new ArrayList<>();
      for (Table table : tables) {
        for (int row = 0; row < table.rowCount(); row++) {
          values.add(
              table.containsColumn(name) && !table.column(name).isMissing(row)
                  ? table.get(row, table.columnIndex(name))
                  : null);
        }
      }
      union.addColumns(Tables.column(name, values));
    }
    return union;
  }
}
