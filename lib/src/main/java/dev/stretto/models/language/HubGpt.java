package dev.stretto.models.language;

import dev.stretto.data.text.JsonFields;
import dev.stretto.models.Parameters;
import dev.stretto.models.layers.TransformerConfig;
import dev.stretto.models.layers.TransformerConfig.Activation;
import dev.stretto.models.layers.TransformerConfig.Norm;
import dev.stretto.models.layers.TransformerConfig.PositionKind;
import java.util.Arrays;

/** The network of GPT-2, whose products are stored as (in, out). */
final class HubGpt {
  private HubGpt() {}

  static CausalLm read(JsonFields config, HubFiles files, int maxLength) {
    HubModel.require(config, "scale_attn_weights", true);
    HubModel.require(config, "scale_attn_by_inverse_layer_idx", false);
    String activation = config.find("activation_function", String.class).orElse("gelu_new");
    int layers = config.whole("n_layer", 1);
    int width = config.whole("n_embd", 1);
    int vocabulary = config.whole("vocab_size", 1);
    int positions = config.whole("n_positions", 1);
    int length = Math.min(positions, maxLength);
    int heads = config.whole("n_head", 1);
    int feed = config.find("n_inner", Long.class).map(Math::toIntExact).orElse(4 * width);
    boolean tied = config.find("tie_word_embeddings", Boolean.class).orElse(true);
    Activation gelu =
        switch (activation) {
          case "gelu_new", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
          case "gelu" -> Activation.GELU;
          default ->
              throw HubModel.refused(config, "activation_function", activation, "gelu_new or gelu");
        };
    TransformerConfig shape =
        new TransformerConfig(
            layers,
            width,
            heads,
            heads,
            feed,
            vocabulary,
            length,
            Norm.LAYER,
            gelu,
            true,
            false,
            new PositionKind.Learned(1),
            false,
            0,
            0,
            config.find("layer_norm_epsilon", Double.class).orElse(1e-5));
    // the first checkpoints were stored without the prefix
    String root = files.has("wte.weight") ? "" : "transformer.";
    files.expect(root + "wte.weight", vocabulary, width);
    return HubModel.filled(
        shape,
        tied,
        files,
        weights -> {
          weights.load("embedding", files.floats(root + "wte.weight", vocabulary, width));
          float[] places = files.floats(root + "wpe.weight", positions, width);
          weights.load("positions.0", Arrays.copyOf(places, length * width));
          for (int layer = 0; layer < layers; layer++) {
            String from = root + "h." + layer + ".";
            String to = "layers." + layer + ".";
            norm(files, from + "ln_1", weights, to + "attention.norm", width);
            conv(files, from + "attn.c_attn", weights, to + "attention.qkv", width, 3 * width);
            conv(files, from + "attn.c_proj", weights, to + "attention.out", width, width);
            norm(files, from + "ln_2", weights, to + "feed.norm", width);
            conv(files, from + "mlp.c_fc", weights, to + "feed.up", width, feed);
            conv(files, from + "mlp.c_proj", weights, to + "feed.down", feed, width);
          }
          norm(files, root + "ln_f", weights, "norm", width);
        });
  }

  private static void norm(HubFiles files, String from, Parameters weights, String to, int width) {
    weights.load(to + ".gain", files.floats(from + ".weight", width));
    weights.load(to + ".bias", files.floats(from + ".bias", width));
  }

  private static void conv(
      HubFiles files, String from, Parameters weights, String to, int in, int out) {
    float[] stored = files.floats(from + ".weight", in, out);
    float[] turned = new float[stored.length];
    for (int i = 0; i < in; i++) {
      for (int o = 0; o < out; o++) {
        turned[o * in + i] = stored[i * out + o];
      }
    }
    weights.load(to + ".weight", turned);
    weights.load(to + ".bias", files.floats(from + ".bias", out));
  }
}
