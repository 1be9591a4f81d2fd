package dev.stretto.experiments;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** The page of a check: expected, actual and difference of whatever parted, in one file. */
final class CheckPage {
  private static final String HEAD =
      """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><title>Figures compared</title>
      <style>
      :root { color-scheme: light dark; }
      body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 96em; padding: 0 1em; }
      h2 { border-top: 1px solid #8886; padding-top: .8em; }
      .pictures { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1em; }
      figure { margin: 0; } figcaption { opacity: .75; }
      img { background: #fff; border: 1px solid #8886; max-width: 100%; }
      </style></head><body><h1>Figures compared</h1>
      """;

  private CheckPage() {}

  static void write(Path page, Path expected, Path actual, List<FigureCheck.Parted> parted) {
    StringBuilder html = new StringBuilder(HEAD);
    html.append("<p>")
        .append(
            parted.isEmpty()
                ? "Everything agrees with what is stored."
                : "%d %s from what is stored."
                    .formatted(parted.size(), parted.size() == 1 ? "part differs" : "parts differ"))
        .append("</p>\n");
    try {
      for (FigureCheck.Parted figure : parted) {
        html.append("<h2>").append(escaped(figure.name())).append("</h2>\n<ul>");
        figure
            .sentences()
            .forEach(sentence -> html.append("<li>").append(escaped(sentence)).append("</li>"));
        html.append("</ul>\n");
        String ending = Files.exists(actual.resolve(figure.name() + ".svg")) ? ".svg" : ".png";
        pictures(
            html, expected.resolve(figure.name() + ending), actual.resolve(figure.name() + ending));
      }
      Files.createDirectories(page.toAbsolutePath().getParent());
      Files.writeString(page, html.append("</body></html>\n"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + page, e);
    }
  }

  private static void pictures(StringBuilder html, Path expected, Path actual) throws IOException {
    html.append("<div class=\"pictures\">");
    picture(html, "expected", expected);
    picture(html, "actual", actual);
    if (Files.exists(expected) && Files.exists(actual)) {
      PictureDifference difference = PictureDifference.of(expected, actual);
      data(html, "difference, %.3f".formatted(difference.rms()), "png", difference.png());
    }
    html.append("</div>\n");
  }

  private static void picture(StringBuilder html, String caption, Path file) throws IOException {
    if (Files.exists(file)) {
      String type = file.toString().endsWith(".svg") ? "svg+xml" : "png";
      data(html, caption, type, Files.readAllBytes(file));
    }
  }

  private static void data(StringBuilder html, String caption, String type, byte[] bytes) {
    html.append("<figure><img alt=\"%s\" src=\"data:image/%s;base64,".formatted(caption, type))
        .append(Base64.getEncoder().encodeToString(bytes))
        .append("\"><figcaption>%s</figcaption></figure>".formatted(caption));
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
