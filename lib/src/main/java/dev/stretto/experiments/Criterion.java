package dev.stretto.experiments;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * When a claim counts as reproduced.
 *
 * @param paper the paper's id
 * @param measure the id of the measured number, unique within the paper
 * @param unit ratio, share, points, ...
 * @param kind what sort of statement it is
 * @param scale how near to the paper's setting it is measured on generated data
 * @param operator how the value is compared with the threshold
 * @param threshold the threshold; without meaning for {@link Operator#NONE}
 * @param neutral the value that means "no gain at all", from where the claimed direction leads to
 *     the threshold; empty where there is no half-way
 * @param paperValue what the paper reports, as text; {@code "own"} for a criterion of this
 *     workbench that the paper does not make; empty where it gives no number
 * @param preset the least preset that can judge it
 * @param seeds the least number of seeds that can judge it
 * @param what what is measured, in one line
 */
public record Criterion(
    String paper,
    String measure,
    String unit,
    Kind kind,
    ExperimentScale scale,
    Operator operator,
    double threshold,
    OptionalDouble neutral,
    String paperValue,
    Preset preset,
    int seeds,
    String what) {

  private static final double ROUNDING = 1e-9;

  private static final List<Criterion> ALL =
      Tsv.rows("criteria.tsv").stream().map(Criterion::parse).toList();

  /** How a value is compared with the threshold. */
  public enum Operator {
    /** Greater. */
    GREATER(">"),
    /** Greater or equal. */
    AT_LEAST(">="),
    /** Less. */
    LESS("<"),
    /** Less or equal. */
    AT_MOST("<="),
    /** Equal but for rounding. */
    EQUAL("="),
    /** Measured and shown, with no target. */
    NONE("none");

    private final String sign;

    Operator(String sign) {
      this.sign = sign;
    }

    /** The sign that the catalogue writes. */
    @Override
    public String toString() {
      return sign;
    }

    private boolean holds(double value, double threshold) {
      return switch (this) {
        case GREATER -> value > threshold;
        case AT_LEAST -> value >= threshold;
        case LESS -> value < threshold;
        case AT_MOST -> value <= threshold;
        case EQUAL -> Math.abs(value - threshold) <= ROUNDING * Math.max(1, Math.abs(threshold));
        case NONE -> false;
      };
    }
  }

  /** {@return every criterion written down so far, paper by paper} */
  public static List<Criterion> all() {
    return ALL;
  }

  static Optional<Criterion> find(String paper, String measure) {
    return ALL.stream()
        .filter(criterion -> criterion.paper.equals(paper) && criterion.measure.equals(measure))
        .findFirst();
  }

  /** {@return whether the workbench set this criterion and the paper makes no such claim} */
  public boolean own() {
    return paperValue.equals("own");
  }

  /**
   * Judges a measured value. What is computed and not measured holds or is missed, at once;
   * anything else is judged only from the least preset and number of seeds on, quality never below
   * extended. A missed threshold is {@link Verdict#WEAKER} where the value is on the threshold's
   * side of the neutral value.
   *
   * @param value what was measured, finite
   * @param ranWith the preset of the run
   * @param ranSeeds the number of seeds the value is a mean over
   * @return the verdict
   * @throws IllegalArgumentException for a value that is not finite
   */
  public Verdict judge(double value, Preset ranWith, int ranSeeds) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          "%s/%s is %s; a measure must be a finite number".formatted(paper, measure, value));
    }
    boolean met = operator.holds(value, threshold);
    boolean small =
        ranWith.compareTo(preset) < 0
            || ranSeeds < seeds
            || (kind == Kind.QUALITY && ranWith.compareTo(Preset.EXTENDED) < 0);
    if (kind == Kind.IDENTITY) {
      return met ? Verdict.HOLDS : Verdict.BROKEN;
    }
    if (operator == Operator.NONE || small) {
      return Verdict.NOT_JUDGED;
    }
    if (!kind.counts()) {
      return met ? Verdict.HOLDS : Verdict.MISSED;
    }
    if (met) {
      return Verdict.REPRODUCED;
    }
    boolean rightDirection =
        neutral.isPresent()
            && (value - neutral.getAsDouble()) * (threshold - neutral.getAsDouble()) > 0;
    return rightDirection ? Verdict.WEAKER : Verdict.NOT_REPRODUCED;
  }

  /**
   * {@return the threshold as text, like {@code ">= 5"}; {@code "shown"} where there is no target}
   */
  public String target() {
    return operator == Operator.NONE ? "shown" : operator + " " + Ledger.number(threshold);
  }

  private static Criterion parse(Map<String, String> row) {
    row.replace("threshold", "", "0");
    return Settings.read(Criterion.class, row);
  }
}
