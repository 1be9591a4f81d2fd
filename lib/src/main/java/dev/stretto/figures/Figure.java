package dev.stretto.figures;

import java.util.Map;
import tech.tablesaw.api.Table;

/** A picture with the data it was drawn from. */
public interface Figure {

  /** {@return the data, one row a mark; column names are those of the stored CSV} */
  Table data();

  /**
   * {@return how each column is compared; one that is missing here is {@link
   * ColumnClass#STRUCTURAL}}
   */
  Map<String, ColumnClass> columnClasses();

  /**
   * {@return what was drawn, as plain maps, lists, strings and numbers} For a plot its Lets-Plot
   * spec without the data: stored beside the picture and compared exactly.
   */
  Map<String, Object> spec();

  /** {@return the picture as one svg element} */
  String svg();

  /** {@return the picture as a PNG file at twice the size, complete to the last byte} */
  byte[] png();

  /**
   * {@return the picture as a PDF page of a paper's column}
   *
   * @param widthMm width in millimetres: 84 for one column, 174 for two
   */
  byte[] pdf(double widthMm);
}
