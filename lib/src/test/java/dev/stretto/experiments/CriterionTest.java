package dev.stretto.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CriterionTest {
  @ParameterizedTest
  @CsvSource({
    "AT_LEAST, 5, 1, 5, REPRODUCED",
    "AT_LEAST, 5, 1, 4.99, WEAKER",
    "AT_LEAST, 5, 1, 1, NOT_REPRODUCED",
    "AT_LEAST, 5, 1, 0.5, NOT_REPRODUCED",
    "AT_LEAST, 5, , 4.99, NOT_REPRODUCED",
    "GREATER, 0.5, 0, 0.5, WEAKER",
    "GREATER, 0.5, 0, 0.51, REPRODUCED",
    "AT_MOST, 0.25, 0.5, 0.25, REPRODUCED",
    "AT_MOST, 0.25, 0.5, 0.3, WEAKER",
    "AT_MOST, 0.25, 0.5, 0.5, NOT_REPRODUCED",
    "LESS, 0.25, 0.5, 0.25, WEAKER",
    "LESS, 0.25, 0.5, 0.6, NOT_REPRODUCED",
    "EQUAL, 3, , 3.0000000000001, REPRODUCED",
    "EQUAL, 3, , 3.001, NOT_REPRODUCED",
    "NONE, 0, , 17, NOT_JUDGED"
  })
  void theVerdictFollowsFromValueThresholdAndNeutralValue(
      Criterion.Operator operator,
      double threshold,
      Double neutral,
      double value,
      Verdict verdict) {
    assertEquals(
        verdict,
        criterion(Kind.COUNT, operator, threshold, neutral, Preset.QUICK, 1)
            .judge(value, Preset.QUICK, 1));
  }

  @Test
  void aPresetOrASeedTooFewIsNotJudged() {
    Criterion strict =
        criterion(Kind.QUALITY, Criterion.Operator.AT_MOST, 1, null, Preset.EXTENDED, 3);
    assertEquals(Verdict.NOT_JUDGED, strict.judge(0, Preset.QUICK, 3));
    assertEquals(Verdict.NOT_JUDGED, strict.judge(0, Preset.EXTENDED, 2));
    assertEquals(Verdict.REPRODUCED, strict.judge(0, Preset.EXTENDED, 3));
    assertEquals(Verdict.REPRODUCED, strict.judge(0, Preset.FULL, 3));
  }

  @Test
  void qualityIsNeverJudgedInAQuickRun() {
    Criterion quality =
        criterion(Kind.QUALITY, Criterion.Operator.AT_MOST, 1, null, Preset.QUICK, 1);
    assertEquals(Verdict.NOT_JUDGED, quality.judge(0, Preset.QUICK, 9));
    assertEquals(Verdict.REPRODUCED, quality.judge(0, Preset.EXTENDED, 1));
  }

  @ParameterizedTest
  @CsvSource({"ARITHMETIC", "MODEL"})
  void whatIsComputedHoldsOrIsMissedAndNeverCounts(Kind kind) {
    Criterion computed = criterion(kind, Criterion.Operator.AT_LEAST, 8, 1., Preset.QUICK, 1);
    assertEquals(Verdict.HOLDS, computed.judge(12, Preset.QUICK, 1));
    assertEquals(Verdict.MISSED, computed.judge(7, Preset.QUICK, 1));
    assertEquals(Verdict.NOT_JUDGED, computed.judge(12, Preset.SMOKE, 1));
    assertFalse(kind.counts());
  }

  @Test
  void anIdentityHoldsOrIsBrokenAndNeverCountsAsReproduced() {
    Criterion identity =
        criterion(Kind.IDENTITY, Criterion.Operator.EQUAL, 32, null, Preset.QUICK, 1);
    assertEquals(Verdict.HOLDS, identity.judge(32, Preset.SMOKE, 1));
    assertEquals(Verdict.BROKEN, identity.judge(31, Preset.FULL, 9));
  }

  @Test
  void aMeasureMustBeFinite() {
    Criterion criterion = Criterion.find("flover", "makespan-gain").orElseThrow();
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> criterion.judge(Double.NaN, Preset.QUICK, 1));
    assertEquals(
        "flover/makespan-gain is NaN; a measure must be a finite number", error.getMessage());
  }

  private static Criterion criterion(
      Kind kind,
      Criterion.Operator operator,
      double threshold,
      Double neutral,
      Preset preset,
      int seeds) {
    return new Criterion(
        "flover",
        "test",
        "ratio",
        kind,
        ExperimentScale.TOY,
        operator,
        threshold,
        neutral == null ? OptionalDouble.empty() : OptionalDouble.of(neutral),
        "",
        preset,
        seeds,
        "a test");
  }
}
