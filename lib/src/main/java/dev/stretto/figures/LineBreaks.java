package dev.stretto.figures;

/** Breaks a text into lines that fit. */
final class LineBreaks {
  private LineBreaks() {}

  /** The text with line breaks between words where a line would be wider than the room. */
  static String fit(String text, int fontSize, double room) {
    StringBuilder lines = new StringBuilder();
    String line = "";
    for (String word : text.split(" ", -1)) {
      String longer = line.isEmpty() ? word : line + " " + word;
      if (!line.isEmpty() && Drawing.textWidth(longer, fontSize) > room) {
        lines.append(line).append('\n');
        line = word;
      } else {
        line = longer;
      }
    }
    return lines.append(line).toString();
  }
}
