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

  /** {@return the picture as a PNG file of 64 or 256 colours at twice the size} */
  byte[] png();
}
