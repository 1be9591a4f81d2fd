package dev.stretto.papers.hydra;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stretto.profilers.LatencyModel.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class HydraStudyTest {
  @Test
  void aHeadReadsOneMoreSquareForEachTokenItSees() {
    double square = HeadArm.SQUARE;
    double out = HeadArm.OUT;
    assertEquals(List.of(4 * (square + out)), weights(HydraModels.MEDUSA));
    assertEquals(
        List.of(2 * square + out, 3 * square + out, 4 * square + out, 5 * square + out),
        weights(HydraModels.HYDRA));
    assertEquals(17 * square + out, weights(HydraModels.HYDRA_PLUS).get(0), "the prefix layer");
    assertEquals(6 * square + out, weights(HydraModels.HYDRA_PLUS).get(1));
  }

  private static List<Double> weights(HeadArm arm) {
    return arm.calls().stream().map(Shape::parameters).toList();
  }

  @Test
  void barsAreTwoStandardErrorsOverTheTexts() {
    int[][] right = {{0}, {0}};
    int[][] wrong = {{1}, {1}};
    HeadAccuracy all = new HeadAccuracy(List.of(right, wrong, right, wrong));
    HydraStudy.Point point =
        HydraStudy.Point.of(HydraModels.HYDRA, "panel", 1, all, h -> h.marginal(1));
    assertEquals(.5, point.value(), 1e-12);
    // deviation of 1, 0, 1, 0 is sqrt(1/3), over sqrt(4), times two
    assertEquals(Math.sqrt(1 / 3.0), point.high() - point.value(), 1e-12);
    assertEquals(Math.sqrt(1 / 3.0), point.value() - point.low(), 1e-12);
  }
}
