package dev.stretto.papers.canaryefficiency;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class DecoderShiftStudyTest {
  @Test
  void theEncoderRunsOnceAndTheDecoderOncePerToken() {
    assertEquals(48, DecoderShiftStudy.layerCalls(4, 4, 11));
    assertEquals(19, DecoderShiftStudy.layerCalls(8, 1, 11));
    assertEquals(1464, DecoderShiftStudy.layerCalls(24, 24, 60));
    assertEquals(272, DecoderShiftStudy.layerCalls(32, 4, 60));
  }
}
