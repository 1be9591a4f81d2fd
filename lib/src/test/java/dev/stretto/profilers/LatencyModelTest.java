package dev.stretto.profilers;

import static dev.stretto.profilers.LatencyModel.Device.A100;
import static dev.stretto.profilers.LatencyModel.Device.H100;
import static dev.stretto.profilers.LatencyModel.Device.RTX_3090;
import static dev.stretto.profilers.LatencyModel.Shape.LLAMA_68M;
import static dev.stretto.profilers.LatencyModel.Shape.LLAMA_8B;
import static dev.stretto.profilers.LatencyModel.Shape.VICUNA_7B;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.profilers.LatencyModel.Device;
import dev.stretto.profilers.LatencyModel.Shape;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The roofline against numbers worked out apart from it, for Vicuna-7B at 512 cached tokens with
 * Spec-Bench's tokens a pass; and the fitted step time.
 */
class LatencyModelTest {
  private static final double WIDTH = 4096;
  private static final double HEAD = 32_000 * WIDTH;

  /** Five heads of a residual block and a vocabulary matrix. */
  private static final List<Shape> MEDUSA =
      Collections.nCopies(5, new Shape("head", WIDTH * WIDTH + HEAD, 2, 0));

  /** Five heads over 2 to 6 vectors, one deeper block each, and a decoder layer before them. */
  private static List<Shape> hydra() {
    List<Shape> heads = new ArrayList<>();
    for (int i = 2; i <= 6; i++) {
      heads.add(new Shape("head", (i + 1) * WIDTH * WIDTH + HEAD, 2, 0));
    }
    heads.add(new Shape("prefix", 4 * WIDTH * WIDTH + 3 * WIDTH * 11_008, 2, 4 * WIDTH));
    return heads;
  }

  @Test
  void theRooflineGivesTheKnownBoundsOfSpecBenchMethods() {
    var a100 = new LatencyModel(A100, VICUNA_7B, 512);
    var rtx = new LatencyModel(RTX_3090, VICUNA_7B, 512);
    List<Shape> draft = Collections.nCopies(5, LLAMA_68M);
    assertEquals(2.09, a100.speedup(2.31, 64, MEDUSA, 0), .005);
    assertEquals(2.09, rtx.speedup(2.32, 64, MEDUSA, 0), .005);
    assertEquals(2.75, a100.speedup(3.26, 64, hydra(), 0), .005);
    assertEquals(2.75, rtx.speedup(3.26, 64, hydra(), 0), .005);
    assertEquals(2.17, a100.speedup(2.28, 6, draft, 0), .005);
    assertEquals(2.17, rtx.speedup(2.28, 6, draft, 0), .005);
    assertEquals(1.75, a100.speedup(1.75, 11, List.of(), 0), .005);
    assertEquals(1.73, rtx.speedup(1.73, 11, List.of(), 0), .005);
    var host = new LatencyModel(A100.host(.005), VICUNA_7B, 512);
    assertEquals(1.46, host.speedup(2.28, 6, draft, .00125), .005);
  }

  @Test
  void passesAreFreeUpToBreakEven() {
    assertEquals(153, new LatencyModel(A100, VICUNA_7B, 0).breakEven(), .5);
    assertEquals(76, new LatencyModel(RTX_3090, VICUNA_7B, 0).breakEven(), .5);
    var h100 = new LatencyModel(H100, LLAMA_8B, 0);
    assertEquals(295, h100.breakEven(), .5);
    assertEquals(h100.seconds(1, 1), h100.seconds(h100.breakEven(), 1), 1e-12);
    assertEquals(2 * h100.seconds(1, 1), h100.seconds(2 * h100.breakEven(), 1), 1e-12);
    assertEquals(h100.seconds(64, 8), h100.seconds(8, 64), 1e-12, "rows count as positions");
    assertThrows(IllegalArgumentException.class, () -> new LatencyModel(A100, VICUNA_7B, -1));
  }

  @Test
  void aFitFindsTheConstantsAndPredictsShapesLeftOut() {
    Rng rng = SeedTree.of(5).rng();
    StepTime truth = new StepTime(1e-3, 2e-5, 3e-8);
    List<StepTime.Sample> fitted = new ArrayList<>();
    List<StepTime.Sample> leftOut = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      int tokens = 1 + rng.nextInt(64);
      int cached = rng.nextInt(4096);
      double seconds = truth.seconds(tokens, cached) * (1 + .03 * (rng.nextDouble() - .5));
      (i % 3 == 0 ? leftOut : fitted).add(new StepTime.Sample(tokens, cached, seconds));
    }
    StepTime fit = StepTime.fit(fitted);
    assertEquals(1, fit.fixed() / truth.fixed(), .03);
    assertEquals(1, fit.perToken() / truth.perToken(), .03);
    assertTrue(fit.error(leftOut) < .04, () -> "error " + fit.error(leftOut));
    assertThrows(IllegalArgumentException.class, () -> StepTime.fit(fitted.subList(0, 3)));
    List<StepTime.Sample> flat =
        fitted.stream().map(s -> new StepTime.Sample(4, 8, s.seconds())).toList();
    assertThrows(IllegalArgumentException.class, () -> StepTime.fit(flat));
  }

  @Test
  void aUsersOwnDeviceAndModelTakeThreeLines() {
    var model =
        new LatencyModel(
            new Device("here", 12e9, 160e9, 3e-4), new Shape("12x96", 1.35e6, 4, 9216), 128);
    double bytes = 1.35e6 * 4 + 128 * 9216;
    assertEquals(bytes / 12e9 + 3e-4, model.seconds(1, 1), 1e-12);
    assertEquals(
        2.5 * model.seconds(1, 1) / model.seconds(5, 1), model.speedup(2.5, 5, List.of(), 0));
  }
}
