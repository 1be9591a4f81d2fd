package dev.stretto.models.language;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;

/** A checkpoint in Hugging Face's layout with random weights, as its oracle reads it. */
final class HubCheckpoint {
  record Stored(long[] shape, float[] numbers) {}

  final Map<String, Stored> tensors = new LinkedHashMap<>();
  final Map<String, Object> config = new LinkedHashMap<>();
  private final Random random;
  private final String dtype;

  HubCheckpoint(long seed, String dtype) {
    this.random = new Random(seed);
    this.dtype = dtype;
  }

  static HubCheckpoint llama(long seed, String dtype, int layers, boolean tied, boolean qwen) {
    int width = 24;
    HubCheckpoint made = new HubCheckpoint(seed, dtype);
    made.config.putAll(
        Map.of(
            "architectures",
            List.of(qwen ? "Qwen2ForCausalLM" : "LlamaForCausalLM"),
            "hidden_size",
            width,
            "intermediate_size",
            40,
            "num_hidden_layers",
            layers,
            "num_attention_heads",
            4,
            "num_key_value_heads",
            2,
            "vocab_size",
            37,
            "max_position_embeddings",
            512,
            "tie_word_embeddings",
            tied,
            "rms_norm_eps",
            1e-5));
    made.config.put("rope_theta", 500.0);
    made.normal("model.embed_tokens.weight", 1, 37, width);
    for (int layer = 0; layer < layers; layer++) {
      String at = "model.layers." + layer + ".";
      made.gain(at + "input_layernorm.weight", width);
      made.normal(at + "self_attn.q_proj.weight", .5, width, width);
      made.normal(at + "self_attn.k_proj.weight", .5, width / 2, width);
      made.normal(at + "self_attn.v_proj.weight", .3, width / 2, width);
      if (qwen) {
        made.normal(at + "self_attn.q_proj.bias", 1, width);
        made.normal(at + "self_attn.k_proj.bias", 1, width / 2);
        made.normal(at + "self_attn.v_proj.bias", 1, width / 2);
      }
      made.normal(at + "self_attn.o_proj.weight", .3, width, width);
      made.gain(at + "post_attention_layernorm.weight", width);
      made.normal(at + "mlp.gate_proj.weight", .3, 40, width);
      made.normal(at + "mlp.up_proj.weight", .3, 40, width);
      made.normal(at + "mlp.down_proj.weight", .3, width, 40);
    }
    made.gain("model.norm.weight", width);
    if (!tied) {
      made.normal("lm_head.weight", .3, 37, width);
    }
    return made;
  }

  static HubCheckpoint gpt2(long seed, String prefix) {
    int width = 20;
    HubCheckpoint made = new HubCheckpoint(seed, "F32");
    made.config.putAll(
        Map.of(
            "architectures",
            List.of("GPT2LMHeadModel"),
            "n_embd",
            width,
            "n_layer",
            2,
            "n_head",
            5,
            "n_positions",
            64,
            "vocab_size",
            31,
            "activation_function",
            "gelu_new",
            "layer_norm_epsilon",
            1e-5));
    made.normal(prefix + "wte.weight", 1, 31, width);
    made.normal(prefix + "wpe.weight", .5, 64, width);
    for (int layer = 0; layer < 2; layer++) {
      String at = prefix + "h." + layer + ".";
      for (String norm : List.of("ln_1", "ln_2")) {
        made.gain(at + norm + ".weight", width);
        made.normal(at + norm + ".bias", .3, width);
      }
      made.product(at + "attn.c_attn", width, 3 * width);
      made.product(at + "attn.c_proj", width, width);
      made.product(at + "mlp.c_fc", width, 4 * width);
      made.product(at + "mlp.c_proj", 4 * width, width);
      made.tensors.put(at + "attn.bias", new Stored(new long[] {1, 1, 2, 2}, new float[4]));
    }
    made.gain(prefix + "ln_f.weight", width);
    made.normal(prefix + "ln_f.bias", .3, width);
    return made;
  }

  private void product(String name, int in, int out) {
    normal(name + ".weight", .5, in, out);
    normal(name + ".bias", .5, out);
  }

  private void gain(String name, int width) {
    normal(name, .2, width);
    float[] numbers = tensors.get(name).numbers();
    for (int i = 0; i < width; i++) {
      numbers[i] = rounded(1 + numbers[i]);
    }
  }

  private void normal(String name, double deviation, long... shape) {
    float[] numbers = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = rounded((float) (deviation * random.nextGaussian()));
    }
    tensors.put(name, new Stored(shape, numbers));
  }

  private float rounded(float value) {
    return switch (dtype) {
      case "F16" -> Float.float16ToFloat(Float.floatToFloat16(value));
      case "BF16" -> Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xFFFF0000);
      default -> value;
    };
  }

  double[] numbers(String name) {
    float[] stored = tensors.get(name).numbers();
    double[] wide = new double[stored.length];
    Arrays.setAll(wide, i -> stored[i]);
    return wide;
  }

  /** Writes config and weights, in one file or in several with an index. */
  Path write(Path folder, int shards) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), json(config));
    List<String> names = new ArrayList<>(tensors.keySet());
    Map<String, Object> map = new LinkedHashMap<>();
    for (int shard = 0; shard < shards; shard++) {
      String file =
          shards == 1
              ? "model.safetensors"
              : "model-%05d-of-%05d.safetensors".formatted(shard + 1, shards);
      // neighbours go to different files
      int number = shard;
      List<String> mine =
          names.stream().filter(name -> names.indexOf(name) % shards == number).toList();
      mine.forEach(name -> map.put(name, file));
      Files.write(folder.resolve(file), file(mine));
    }
    if (shards > 1) {
      Files.writeString(
          folder.resolve("model.safetensors.index.json"),
          json(Map.of("metadata", Map.of("total_size", 1), "weight_map", map)));
    }
    return folder;
  }

  private byte[] file(List<String> names) {
    int width = dtype.equals("F32") ? 4 : 2;
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("__metadata__", Map.of("format", "pt"));
    int at = 0;
    for (String name : names) {
      Stored stored = tensors.get(name);
      int end = at + width * stored.numbers().length;
      header.put(
          name,
          Map.of("dtype", dtype, "shape", stored.shape(), "data_offsets", new long[] {at, end}));
      at = end;
    }
    byte[] text = json(header).getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + at).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text);
    for (String name : names) {
      for (float number : tensors.get(name).numbers()) {
        switch (dtype) {
          case "F16" -> bytes.putShort(Float.floatToFloat16(number));
          case "BF16" -> bytes.putShort((short) (Float.floatToRawIntBits(number) >>> 16));
          default -> bytes.putFloat(number);
        }
      }
    }
    return bytes.array();
  }

  static String json(Object value) {
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(e -> "\"" + e.getKey() + "\": " + json(e.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case List<?> list ->
          list.stream().map(HubCheckpoint::json).collect(Collectors.joining(", ", "[", "]"));
      case long[] list -> Arrays.toString(list);
      case String text -> "\"" + text + "\"";
      default -> String.valueOf(value);
    };
  }
}
