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

/**
 * The data of a plot as one table: the columns that its layers use, the layers' tables one below
 * the other; a column that one lacks is missing there.
 */
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
    if (used.size() < 2) {
      Table none = Table.create();
      return used.entrySet().stream()
          .map(only -> only.getKey().selectColumns(only.getValue().toArray(String[]::new)))
          .findFirst()
          .orElse(none);
    }
    Map<String, List<Object>> union = new LinkedHashMap<>();
    used.values().forEach(columns -> columns.forEach(name -> union.put(name, new ArrayList<>())));
    List<String> layers = new ArrayList<>();
    int number = 0;
    for (Map.Entry<Table, Set<String>> one : used.entrySet()) {
      Table table = one.getKey();
      String layer = ++number + " " + names.get(table);
      layers.addAll(Collections.nCopies(table.rowCount(), layer));
      union.forEach(
          (name, values) ->
              values.addAll(
                  one.getValue().contains(name)
                      ? Tables.cells(table.column(name))
                      : Collections.nCopies(table.rowCount(), null)));
    }
    return Tables.of(union).insertColumn(0, StringColumn.create("layer", layers));
  }
}
