package dev.stretto.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Drawings of thousands of marks, made small: coordinates to a tenth of a unit, and consecutive
 * marks become one path for each look. Marks of another colour then lie above or below as a whole,
 * and half-transparent marks of one colour no longer add up where they overlap.
 */
final class SmallSvg {
  /** Bytes of a stored drawing. */
  static final int MOST = 60_000;

  private static final int LONG_RUN = 20;
  private static final Pattern MARK = Pattern.compile("<(circle|rect) ([^>]*)/>");
  private static final Pattern PLACE =
      Pattern.compile(" *(?<![\\w-])(cx|cy|r|x|y|width|height)=\"([^\"]*)\"");
  private static final Pattern NUMBER = Pattern.compile("(\\d\\.\\d)\\d+");
  private static final Pattern TAG = Pattern.compile("<[^>]*>");

  private SmallSvg() {}

  /** The drawing itself where it is small, else a smaller one that looks the same. */
  static String of(String svg) {
    if (svg.length() <= MOST) {
      return svg;
    }
    StringBuilder small = new StringBuilder();
    List<String> run = new ArrayList<>();
    for (String line : (svg + "\n</svg>").split("\n", -1)) {
      if (MARK.matcher(line).matches()) {
        run.add(line);
      } else {
        small.append(run.size() < LONG_RUN ? String.join("\n", run) : merged(run)).append('\n');
        run.clear();
        small.append(line).append('\n');
      }
    }
    return TAG.matcher(small.substring(0, small.lastIndexOf("</svg>")))
        .replaceAll(
            tag ->
                Matcher.quoteReplacement(
                    tag.group().contains("opacity")
                        ? tag.group()
                        : NUMBER.matcher(tag.group()).replaceAll("$1")));
  }

  /** A box of marks that touch from top to bottom. */
  private record Box(double x, double y, double width, double height) {
    boolean joins(Box next) {
      return near(x, next.x) && near(width, next.width) && (above(next) || next.above(this));
    }

    private boolean above(Box next) {
      return near(y + height, next.y);
    }

    Box with(Box next) {
      return new Box(x, Math.min(y, next.y), width, height + next.height);
    }

    private static boolean near(double a, double b) {
      return Math.abs(a - b) < .03;
    }

    String path() {
      return "M%s %sh%sv%sh-%3$sz".formatted(tenths(x), tenths(y), tenths(width), tenths(height));
    }
  }

  private static String merged(List<String> marks) {
    Map<String, StringBuilder> paths = new LinkedHashMap<>();
    Map<String, Box> open = new LinkedHashMap<>();
    for (String line : marks) {
      Matcher mark = MARK.matcher(line);
      mark.matches();
      Map<String, Double> at = new LinkedHashMap<>();
      PLACE
          .matcher(mark.group(2))
          .results()
          .forEach(r -> at.put(r.group(1), Double.valueOf(r.group(2))));
      String look = PLACE.matcher(mark.group(2)).replaceAll("").strip();
      if (mark.group(1).equals("circle")) {
        String dot = dot(look, at.get("r"));
        paths
            .computeIfAbsent(dot, l -> new StringBuilder())
            .append("M%s %sh0".formatted(tenths(at.get("cx")), tenths(at.get("cy"))));
      } else {
        Box box = new Box(at.get("x"), at.get("y"), at.get("width"), at.get("height"));
        Box before = open.get(look);
        boolean joined =
            before != null && look.contains("stroke-width=\"0.0\"") && before.joins(box);
        if (before != null && !joined) {
          paths.get(look).append(before.path());
        }
        paths.computeIfAbsent(look, l -> new StringBuilder());
        open.put(look, joined ? before.with(box) : box);
      }
    }
    open.forEach((look, box) -> paths.get(look).append(box.path()));
    StringBuilder svg = new StringBuilder();
    paths.forEach((look, d) -> svg.append("<path %s d=\"%s\"/>\n".formatted(look, d)));
    return svg.toString();
  }

  /** A circle without a rim as a line of no length with round ends. */
  private static String dot(String look, double radius) {
    return look.replaceAll("stroke[a-z-]*=\"[^\"]*\"", "")
            .replace("fill", "stroke")
            .replaceAll(" +", " ")
            .strip()
        + " fill=\"none\" stroke-linecap=\"round\" stroke-width=\"%s\"".formatted(2 * radius);
  }

  private static String tenths(double value) {
    return String.format(Locale.ROOT, "%.1f", value).replaceAll("\\.0$", "");
  }
}
