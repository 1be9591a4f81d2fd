package dev.stretto.figures;

import java.util.ArrayList;
import java.util.List;

/** Colours that people with any colour vision tell apart. */
final class Palette {
  /**
   * After Okabe and Ito, "Color Universal Design" (2008), in an order that keeps neighbours apart
   * in lightness too; orange, purple, sky blue and yellow are darker, so that each has a contrast
   * of 3 to 1 on white.
   */
  static final List<String> DISCRETE =
      List.of(
          "#0072B2", "#C77700", "#009E73", "#BC5090", "#2A93CF", "#D55E00", "#8C8200", "#000000");

  /** Shapes of points in the same order, filled ones first. */
  static final List<Integer> SHAPES = List.of(16, 17, 15, 18, 4, 3, 8, 1);

  /** Dashes of lines in the same order. */
  static final List<String> DASHES =
      List.of("solid", "longdash", "dotdash", "dashed", "twodash", "dotted");

  /** The colour of what has no other. */
  static final String FIRST = DISCRETE.getFirst();

  /** Nine points of matplotlib's viridis. */
  static final List<String> VIRIDIS =
      List.of(
          "#440154", "#472D7B", "#3B528B", "#2C728E", "#21918C", "#28AE80", "#5EC962", "#ADDC30",
          "#FDE725");

  private Palette() {}

  /** One colour a level: the eight above, viridis in equal steps beyond. */
  static List<String> discrete(int levels) {
    if (levels <= DISCRETE.size()) {
      return DISCRETE.subList(0, levels);
    }
    List<String> colours = new ArrayList<>();
    for (int i = 0; i < levels; i++) {
      double at = i * (VIRIDIS.size() - 1.0) / (levels - 1);
      int left = Math.min((int) at, VIRIDIS.size() - 2);
      colours.add(between(VIRIDIS.get(left), VIRIDIS.get(left + 1), at - left));
    }
    return colours;
  }

  /** Luma in [0, 255]. */
  static double lightness(String colour) {
    int rgb = Integer.parseInt(colour.substring(1), 16);
    return 0.299 * (rgb >> 16) + 0.587 * (rgb >> 8 & 255) + 0.114 * (rgb & 255);
  }

  private static String between(String from, String to, double share) {
    StringBuilder colour = new StringBuilder("#");
    for (int i = 1; i < 7; i += 2) {
      int a = Integer.parseInt(from.substring(i, i + 2), 16);
      int b = Integer.parseInt(to.substring(i, i + 2), 16);
      colour.append("%02X".formatted(Math.round(a + share * (b - a))));
    }
    return colour.toString();
  }
}
