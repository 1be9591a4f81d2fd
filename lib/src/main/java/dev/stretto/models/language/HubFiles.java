package dev.stretto.models.language;

import ai.djl.ndarray.types.Shape;
import dev.stretto.data.text.JsonFields;
import dev.stretto.models.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The tensors of a checkpoint folder: {@code model.safetensors}, or the files that {@code
 * model.safetensors.index.json} names, all mapped into memory. Remembers which tensors were read,
 * so that one without a place in the network is reported.
 */
final class HubFiles implements AutoCloseable {
  private static final String ONE = "model.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  private final Path folder;
  private final Map<String, Safetensors> shards = new HashMap<>();

  /** The file of every tensor. */
  private final Map<String, String> files = new HashMap<>();

  private final Set<String> asked = new HashSet<>();

  private HubFiles(Path folder) {
    this.folder = folder;
  }

  static HubFiles open(Path folder) {
    HubFiles opened = new HubFiles(folder);
    try {
      opened.map();
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void map() {
    if (Files.exists(folder.resolve(ONE))) {
      shard(ONE).entries().keySet().forEach(name -> files.put(name, ONE));
      return;
    }
    Path index = folder.resolve(INDEX);
    if (!Files.exists(index)) {
      throw new IllegalArgumentException(
          "%s has no weights, expected %s or %s".formatted(folder, ONE, INDEX));
    }
    JsonFields map = JsonFields.read(index).get("weight_map", JsonFields.class);
    for (String name : map.members().keySet()) {
      String file = map.get(name, String.class);
      if (!file.equals(String.valueOf(Path.of(file).getFileName()))
          || !Files.exists(folder.resolve(file))) {
        throw new IllegalArgumentException(
            "%s says that tensor '%s' is in '%s', expected a file beside it"
                .formatted(index, name, file));
      }
      if (!shard(file).entries().containsKey(name)) {
        throw new IllegalArgumentException(
            "%s has no tensor '%s', expected it there by %s"
                .formatted(folder.resolve(file), name, INDEX));
      }
      files.put(name, file);
    }
  }

  private Safetensors shard(String file) {
    return shards.computeIfAbsent(file, name -> Safetensors.open(folder.resolve(name)));
  }

  boolean has(String name) {
    return files.containsKey(name);
  }

  /** Throws where a tensor is not there or has another shape. */
  void expect(String name, long... shape) {
    String file = files.get(name);
    Shape expected = new Shape(shape);
    if (file == null) {
      throw new IllegalArgumentException(
          "%s has no tensor '%s', expected one of shape %s".formatted(folder, name, expected));
    }
    Shape found = shard(file).entries().get(name).shape();
    if (!found.equals(expected)) {
      throw new IllegalArgumentException(
          "%s: tensor '%s' has shape %s, expected %s"
              .formatted(folder.resolve(file), name, found, expected));
    }
  }

  /** The numbers of a tensor of this shape. */
  float[] floats(String name, long... shape) {
    expect(name, shape);
    asked.add(name);
    return shard(files.get(name)).floats(name);
  }

  /** Throws where tensors were not asked for, but for those that hold no weights. */
  void allAsked(Predicate<String> noWeight) {
    Set<String> left = new TreeSet<>(files.keySet());
    left.removeAll(asked);
    left.removeIf(noWeight);
    if (!left.isEmpty()) {
      String name = left.iterator().next();
      throw new IllegalArgumentException(
          "%s: tensor '%s' (of %d such) has no place in the network of config.json"
              .formatted(folder.resolve(files.get(name)), name, left.size()));
    }
  }

  @Override
  public void close() {
    shards.values().forEach(Safetensors::close);
  }
}
