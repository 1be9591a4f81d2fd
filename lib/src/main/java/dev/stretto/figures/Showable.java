package dev.stretto.figures;

import java.util.Map;

/** An object that knows how it looks in a notebook. */
public interface Showable {

  /**
   * {@return the object in one or several representations: media type to content} The front end
   * takes the richest it can draw. {@code text/plain} is added from {@code toString} where it is
   * missing; pictures other than SVG are base64 strings of the complete file.
   */
  Map<String, Object> bundle();
}
