package dev.stretto.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jetbrains.letsPlot.commons.values.Font;
import org.jetbrains.letsPlot.commons.values.FontFamily;
import org.jetbrains.letsPlot.core.plot.builder.presentation.TextWidthEstimator;

/**
 * The engine cuts the names on a discrete axis after 20 characters. So a longer name is laid out as
 * a stand-in of wide letters that takes as much room, and put back into the finished drawing.
 */
final class LongLabels {
  private static final int ENGINE_LIMIT = 20;

  /** The first of Unicode's private characters. */
  private static final int FIRST_NUMBER = 0xE000;

  private static final String WIDE = "WMOQGD";

  private final Map<String, String> labels = new LinkedHashMap<>();

  /** The labels, the long ones replaced by stand-ins. */
  List<Object> standIns(List<String> names) {
    List<Object> standIns = new ArrayList<>();
    for (String name : names) {
      String standIn = name.length() <= ENGINE_LIMIT ? name : standIn(name, labels.size());
      if (!standIn.equals(name)) {
        labels.put(standIn, name);
      }
      standIns.add(standIn);
    }
    return standIns;
  }

  /**
   * A panel's name behind an invisible number: the engine sorts panels by name, and {@link
   * #restore} takes the numbers out again.
   */
  static String numbered(String name, int number) {
    return (char) (FIRST_NUMBER + number) + name;
  }

  /** The drawing with the names in place of the stand-ins. */
  String restore(String svg) {
    for (Map.Entry<String, String> label : labels.entrySet()) {
      svg = svg.replace(">" + label.getKey() + "<", ">" + HtmlTable.escape(label.getValue()) + "<");
    }
    return svg.replaceAll("[\\x{E000}-\\x{F8FF}]", "");
  }

  /** Wide letters that end in the number in base 6, so that no two are equal. */
  private static String standIn(String name, int number) {
    double needed = Drawing.textWidth(name, Theme.AXIS_TEXT);
    Font font = new Font(new FontFamily("any", false, 1.0), Theme.AXIS_TEXT, false, false);
    StringBuilder code = new StringBuilder();
    for (int rest = number; code.length() < 4; rest /= WIDE.length()) {
      code.append(WIDE.charAt(rest % WIDE.length()));
    }
    while (code.length() < ENGINE_LIMIT
        && TextWidthEstimator.INSTANCE.textWidth(code.toString(), font) < needed) {
      code.insert(0, WIDE.charAt(0));
    }
    return code.toString();
  }
}
