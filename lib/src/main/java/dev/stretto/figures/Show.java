package dev.stretto.figures;

import dev.stretto.tensor.SvgDrawable;
import java.awt.image.BufferedImage;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tech.tablesaw.api.Table;

/**
 * Shows things in a notebook, whichever Java kernel runs it: the project's own, JJava, IJava or
 * rapaio's. {@code Show.show(x)} publishes in the middle of a cell; {@code Show.rendered(x)} as a
 * cell's last expression does the same for the result. In plain Java or JShell the text is printed.
 * No kernel is needed to compile or to run.
 */
public final class Show {
  private static final int MOST_ELEMENTS = 20;

  private Show() {}

  /**
   * {@return the representations of a value: media type to content, always with {@code text/plain},
   * in a new map}
   *
   * @param value anything, {@code null} too: a {@link Table}, a {@link Figure}, a {@link
   *     BufferedImage}, a {@link Showable}; the rest is text
   */
  public static Map<String, Object> bundle(Object value) {
    Map<String, Object> bundle = new LinkedHashMap<>();
    switch (value) {
      case Showable showable -> {
        bundle.putAll(showable.bundle());
        bundle.putIfAbsent("text/plain", String.valueOf(showable));
      }
      case Figure figure -> {
        bundle.put("text/plain", summary(figure));
        bundle.put("image/png", base64(figure.png()));
      }
      case Table table -> {
        bundle.put("text/plain", table.print(HtmlTable.MOST_ROWS));
        bundle.put("text/html", HtmlTable.of(table));
      }
      case BufferedImage image -> {
        bundle.put("text/plain", "image, %d x %d".formatted(image.getWidth(), image.getHeight()));
        bundle.put("image/png", base64(SmallPng.of(image)));
      }
      case SvgDrawable sketch -> {
        bundle.put("text/plain", sketch.toString());
        bundle.put("image/svg+xml", sketch.svg());
        bundle.put("image/png", base64(Drawing.png(sketch.svg(), sketch.width())));
      }
      case null, default -> bundle.put("text/plain", text(value));
    }
    return bundle;
  }

  /**
   * Publishes values, one below the other; prints their text where no notebook kernel runs.
   *
   * @param values what to show
   */
  public static void show(Object... values) {
    Optional<NotebookKernel> kernel = NotebookKernel.find();
    for (Object value : values == null ? new Object[] {null} : values) {
      if (kernel.isEmpty()) {
        System.out.println(bundle(value).get("text/plain"));
      } else {
        kernel.get().publish(kernel.get().owns(value) ? value : rendered(value));
      }
    }
  }

  /**
   * {@return a value as the kernel's own display data, to be a cell's last expression; without a
   * kernel an object whose {@code toString} is the plain text}
   *
   * @param value what to show
   */
  public static Object rendered(Object value) {
    Map<String, Object> bundle = bundle(value);
    Optional<NotebookKernel> kernel = NotebookKernel.find();
    return kernel.isPresent() ? kernel.get().displayData(bundle) : new Markup(bundle);
  }

  /**
   * {@return a table with all of its rows, to be a cell's last expression; otherwise long tables
   * are cut}
   *
   * @param table of any length
   */
  public static Object whole(Table table) {
    String html = HtmlTable.of(table, table.rowCount());
    return rendered(new Markup(Map.of("text/plain", table.printAll(), "text/html", html)));
  }

  /**
   * {@return a piece of HTML for a notebook to show}
   *
   * @param html the markup; it must load nothing from the network
   */
  public static Showable html(String html) {
    return Markup.of("text/html", html, html.replaceAll("(?s)<[^>]*>", " ").strip());
  }

  /**
   * {@return a piece of Markdown for a notebook to show}
   *
   * @param markdown the text
   */
  public static Showable markdown(String markdown) {
    return Markup.of("text/markdown", markdown, markdown);
  }

  /**
   * {@return the text of a method, to stand beside its equation}
   *
   * @param owner a class of {@code papers} or {@code samplers}; nested ones too
   * @param method its name, private ones too; the class' own simple name for a constructor
   * @throws IllegalArgumentException where there is no such method, it has more than 25 lines, or
   *     the class' source is not in its jar
   */
  public static Showable source(Class<?> owner, String method) {
    return source(owner, method, 0);
  }

  /**
   * {@return the text of one of several methods of a name}
   *
   * @param owner a class of {@code papers} or {@code samplers}
   * @param method its name
   * @param overload which of them in the order of the file, from 0
   */
  public static Showable source(Class<?> owner, String method, int overload) {
    String text = MethodSource.of(owner, method, overload);
    String html = "<pre><code>%s</code></pre>".formatted(HtmlTable.escape(text));
    return Markup.of("text/html", html, text);
  }

  private static String summary(Figure figure) {
    Table data = figure.data();
    Object title = figure.spec().getOrDefault("ggtitle", Map.of());
    Object text = title instanceof Map<?, ?> map ? map.get("text") : null;
    return "figure%s: %d x %d data (%s)"
        .formatted(
            text == null ? "" : " '" + text + "'",
            data.rowCount(),
            data.columnCount(),
            String.join(", ", data.columnNames()));
  }

  private static String base64(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  /** Arrays element by element, long ones cut with a count. */
  private static String text(Object value) {
    if (value == null || !value.getClass().isArray()) {
      return String.valueOf(value);
    }
    int length = Array.getLength(value);
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < Math.min(length, MOST_ELEMENTS); i++) {
      shown.add(text(Array.get(value, i)));
    }
    if (length > MOST_ELEMENTS) {
      shown.add("... " + length + " in all");
    }
    return "[" + String.join(", ", shown) + "]";
  }

  /** Ready representations. */
  private record Markup(Map<String, Object> bundle) implements Showable {
    static Markup of(String type, Object content, String text) {
      Map<String, Object> bundle = new LinkedHashMap<>();
      bundle.put("text/plain", text);
      bundle.put(type, content);
      return new Markup(bundle);
    }

    @Override
    public String toString() {
      return String.valueOf(bundle.get("text/plain"));
    }
  }
}
