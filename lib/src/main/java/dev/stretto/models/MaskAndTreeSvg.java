package dev.stretto.models;

import dev.stretto.tensor.SvgDrawable;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntFunction;

/** How masks and token trees look in a notebook. */
final class MaskAndTreeSvg {
  private static final String NEW = "#0072b2";
  private static final String OTHER = "#888";
  private static final int ACROSS = 76;
  private static final int DOWN = 30;
  private static final String HEAD =
      "<svg xmlns='http://www.w3.org/2000/svg' width='%.0f' height='%.0f'%s>";
  private static final String BOX =
      "<rect x='%.1f' y='%.1f' width='48' height='22' rx='6' stroke='%s' fill='%s'/>";
  private static final String LABEL = "<text x='%.1f' y='%.1f' fill='%s'>%s</text>";
  private static final String CELL =
      "<rect x='%.2f' y='%.2f' width='%.2f' height='%.2f' fill='%s' fill-opacity='%s'/>";

  /** A finished drawing. */
  private record Drawing(String svg, double width, String text) implements SvgDrawable {
    @Override
    public String toString() {
      return text;
    }
  }

  private MaskAndTreeSvg() {}

  /** Depth runs to the right, a line a leaf; kept nodes are filled. */
  static SvgDrawable tree(TokenTree tree, IntFunction<String> name, int... kept) {
    int[] depths = tree.depths();
    double[] line = new double[tree.size()];
    int[] children = new int[tree.size()];
    int lines = 0;
    for (int node = tree.size() - 1; node >= 0; node--) {
      line[node] = children[node] == 0 ? lines++ : line[node] / children[node];
      if (node > 0) {
        line[tree.parents()[node]] += line[node];
        children[tree.parents()[node]]++;
      }
    }
    double height = lines * (double) DOWN + 4;
    var edges = new StringBuilder();
    var nodes = new StringBuilder();
    for (int node = 0; node < tree.size(); node++) {
      double x = 2 + ACROSS * (double) depths[node];
      double y = height - 2 - DOWN * (line[node] + .5); // the last leaf was numbered first
      int at = node;
      boolean filled = Arrays.stream(kept).anyMatch(k -> k == at);
      if (node > 0) {
        double from = height - 2 - DOWN * (line[tree.parents()[node]] + .5);
        edges.append(
            svg("<path d='M%.1f %.1f L%.1f %.1f' stroke='%s'/>", x - 28, from, x, y, OTHER));
      }
      nodes.append(svg(BOX, x, y - 11, node == 0 ? OTHER : NEW, filled ? NEW : "none"));
      String label = escaped(name.apply(tree.tokens()[node]));
      nodes.append(svg(LABEL, x + 24, y + 5, filled ? "#fff" : OTHER, label));
    }
    int deepest = Arrays.stream(depths).max().orElseThrow();
    String attributes = " font-family='monospace' font-size='13' text-anchor='middle'";
    return drawing(
        ACROSS * deepest + 52.0, height, attributes, edges.append(nodes).toString(), text(tree));
  }

  static String text(TokenTree tree) {
    int deepest = Arrays.stream(tree.depths()).max().orElseThrow();
    return "token tree of %d nodes, depth %d".formatted(tree.size(), deepest);
  }

  /** New positions of row 0 from top to bottom, what they see from left to right. */
  static SvgDrawable mask(Mask mask, int cached, int fresh) {
    int all = cached + fresh;
    double cell = Math.max(1, Math.min(14, 420.0 / all));
    var cells = new StringBuilder();
    for (int row = 0; row < fresh; row++) {
      for (int column = 0; column < all; column++) {
        boolean old = column < cached;
        boolean sees =
            old ? mask.seesCached(0, row, column) : mask.seesFresh(0, row, column - cached);
        String colour = old || !sees ? OTHER : NEW;
        double y = 18 + row * cell;
        cells.append(svg(CELL, column * cell, y, cell * .9, cell * .9, colour, sees ? "1" : ".15"));
      }
    }
    String title = "%d cached positions (grey), %d new ones (blue)".formatted(cached, fresh);
    double width = Math.max(all * cell, 7.0 * title.length());
    String label = "<text y='12' fill='%s'>%s</text>".formatted(OTHER, title);
    String attributes = " font-family='sans-serif' font-size='12'";
    String name = mask.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    return drawing(
        width, 18 + fresh * cell, attributes, label + cells.toString(), name + ": " + title);
  }

  private static SvgDrawable drawing(
      double width, double height, String attributes, String content, String text) {
    return new Drawing(svg(HEAD, width, height, attributes) + content + "</svg>", width, text);
  }

  @SuppressWarnings("AnnotateFormatMethod") // the forms are this file's own
  private static String svg(String form, Object... values) {
    return String.format(Locale.ROOT, form, values);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
