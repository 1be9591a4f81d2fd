package dev.stretto.zoo;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.models.Safetensors;
import dev.stretto.tensor.SeedTree;
import dev.stretto.tensor.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** A small Llama with random weights in Hugging Face's layout, where no weights are downloaded. */
public final class RandomLlama {
  private RandomLlama() {}

  /**
   * Writes {@code config.json} and {@code model.safetensors}. Tensors are drawn by their names:
   * equal layers of two models are equal.
   *
   * @param folder made where it is missing
   * @param layers of 64 numbers, 4 heads over 2 of keys and values
   * @param seed of the weights
   * @return the folder
   */
  public static Path write(Path folder, int layers, long seed) {
    Map<String, long[]> shapes = new TreeMap<>();
    shapes.put("embed_tokens", new long[] {100, 64});
    shapes.put("norm", new long[] {64});
    for (int l = 0; l < layers; l++) {
      String layer = "layers." + l + ".";
      shapes.put(layer + "input_layernorm", new long[] {64});
      shapes.put(layer + "post_attention_layernorm", new long[] {64});
      for (String p : new String[] {"q", "k", "v", "o"}) {
        long rows = "kv".contains(p) ? 32 : 64;
        shapes.put(layer + "self_attn." + p + "_proj", new long[] {rows, 64});
      }
      shapes.put(layer + "mlp.gate_proj", new long[] {160, 64});
      shapes.put(layer + "mlp.up_proj", new long[] {160, 64});
      shapes.put(layer + "mlp.down_proj", new long[] {64, 160});
    }
    try (NDManager scope = Tensors.manager()) {
      Map<String, NDArray> tensors = new TreeMap<>();
      shapes.forEach(
          (name, shape) -> {
            double size = name.matches(".*[1-9]\\..*") ? .04 : .12;
            NDArray drawn =
                name.endsWith("norm")
                    ? scope.ones(new Shape(shape))
                    : Tensors.normal(
                        scope, SeedTree.of(seed).child(name).rng(), size, new Shape(shape));
            tensors.put("model." + name + ".weight", drawn);
          });
      Files.createDirectories(folder);
      Files.writeString(folder.resolve("config.json"), config(layers));
      Safetensors.write(
          folder.resolve("model.safetensors"), tensors, Map.of("format", "pt"), "F16");
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String config(int layers) {
    return """
        {"architectures": ["LlamaForCausalLM"], "num_hidden_layers": %d, "hidden_size": 64,
         "intermediate_size": 160, "num_attention_heads": 4, "num_key_value_heads": 2,
         "vocab_size": 100, "max_position_embeddings": 4096, "tie_word_embeddings": true,
         "eos_token_id": 99, "rope_theta": 10000.0, "rope_scaling": {"rope_type": "llama3",
         "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
         "original_max_position_embeddings": 512}}
        """
        .formatted(layers);
  }
}
