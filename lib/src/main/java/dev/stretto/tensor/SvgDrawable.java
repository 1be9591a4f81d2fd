package dev.stretto.tensor;

/**
 * An object that draws itself when it is the result of a notebook cell: a batch, a mask, a token
 * tree. What draws is the object, so that this package and its users need no plotting.
 */
public interface SvgDrawable {

  /** {@return one svg element, readable on light and dark pages, with its own width and height} */
  String svg();

  /** {@return the width in pixels, above 0} */
  double width();
}
