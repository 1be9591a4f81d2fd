package dev.stretto.figures;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How an axis or a colour runs: {@code Scale.log10().limits(1, 1000)}. Immutable; each method gives
 * a changed copy.
 */
public final class Scale {
  private final Map<String, Object> options;

  private Scale(Map<String, Object> options) {
    this.options = options;
  }

  private Scale with(String key, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(options);
    changed.put(key, value);
    return new Scale(changed);
  }

  /** {@return the plain scale: equal steps} */
  public static Scale linear() {
    return new Scale(Map.of());
  }

  /** {@return a logarithmic scale: equal factors} All values must be above 0. */
  public static Scale log10() {
    return linear().with("trans", "log10");
  }

  /** {@return a scale for shares in [0, 1]: equal steps, labelled in percent} */
  public static Scale percent() {
    return linear().format(".0%");
  }

  /**
   * {@return the scale with fixed ends} What lies outside is not drawn.
   *
   * @param low the lower end, {@code NaN} for that of the data
   * @param high the upper end, {@code NaN} for that of the data
   */
  public Scale limits(double low, double high) {
    return with(
        "limits", Arrays.asList(Double.isNaN(low) ? null : low, Double.isNaN(high) ? null : high));
  }

  /**
   * {@return the scale with labels at these values}
   *
   * @param breaks values on the scale
   */
  public Scale breaks(double... breaks) {
    return with("breaks", List.copyOf(Arrays.stream(breaks).boxed().toList()));
  }

  /**
   * {@return the scale with these labels at the {@link #breaks}}
   *
   * @param labels one a break
   */
  public Scale labels(String... labels) {
    return with("labels", List.of(labels));
  }

  /**
   * {@return the scale with numbers in the notation of d3: {@code ".2f"}, {@code ".0%"}, {@code
   * ",d"}}
   *
   * @param format the format, or a text with the format in braces: {@code "{.1f} s"}
   */
  public Scale format(String format) {
    return with("format", format);
  }

  /**
   * {@return the scale of a colour through others than viridis, from low to high}
   *
   * @param colours at least two, as {@code #rrggbb}
   */
  public Scale through(String... colours) {
    return with("scale_mapper_kind", "color_gradientn").with("colors", List.of(colours));
  }

  /** Whether the colour for high values is lighter than that for low ones. */
  boolean endsLight() {
    return !(options.get("colors") instanceof List<?> colours)
        || Palette.lightness((String) colours.getLast())
            > Palette.lightness((String) colours.getFirst());
  }

  Map<String, Object> options() {
    return options;
  }
}
