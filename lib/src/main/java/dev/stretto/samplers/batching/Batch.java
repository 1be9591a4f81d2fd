package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.SvgDrawable;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * One mini-batch: cuts that are padded to the longest of them, or packed. As the result of a
 * notebook cell it draws itself: a bar a cut, filled as far as the cut reaches.
 *
 * @param cuts the members, at least one; unmodifiable
 * @param bin the bin they came from, or -1 where the sampler has no bins
 */
public record Batch(List<Cut> cuts, int bin) implements SvgDrawable {

  private static final int COLUMN = 240;

  /** Copies the members; throws IllegalArgumentException where there are none. */
  public Batch {
    cuts = List.copyOf(cuts);
    if (cuts.isEmpty()) {
      throw new IllegalArgumentException("a batch has no cuts, expected at least one");
    }
  }

  /** {@return how many cuts, at least 1} */
  public int size() {
    return cuts.size();
  }

  /** The batch in a sentence: its members would fill a page. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "batch of %d cuts, up to %.1f s and %d tokens%s",
        size(),
        cuts.stream().mapToDouble(Cut::duration).max().orElseThrow(),
        cuts.stream().mapToInt(Cut::tokens).max().orElseThrow(),
        bin < 0 ? "" : ", bin " + bin);
  }

  @Override
  public double width() {
    return 2 * COLUMN + 20;
  }

  @Override
  public String svg() {
    int width = COLUMN;
    double bar = Math.max(.25, Math.min(10, 300.0 / size()));
    double longest = cuts.stream().mapToDouble(Cut::duration).max().orElseThrow();
    int most = Math.max(1, cuts.stream().mapToInt(Cut::tokens).max().orElseThrow());
    List<Cut> sorted =
        cuts.stream().sorted(Comparator.comparingDouble(Cut::duration).reversed()).toList();
    var svg = new StringBuilder();
    for (int i = 0; i < sorted.size(); i++) {
      Cut cut = sorted.get(i);
      double y = 18 + i * bar;
      svg.append(bar("#0072b2", 0, y, width * cut.duration() / longest, bar));
      svg.append(bar("#d55e00", width + 20, y, width * (double) cut.tokens() / most, bar));
    }
    double height = 18 + size() * bar;
    String frame = "<rect x='%d' y='18' width='%d' height='%.1f' fill='#888' fill-opacity='.25'/>";
    return ("<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%.0f' font-size='12'"
                + " font-family='sans-serif' fill='#888'>")
            .formatted((int) width(), height + 1)
        + "<text y='12'>%d cuts, up to %.1f s</text>".formatted(size(), longest)
        + "<text x='%d' y='12'>up to %d tokens</text>".formatted(width + 20, most)
        + frame.formatted(0, width, height - 18)
        + frame.formatted(width + 20, width, height - 18)
        + svg
        + "</svg>";
  }

  private static String bar(String colour, int x, double y, double width, double height) {
    return String.format(
        Locale.ROOT,
        "<rect x='%d' y='%.2f' width='%.1f' height='%.2f' fill='%s'/>",
        x,
        y,
        width,
        height * .9,
        colour);
  }
}
