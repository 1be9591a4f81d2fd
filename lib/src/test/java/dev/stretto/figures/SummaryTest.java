package dev.stretto.figures;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class SummaryTest {
  private static Table random(long seed, int rows) {
    Random random = new Random(seed);
    List<Double> durations = new ArrayList<>();
    List<String> styles = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      durations.add(Math.exp(random.nextGaussian()));
      styles.add(random.nextBoolean() ? "read" : "spoken");
    }
    Map<String, List<?>> columns = new LinkedHashMap<>();
    columns.put("duration", durations);
    columns.put("style", styles);
    return Tables.of(columns);
  }

  @Test
  void everyRowIsInExactlyOneBin() {
    for (long seed = 0; seed < 20; seed++) {
      for (Scale scale : List.of(Scale.linear(), Scale.log10())) {
        Table table = random(seed, 500);
        Table bins = Plot.of(table).histogram("duration", 17).fill("style").x("s", scale).data();
        assertEquals(500, bins.numberColumn("count").sum(), "seed " + seed);
        for (int row = 0; row < bins.rowCount(); row++) {
          double from = bins.numberColumn("duration from").getDouble(row);
          double to = bins.numberColumn("duration to").getDouble(row);
          String style = bins.getString(row, "style");
          long inside = 0;
          for (int i = 0; i < table.rowCount(); i++) {
            double value = table.doubleColumn("duration").get(i);
            // the edges themselves may fall on either side by rounding
            inside +=
                value > from && value < to && table.getString(i, "style").equals(style) ? 1 : 0;
          }
          double count = bins.numberColumn("count").getDouble(row);
          assertTrue(Math.abs(count - inside) <= 1, "seed " + seed + ": " + count + ", " + inside);
        }
      }
    }
  }
}
