package dev.stretto.figures;

import java.util.LinkedHashMap;
import java.util.Map;

/** The look of a plot. */
final class Theme {
  static final int AXIS_TEXT = 13;
  static final int AXIS_TITLE = 14;
  static final int TITLE = 16;
  static final int CAPTION = 11;

  private static final String INK = "#222222";

  private Theme() {}

  /** White, thin grey grid, dark text of 14 units (8 points in a paper's column). */
  static Map<String, Object> paper(String legendAt) {
    Map<String, Object> theme = new LinkedHashMap<>();
    theme.put("name", "minimal2");
    theme.put("text", text(AXIS_TITLE));
    theme.put("axis_text", text(AXIS_TEXT));
    theme.put("legend_text", text(AXIS_TEXT));
    theme.put("legend_title", text(AXIS_TITLE));
    theme.put("plot_title", text(TITLE));
    theme.put("plot_subtitle", text(AXIS_TITLE));
    theme.put("plot_caption", text(CAPTION));
    theme.put("strip_text", text(AXIS_TEXT));
    theme.put("panel_grid_minor", Map.of("blank", true));
    theme.put("legend_position", legendAt);
    return theme;
  }

  private static Map<String, Object> text(int size) {
    return new LinkedHashMap<>(Map.of("size", size, "color", INK));
  }
}
