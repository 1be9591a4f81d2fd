package dev.stretto.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tech.tablesaw.api.Table;

/** What a {@link Plot} consists of: filled from what was said about it, then only read. */
final class PlotParts {
  Table table;
  double width = 600;
  double height = 370;
  boolean horizontal;

  /** Whether the text layers take white or black from the fill below them. */
  boolean textOnFill;

  final List<Layer> layers = new ArrayList<>();

  /** Columns that split the plot into panels. */
  final Set<String> facets = new LinkedHashSet<>();

  /** Columns of numbers that are names. */
  final Set<String> discrete = new LinkedHashSet<>();

  /** Titles of {@code x}, {@code y} and {@code legend}. */
  final Map<String, String> titles = new LinkedHashMap<>();

  /** Scales of {@code x}, {@code y} and {@code colour}. */
  final Map<String, Scale> scales = new LinkedHashMap<>();

  /** Column to its first names. */
  final Map<String, List<String>> orders = new LinkedHashMap<>();

  /** Name to colour. */
  final Map<String, String> colours = new LinkedHashMap<>();

  final Map<String, ColumnClass> classes = new LinkedHashMap<>();

  /** Options of the spec itself, laid over what the plot makes. */
  final Map<String, Object> options = new LinkedHashMap<>();

  boolean isLog(String axis) {
    return scales.containsKey(axis) && scales.get(axis).options().containsKey("trans");
  }

  /** Where the author wants the legend. */
  Optional<String> legendAt() {
    return options.get("theme") instanceof Map<?, ?> theme
        ? Optional.ofNullable((String) theme.get("legend_position"))
        : Optional.empty();
  }

  /** Sets one key of a nested option. */
  void option(String option, String key, Object value) {
    Map<String, Object> nested = new LinkedHashMap<>();
    nested.put(key, value);
    options.merge(option, nested, Json::merged);
  }
}
