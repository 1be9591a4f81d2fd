package dev.stretto.figures;

import java.util.Map;
import tech.tablesaw.api.Table;

/** A picture with the data it was drawn from. */
public interface Figure {

  /**
   * The data, one row a mark.
   *
   * @return a table; column names are those of the stored CSV
   */
  Table data();

  /**
   * How each column is compared; a column that is missing here is {@link ColumnClass#STRUCTURAL}.
   *
   * @return column name to class
   */
  Map<String, ColumnClass> columnClasses();

  /**
   * What was drawn, as plain maps, lists, strings and numbers (for a plot its Lets-Plot spec
   * without the data): stored beside the picture and compared exactly.
   *
   * @return the specification
   */
  Map<String, Object> spec();

  /**
   * The picture as SVG.
   *
   * @return one svg element
   */
  String svg();

  /**
   * The picture as PNG at twice the size, complete to the last byte.
   *
   * @return a PNG file
   */
  byte[] png();

  /**
   * The picture as a PDF page of a paper's column.
   *
   * @param widthMm width in millimetres: 84 for one column, 174 for two
   * @return a PDF file
   */
  byte[] pdf(double widthMm);
}
