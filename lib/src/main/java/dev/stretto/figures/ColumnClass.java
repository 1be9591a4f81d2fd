package dev.stretto.figures;

import java.util.Locale;

/**
 * How a column of a figure's data is compared when the figure is reproduced.
 *
 * @param kind the class
 * @param tolerance for {@link Kind#MEASURED} the largest relative difference that still counts as
 *     equal, 0 otherwise
 */
public record ColumnClass(Kind kind, double tolerance) {
  /** The three classes. */
  public enum Kind {
    /** Equal to the last digit. */
    STRUCTURAL,
    /** Equal within the tolerance. */
    MEASURED,
    /** Wall-clock time: never compared. */
    WALL
  }

  /** Equal to the last digit. */
  public static final ColumnClass STRUCTURAL = new ColumnClass(Kind.STRUCTURAL, 0);

  /** Wall-clock time: never compared. */
  public static final ColumnClass WALL = new ColumnClass(Kind.WALL, 0);

  /**
   * {@return the class of columns that are equal within a tolerance}
   *
   * @param tolerance the largest relative difference, 0 or more
   */
  public static ColumnClass measured(double tolerance) {
    return new ColumnClass(Kind.MEASURED, tolerance);
  }

  /** The class in words, as in a figure's file: {@code measured 0.02}. */
  @Override
  public String toString() {
    String word = kind.name().toLowerCase(Locale.ROOT);
    return kind == Kind.MEASURED ? word + " " + FigureData.number(tolerance) : word;
  }
}
