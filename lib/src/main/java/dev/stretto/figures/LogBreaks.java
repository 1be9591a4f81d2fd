package dev.stretto.figures;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.columns.Column;

/**
 * Round numbers for a logarithmic axis: powers of ten, with 2 and 5 between them where the data
 * span less than two and a half decades.
 */
record LogBreaks(double low, double high, List<Double> breaks) {
  private static final double FEW_DECADES = 2.5;
  private static final int MOST = 8;

  static Optional<LogBreaks> of(List<Column<?>> columns) {
    double low = Double.POSITIVE_INFINITY;
    double high = 0;
    for (Column<?> column : columns) {
      if (column instanceof NumericColumn<?> numbers) {
        for (double value : numbers.asDoubleArray()) {
          low = value > 0 ? Math.min(low, value) : low;
          high = Double.isFinite(value) ? Math.max(high, value) : high;
        }
      }
    }
    return high > 0 && high > low ? Optional.of(between(low, high)) : Optional.empty();
  }

  static LogBreaks between(double low, double high) {
    double decades = Math.log10(high / low);
    double[] within = decades < FEW_DECADES ? new double[] {1, 2, 5} : new double[] {1};
    int every = (int) Math.max(1, Math.ceil(decades / MOST));
    List<Double> breaks = new ArrayList<>();
    int first = (int) Math.floor(Math.log10(low));
    for (int power = first; power <= Math.log10(high); power++) {
      for (double factor : within) {
        // through the decimal text, so that 0.2 is 0.2
        double at = Double.parseDouble(factor + "E" + power);
        if (at >= low * 0.95 && at <= high * 1.05 && power % every == 0) {
          breaks.add(at);
        }
      }
    }
    return new LogBreaks(low, high, breaks);
  }

  /** As options of a scale: ends a little beyond the data, and the breaks where there are some. */
  Map<String, Object> options() {
    Map<String, Object> options = new LinkedHashMap<>();
    double margin = Math.pow(high / low, 0.04);
    options.put("limits", new ArrayList<>(List.of(low / margin, high * margin)));
    options.put("expand", new ArrayList<>(List.of(0.0, 0.0)));
    if (breaks.size() > 1) {
      options.put("breaks", new ArrayList<>(breaks));
      List<Object> labels = new ArrayList<>();
      breaks.forEach(at -> labels.add(label(at)));
      options.put("labels", labels);
    }
    return options;
  }

  private static String label(double at) {
    return at < 1 ? BigDecimal.valueOf(at).stripTrailingZeros().toPlainString() : Tables.text(at);
  }
}
