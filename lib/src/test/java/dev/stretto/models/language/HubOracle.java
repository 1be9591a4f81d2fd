package dev.stretto.models.language;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * Logits of the networks of Llama, Qwen2 and GPT-2 in double precision, one position after the
 * other, written from their definitions in transformers' modeling_llama and modeling_gpt2.
 */
final class HubOracle {
  private final HubCheckpoint checkpoint;
  private final Map<String, double[]> read = new HashMap<>();
  private final boolean gpt;
  private final String root;
  private final int layers;
  private final int width;
  private final int heads;
  private final int keyHeads;

  HubOracle(HubCheckpoint checkpoint) {
    this.checkpoint = checkpoint;
    gpt = checkpoint.config.containsKey("n_embd");
    root = gpt ? (checkpoint.tensors.containsKey("wte.weight") ? "" : "transformer.") : "model.";
    layers = size(gpt ? "n_layer" : "num_hidden_layers");
    width = size(gpt ? "n_embd" : "hidden_size");
    heads = size(gpt ? "n_head" : "num_attention_heads");
    keyHeads = gpt ? heads : size("num_key_value_heads");
  }

  private double[] numbers(String name) {
    return read.computeIfAbsent(name, checkpoint::numbers);
  }

  private int size(String field) {
    return (int) checkpoint.config.get(field);
  }

  /** Logits behind every token; {@code first} is the position of the first one. */
  double[][] logits(int[] ids, int first) {
    int d = width / heads;
    double[] table = numbers(root + (gpt ? "wte.weight" : "embed_tokens.weight"));
    double[][] x = new double[ids.length][width];
    for (int i = 0; i < ids.length; i++) {
      for (int c = 0; c < width; c++) {
        x[i][c] = table[ids[i] * width + c];
        x[i][c] += gpt ? numbers(root + "wpe.weight")[(first + i) * width + c] : 0;
      }
    }
    for (int layer = 0; layer < layers; layer++) {
      String at = root + (gpt ? "h." : "layers.") + layer + ".";
      double[][] q = new double[ids.length][];
      double[][] k = new double[ids.length][];
      double[][] v = new double[ids.length][];
      for (int i = 0; i < ids.length; i++) {
        double[] h = norm(x[i], at + (gpt ? "ln_1" : "input_layernorm"));
        if (gpt) {
          double[] all = product(h, at + "attn.c_attn");
          q[i] = Arrays.copyOfRange(all, 0, width);
          k[i] = Arrays.copyOfRange(all, width, 2 * width);
          v[i] = Arrays.copyOfRange(all, 2 * width, 3 * width);
        } else {
          q[i] = rotated(product(h, at + "self_attn.q_proj"), first + i, d);
          k[i] = rotated(product(h, at + "self_attn.k_proj"), first + i, d);
          v[i] = product(h, at + "self_attn.v_proj");
        }
      }
      for (int i = 0; i < ids.length; i++) {
        double[] mixed = new double[width];
        for (int h = 0; h < heads; h++) {
          int key = h / (heads / keyHeads) * d;
          double[] weight = new double[i + 1];
          double sum = 0;
          for (int j = 0; j <= i; j++) {
            double dot = 0;
            for (int c = 0; c < d; c++) {
              dot += q[i][h * d + c] * k[j][key + c];
            }
            weight[j] = Math.exp(dot / Math.sqrt(d));
            sum += weight[j];
          }
          for (int j = 0; j <= i; j++) {
            for (int c = 0; c < d; c++) {
              mixed[h * d + c] += weight[j] / sum * v[j][key + c];
            }
          }
        }
        add(x[i], product(mixed, at + (gpt ? "attn.c_proj" : "self_attn.o_proj")));
        double[] h = norm(x[i], at + (gpt ? "ln_2" : "post_attention_layernorm"));
        double[] up = product(h, at + (gpt ? "mlp.c_fc" : "mlp.up_proj"));
        double[] gate = gpt ? up.clone() : product(h, at + "mlp.gate_proj");
        DoubleUnaryOperator gelu =
            u -> .5 * u * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (u + .044715 * u * u * u)));
        for (int c = 0; c < up.length; c++) {
          up[c] = gpt ? gelu.applyAsDouble(up[c]) : up[c] * gate[c] / (1 + Math.exp(-gate[c]));
        }
        add(x[i], product(up, at + (gpt ? "mlp.c_proj" : "mlp.down_proj")));
      }
    }
    boolean own = checkpoint.tensors.containsKey("lm_head.weight");
    double[] head = own ? numbers("lm_head.weight") : table;
    double[][] logits = new double[ids.length][head.length / width];
    for (int i = 0; i < ids.length; i++) {
      double[] h = norm(x[i], root + (gpt ? "ln_f" : "norm"));
      for (int o = 0; o < logits[i].length; o++) {
        for (int c = 0; c < width; c++) {
          logits[i][o] += h[c] * head[o * width + c];
        }
      }
    }
    return logits;
  }

  private static void add(double[] x, double[] branch) {
    for (int c = 0; c < x.length; c++) {
      x[c] += branch[c];
    }
  }

  /** Conv1D of GPT-2 is (in, out), Linear of Llama (out, in). */
  private double[] product(double[] x, String name) {
    double[] weight = numbers(name + ".weight");
    double[] y = new double[weight.length / x.length];
    for (int o = 0; o < y.length; o++) {
      boolean biased = checkpoint.tensors.containsKey(name + ".bias");
      y[o] = biased ? numbers(name + ".bias")[o] : 0;
      for (int c = 0; c < x.length; c++) {
        y[o] += x[c] * (gpt ? weight[c * y.length + o] : weight[o * x.length + c]);
      }
    }
    return y;
  }

  private double[] norm(double[] x, String name) {
    double[] gain = numbers(name + ".weight");
    double mean = gpt ? Arrays.stream(x).average().orElseThrow() : 0;
    double square = 0;
    for (double value : x) {
      square += (value - mean) * (value - mean) / x.length;
    }
    double[] y = new double[x.length];
    for (int c = 0; c < x.length; c++) {
      y[c] = (x[c] - mean) / Math.sqrt(square + 1e-5) * gain[c];
      y[c] += gpt ? numbers(name + ".bias")[c] : 0;
    }
    return y;
  }

  /** x cos + rotate_half(x) sin. */
  private double[] rotated(double[] x, int position, int d) {
    double[] y = new double[x.length];
    for (int c = 0; c < x.length; c++) {
      double angle = position * frequency(c % d % (d / 2), d);
      double half = c % d < d / 2 ? -x[c + d / 2] : x[c - d / 2];
      y[c] = x[c] * Math.cos(angle) + half * Math.sin(angle);
    }
    return y;
  }

  private double frequency(int i, int d) {
    double plain = 1 / Math.pow((double) checkpoint.config.get("rope_theta"), 2.0 * i / d);
    if (!(checkpoint.config.get("rope_scaling") instanceof Map<?, ?> rope)) {
      return plain;
    }
    double factor = (double) rope.get("factor");
    if ("linear".equals(rope.get("rope_type"))) {
      return plain / factor;
    }
    double low = (double) rope.get("low_freq_factor");
    double high = (double) rope.get("high_freq_factor");
    int old = (int) rope.get("original_max_position_embeddings");
    double wavelength = 2 * Math.PI / plain;
    if (wavelength < old / high) {
      return plain;
    }
    if (wavelength > old / low) {
      return plain / factor;
    }
    double smooth = (old / wavelength - low) / (high - low);
    return (1 - smooth) * plain / factor + smooth * plain;
  }
}
