package dev.stretto.papers.chimera;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.stretto.papers.hydra.HeadArm;
import org.junit.jupiter.api.Test;

class ChimeraModelsTest {
  @Test
  void eachPartHasItsWeights() {
    double full = weights(ChimeraModels.CHIMERA);
    assertEquals(2 * HeadArm.OUT + 15 * HeadArm.SQUARE, full);
    assertEquals(full - 3 * HeadArm.SQUARE, weights(ChimeraModels.NO_TRIGRAM));
    assertEquals(full - 12 * HeadArm.SQUARE, weights(ChimeraModels.NO_CONTEXT));
    assertEquals(full - HeadArm.OUT, weights(ChimeraModels.NO_STATE));
  }

  private static double weights(HeadArm arm) {
    assertEquals(HeadArm.HEADS, arm.calls().size(), "one call per depth");
    return arm.calls().getFirst().parameters();
  }
}
