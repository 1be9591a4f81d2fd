package dev.stretto.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Safetensors;
import dev.stretto.training.TrainingResult.Point;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that a training needs to go on as if it had not stopped, as one safetensors file. Random
 * numbers have no state: those of a step come from its number.
 */
final class Checkpoint {
  private Checkpoint() {}

  /** What is in a checkpoint beside arrays. */
  record SourceLocation(long steps, Work work, String source, List<Point> curve) {}

  static void write(
      Path path,
      TrainingConfig config,
      SourceLocation place,
      NDManager manager,
      Map<String, Map<String, NDArray>> groups) {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    groups.forEach(
        (group, arrays) -> arrays.forEach((name, array) -> tensors.put(group + "." + name, array)));
    float[] numbers = new float[4 * place.curve().size()];
    for (int i = 0; i < place.curve().size(); i++) {
      Point point = place.curve().get(i);
      numbers[4 * i] = point.step();
      numbers[4 * i + 1] = point.loss();
      numbers[4 * i + 2] = point.learningRate();
      numbers[4 * i + 3] = point.gradientNorm();
    }
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("config", config.toString());
    texts.put("steps", Long.toString(place.steps()));
    texts.put("tokens", Long.toString(place.work().tokens()));
    texts.put("examples", Long.toString(place.work().examples()));
    texts.put("multiply-adds", Long.toString(place.work().multiplyAdds()));
    texts.put("source", place.source());
    try (NDArray curve = manager.create(numbers, new Shape(place.curve().size(), 4))) {
      tensors.put("curve", curve);
      Safetensors.write(path, tensors, texts, "F32");
    }
  }

  static SourceLocation read(
      Path path, TrainingConfig config, Map<String, Map<String, NDArray>> groups) {
    try (Safetensors file = Safetensors.open(path)) {
      Map<String, String> texts = file.metadata();
      if (!config.toString().equals(texts.get("config"))) {
        throw new IllegalArgumentException(
            "%s was written by a training with %s, expected %s"
                .formatted(path, texts.get("config"), config));
      }
      float[] numbers = file.floats("curve");
      Point[] curve = new Point[numbers.length / 4];
      for (int i = 0; i < curve.length; i++) {
        int at = 4 * i;
        curve[i] = new Point((long) numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]);
      }
      groups.forEach((group, arrays) -> file.into(arrays, group + "."));
      Work work =
          new Work(
              Long.parseLong(texts.get("tokens")),
              Long.parseLong(texts.get("examples")),
              Long.parseLong(texts.get("multiply-adds")));
      return new SourceLocation(
          Long.parseLong(texts.get("steps")), work, texts.get("source"), List.of(curve));
    }
  }
}
