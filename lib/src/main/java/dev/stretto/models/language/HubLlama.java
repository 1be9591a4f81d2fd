package dev.stretto.models.language;

import dev.stretto.data.text.JsonFields;
import dev.stretto.models.Parameters;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.models.layers.TransformerConfig.Activation;
import dev.stretto.models.layers.TransformerConfig.Norm;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import dev.stretto.models.layers.TransformerConfig.PositionKind.Scaling;
import java.util.Arrays;
import java.util.Map;

/**
 * The network of Llama, Mistral and Qwen2. Their rotary positions pair number k of a head with
 * number k + d/2, ours pair neighbours: the rows of queries and keys are reordered in the same way,
 * which leaves their products, and so the network, as they are.
 */
final class HubLlama {
  private final JsonFields config;
  private final HubFiles files;
  private final boolean queryBias;
  private final boolean outBias;
  private final boolean feedBias;
  private final int layers;
  private final int width;
  private final int heads;
  private final int keyHeads;
  private final int feed;
  private final int vocabulary;

  HubLlama(JsonFields config, HubFiles files, boolean qwen) {
    this.config = config;
    this.files = files;
    outBias = config.find("attention_bias", Boolean.class).orElse(false);
    queryBias = qwen || outBias;
    feedBias = config.find("mlp_bias", Boolean.class).orElse(false);
    layers = config.whole("num_hidden_layers", 1);
    width = config.whole("hidden_size", 1);
    heads = config.whole("num_attention_heads", 1);
    keyHeads = config.find("num_key_value_heads", Long.class).map(Math::toIntExact).orElse(heads);
    feed = config.whole("intermediate_size", 1);
    vocabulary = config.whole("vocab_size", 1);
  }

  CausalLm read(int maxLength) {
    HubModel.require(config, "hidden_act", "silu");
    HubModel.require(config, "head_dim", (long) (width / heads));
    int length = Math.min(config.whole("max_position_embeddings", 1), maxLength);
    boolean slides = config.find("use_sliding_window", Boolean.class).orElse(true);
    long window = config.find("sliding_window", Long.class).orElse(Long.MAX_VALUE);
    if (slides && length > window) {
      throw HubModel.refused(config, "sliding_window", window, "none, or rows within it");
    }
    boolean tied = config.find("tie_word_embeddings", Boolean.class).orElse(false);
    TransformerConfig shape =
        new TransformerConfig(
            layers,
            width,
            heads,
            keyHeads,
            feed,
            vocabulary,
            length,
            Norm.RMS,
            Activation.SWIGLU,
            queryBias || feedBias,
            false,
            positions(),
            false,
            0,
            0,
            config.find("rms_norm_eps", Double.class).orElse(1e-6));
    files.expect("model.embed_tokens.weight", vocabulary, width);
    return HubModel.filled(shape, tied, files, this::fill);
  }

  private PositionKind.Rotary positions() {
    // the later of two spellings has the base inside
    JsonFields rope =
        config
            .find("rope_parameters", JsonFields.class)
            .or(() -> config.find("rope_scaling", JsonFields.class))
            .orElse(new JsonFields(config.place(), Map.of()));
    double base =
        rope.find("rope_theta", Double.class)
            .or(() -> config.find("rope_theta", Double.class))
            .orElse(10000.0);
    String type =
        rope.find("rope_type", String.class)
            .or(() -> rope.find("type", String.class))
            .orElse("default");
    Scaling scaling =
        switch (type) {
          case "default" -> Scaling.NONE;
          case "linear" -> Scaling.linear(rope.get("factor", Double.class));
          case "llama3" ->
              new Scaling(
                  rope.get("factor", Double.class),
                  rope.get("low_freq_factor", Double.class),
                  rope.get("high_freq_factor", Double.class),
                  rope.whole("original_max_position_embeddings", 1));
          default -> throw HubModel.refused(rope, "rope_type", type, "default, linear or llama3");
        };
    return new PositionKind.Rotary(base, scaling, 0);
  }

  private void fill(Parameters weights) {
    weights.load("embedding", files.floats("model.embed_tokens.weight", vocabulary, width));
    int head = width / heads;
    for (int layer = 0; layer < layers; layer++) {
      String from = "model.layers." + layer + ".";
      String to = "layers." + layer + ".";
      norm(weights, from + "input_layernorm", to + "attention.norm");
      norm(weights, from + "post_attention_layernorm", to + "feed.norm");
      String attention = from + "self_attn.";
      weights.load(
          to + "attention.qkv.weight",
          joined(
              paired(matrix(attention + "q_proj", heads * head, width), heads, width),
              paired(matrix(attention + "k_proj", keyHeads * head, width), keyHeads, width),
              matrix(attention + "v_proj", keyHeads * head, width)));
      weights.load(to + "attention.out.weight", matrix(attention + "o_proj", width, width));
      weights.load(
          to + "feed.up.weight",
          joined(
              matrix(from + "mlp.gate_proj", feed, width),
              matrix(from + "mlp.up_proj", feed, width)));
      weights.load(to + "feed.down.weight", matrix(from + "mlp.down_proj", width, feed));
      // where only some products have biases, the others' stay zero
      if (queryBias) {
        weights.load(
            to + "attention.qkv.bias",
            joined(
                paired(bias(attention + "q_proj", heads * head), heads, 1),
                paired(bias(attention + "k_proj", keyHeads * head), keyHeads, 1),
                bias(attention + "v_proj", keyHeads * head)));
      }
      if (outBias) {
        weights.load(to + "attention.out.bias", bias(attention + "o_proj", width));
      }
      if (feedBias) {
        weights.load(
            to + "feed.up.bias",
            joined(bias(from + "mlp.gate_proj", feed), bias(from + "mlp.up_proj", feed)));
        weights.load(to + "feed.down.bias", bias(from + "mlp.down_proj", width));
      }
    }
    norm(weights, "model.norm", "norm");
  }

  private void norm(Parameters weights, String from, String to) {
    weights.load(to + ".gain", files.floats(from + ".weight", width));
  }

  private float[] matrix(String name, int out, int in) {
    return files.floats(name + ".weight", out, in);
  }

  private float[] bias(String name, int out) {
    return files.floats(name + ".bias", out);
  }

  /** Row 2k of a head was row k, row 2k + 1 was row k + d/2. */
  private static float[] paired(float[] rows, int heads, int columns) {
    float[] paired = new float[rows.length];
    int half = rows.length / heads / columns / 2;
    for (int h = 0; h < heads; h++) {
      for (int row = 0; row < 2 * half; row++) {
        int from = 2 * half * h + row / 2 + row % 2 * half;
        System.arraycopy(rows, from * columns, paired, (2 * half * h + row) * columns, columns);
      }
    }
    return paired;
  }

  private static float[] joined(float[]... parts) {
    float[] all = new float[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }
}
