package dev.stretto.figures;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An NDArray as text: shape, type, device, and the first values. */
final class ArrayText {
  private static final int MOST_VALUES = 64;

  private ArrayText() {}

  static String of(NDArray array) {
    try {
      String head =
          "%s %s on %s".formatted(array.getShape(), array.getDataType(), array.getDevice());
      return head + values(array);
    } catch (IllegalStateException e) {
      return "NDArray, closed";
    }
  }

  private static String values(NDArray array) {
    Shape shape = array.getShape();
    DataType type = array.getDataType();
    if (shape.size() == 0 || !(type.isFloating() || type.isInteger() || type.isBoolean())) {
      return "";
    }
    if (shape.size() > MOST_VALUES) {
      return ", %,d values".formatted(shape.size());
    }
    Number[] numbers =
        array.toType(type.isFloating() ? DataType.FLOAT64 : DataType.INT64, true).toArray();
    List<String> words = new ArrayList<>();
    for (Number number : numbers) {
      words.add(
          type.isFloating()
              ? String.format(Locale.ROOT, "%.4g", number.doubleValue())
              : number.toString());
    }
    long row = shape.dimension() == 0 ? 1 : shape.tail();
    StringBuilder text = new StringBuilder("\n");
    for (int i = 0; i < words.size(); i++) {
      text.append(words.get(i)).append((i + 1) % row == 0 ? "\n" : " ");
    }
    return text.toString().stripTrailing();
  }
}
