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

  /**
   * Equal steps.
   *
   * @return the plain scale
   */
  public static Scale linear() {
    return new Scale(Map.of());
  }

  /**
   * Equal factors. All values must be above 0.
   *
   * @return a logarithmic scale
   */
  public static Scale log10() {
    return linear().with("trans", "log10");
  }

  /**
   * Equal steps, labelled in percent.
   *
   * @return a scale for shares in [0, 1]
   */
  public static Scale percent() {
    return linear().format(".0%");
  }

  /**
   * Fixed ends. What lies outside is not drawn.
   *
   * @param low the lower end, {@code NaN} for that of the data
   * @param high the upper end, {@code NaN} for that of the data
   * @return a changed copy
   */
  public Scale limits(double low, double high) {
    return with(
        "limits", Arrays.asList(Double.isNaN(low) ? null : low, Double.isNaN(high) ? null : high));
  }

  /**
   * Where the labels stand.
   *
   * @param breaks values on the scale
   * @return a changed copy
   */
  public Scale breaks(double... breaks) {
    return with("breaks", List.copyOf(Arrays.stream(breaks).boxed().toList()));
  }

  /**
   * The labels at the {@link #breaks}.
   *
   * @param labels one a break
   * @return a changed copy
   */
  public Scale labels(String... labels) {
    return with("labels", List.of(labels));
  }

  /**
   * How numbers are written, in the notation of d3: {@code ".2f"}, {@code ".0%"}, {@code ",d"}.
   *
   * @param format the format, or a text with the format in braces: {@code "{.1f} s"}
   * @return a changed copy
   */
  public Scale format(String format) {
    return with("format", format);
  }

  /**
   * For a colour: the colours that are passed through from low to high (viridis by default).
   *
   * @param colours at least two, as {@code #rrggbb}
   * @return a changed copy
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
