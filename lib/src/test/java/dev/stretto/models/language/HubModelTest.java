package dev.stretto.models.language;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.ExactMatch;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SpeculativeDecoder;
import dev.stretto.samplers.drafting.ModelDrafter;
import dev.stretto.samplers.drafting.TreeExpansion;
import dev.stretto.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints in Hugging Face's layout against an oracle of their definitions. */
class HubModelTest {
  /** Of 6 dimensions a head: one pair stays, one is blended, one is slowed. */
  private static final Map<String, Object> LLAMA3 =
      Map.of(
          "rope_type", "llama3",
          "factor", 8.0,
          "low_freq_factor", 1.0,
          "high_freq_factor", 4.0,
          "original_max_position_embeddings", 100);

  @TempDir Path folder;

  private static int[] tokens(int n, int vocabulary, long seed) {
    return new Random(seed).ints(n, 0, vocabulary).toArray();
  }

  private static void assertLogits(HubCheckpoint checkpoint, HubModel hub, int n) {
    int[] ids = tokens(n, hub.model().vocabulary(), 5);
    double[][] expected = new HubOracle(checkpoint).logits(ids, 0);
    try (NDManager scope = Tensors.manager()) {
      NDArray row = scope.create(IntStream.of(ids).asLongStream().toArray(), new Shape(1, n));
      float[] found = hub.model().logits(row, false).toFloatArray();
      double scale =
          Arrays.stream(expected)
              .flatMapToDouble(Arrays::stream)
              .map(Math::abs)
              .max()
              .orElseThrow();
      for (int i = 0; i < found.length; i++) {
        double wanted = expected[i / expected[0].length][i % expected[0].length];
        assertEquals(wanted, found[i], 1e-4 * scale, "logit " + i + " of scale " + scale);
      }
    }
  }

  /** The oracle's own continuation; no two logits may be so close that rounding decides. */
  private static void assertContinuation(HubCheckpoint checkpoint, HubModel hub, int n) {
    int[] ids = tokens(7, hub.model().vocabulary(), 6);
    var options = new Decoder.Options(n, -1, Sampling.greedy());
    int[] found = Decoder.decode(hub.model(), new int[][] {ids}, options).tokens()[0];
    HubOracle oracle = new HubOracle(checkpoint);
    int[] text = Arrays.copyOf(ids, ids.length + n);
    for (int i = 0; i < n; i++) {
      double[] last = oracle.logits(Arrays.copyOf(text, ids.length + i), 0)[ids.length + i - 1];
      int best =
          IntStream.range(0, last.length).reduce((a, b) -> last[b] > last[a] ? b : a).orElseThrow();
      assertEquals(best, found[i], "token " + i);
      text[ids.length + i] = best;
    }
  }

  @ParameterizedTest
  @CsvSource({"transformer.", "''"})
  void gpt2IsItsDefinition(String prefix) throws IOException {
    HubCheckpoint checkpoint = HubCheckpoint.gpt2(1, prefix);
    try (HubModel hub = HubModel.open(checkpoint.write(folder, 1), 1000)) {
      assertEquals(64, hub.model().maxLength());
      assertLogits(checkpoint, hub, 40);
      assertContinuation(checkpoint, hub, 20);
    }
    try (HubModel hub = HubModel.open(folder, 16)) {
      assertEquals(16, hub.model().maxLength());
      assertLogits(checkpoint, hub, 16);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F32, 1, false, false",
    "F16, 3, false, false",
    "BF16, 3, true, false",
    "F32, 3, true, true"
  })
  void llamaIsItsDefinition(String dtype, int shards, boolean tied, boolean qwen)
      throws IOException {
    HubCheckpoint checkpoint = HubCheckpoint.llama(2, dtype, 2, tied, qwen);
    try (HubModel hub = HubModel.open(checkpoint.write(folder, shards), 1000)) {
      assertLogits(checkpoint, hub, 40);
      assertContinuation(checkpoint, hub, 15);
    }
  }

  @ParameterizedTest
  @CsvSource({"llama3", "linear"})
  void scaledRotationsReachBeyondTheOriginalLength(String type) throws IOException {
    HubCheckpoint checkpoint = HubCheckpoint.llama(3, "F32", 2, false, false);
    Map<String, Object> rope = new HashMap<>(LLAMA3);
    rope.put("rope_type", type);
    checkpoint.config.put("rope_scaling", rope);
    try (HubModel hub = HubModel.open(checkpoint.write(folder, 1), 1000)) {
      assertLogits(checkpoint, hub, 300);
    }
    // the later spelling
    HubCheckpoint later = HubCheckpoint.llama(3, "F32", 2, false, false);
    rope.put("rope_theta", later.config.remove("rope_theta"));
    later.config.put("rope_parameters", rope);
    try (HubModel hub = HubModel.open(later.write(folder, 1), 1000)) {
      assertLogits(checkpoint, hub, 150);
    }
  }

  /** A draft of the same vocabulary, here the target's own first layer. */
  @Test
  void aDraftByPathGivesTheTokensOfTheTargetAlone() throws IOException {
    HubCheckpoint large = HubCheckpoint.llama(4, "F32", 3, false, false);
    HubCheckpoint small = HubCheckpoint.llama(4, "BF16", 1, false, false);
    small.tensors.replaceAll((name, stored) -> large.tensors.get(name));
    try (HubModel target = HubModel.open(large.write(folder.resolve("large"), 3), 128);
        HubModel draft = HubModel.open(small.write(folder.resolve("small"), 1), 128)) {
      Drafter drafter = new ModelDrafter(draft.model(), TreeExpansion.chain(3));
      int[][] prompts = {tokens(5, 37, 7), tokens(9, 37, 8), tokens(2, 37, 9)};
      for (Sampling sampling : List.of(Sampling.greedy(), Sampling.of(1, 11))) {
        var options = new Decoder.Options(30, 36, sampling);
        int[][] alone = Decoder.decode(target.model(), prompts, options).tokens();
        var run =
            SpeculativeDecoder.decode(target.model(), prompts, options, drafter, new ExactMatch());
        for (int b = 0; b < prompts.length; b++) {
          assertArrayEquals(alone[b], run.tokens()[b], "row " + b);
        }
        assertTrue(run.acceptance().accepted() > 0, "nothing was accepted, so nothing was tested");
      }
    }
  }

  @Test
  void idsComeFromTheGenerationSettingsFirst() throws IOException {
    HubCheckpoint checkpoint = HubCheckpoint.gpt2(1, "transformer.");
    checkpoint.write(folder, 1);
    try (HubModel hub = HubModel.open(folder, 8)) {
      assertEquals(-1, hub.begin());
      assertEquals(-1, hub.end());
      assertTrue(hub.tokenizer().isEmpty());
    }
    checkpoint.config.put("bos_token_id", 3);
    checkpoint.config.put("eos_token_id", 4);
    checkpoint.write(folder, 1);
    Files.writeString(folder.resolve("generation_config.json"), "{\"eos_token_id\": [7, 8]}");
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    try (HubModel hub = HubModel.open(folder, 8)) {
      assertEquals(3, hub.begin());
      assertEquals(List.of(7, 8), hub.ends());
      assertEquals(7, hub.end());
      assertEquals("tokenizer.json", hub.tokenizer().orElseThrow().getFileName().toString());
    }
  }

  private String refusal(HubCheckpoint checkpoint, int shards) throws IOException {
    return refusal(checkpoint.write(folder, shards));
  }

  private String refusal(Path where) {
    String says =
        assertThrows(IllegalArgumentException.class, () -> HubModel.open(where, 64)).getMessage();
    assertEquals(1, says.lines().count(), says);
    return says.replace(where + "/", "").replace(where.toString(), "FOLDER");
  }

  @Test
  void whatDoesNotFitIsSaidInOneSentence() throws IOException {
    HubCheckpoint missing = HubCheckpoint.llama(2, "F32", 2, false, false);
    missing.tensors.remove("model.layers.1.mlp.up_proj.weight");
    assertEquals(
        "FOLDER has no tensor 'model.layers.1.mlp.up_proj.weight', expected one of shape (40, 24)",
        refusal(missing, 1));
    HubCheckpoint surplus = HubCheckpoint.llama(2, "F32", 2, false, true);
    surplus.config.put("architectures", List.of("LlamaForCausalLM"));
    assertEquals(
        "model.safetensors: tensor 'model.layers.0.self_attn.k_proj.bias' (of 6 such) has no place"
            + " in the network of config.json",
        refusal(surplus, 1));
    HubCheckpoint shape = HubCheckpoint.llama(2, "F32", 2, false, false);
    shape.config.put("num_key_value_heads", 4);
    assertEquals(
        "model.safetensors: tensor 'model.layers.0.self_attn.k_proj.weight' has shape (12, 24),"
            + " expected (24, 24)",
        refusal(shape, 1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "architectures|[\"BertModel\"]|'architectures' is [BertModel], expected LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM or GPT2LMHeadModel",
        "hidden_act|\"gelu\"|'hidden_act' is gelu, expected silu",
        "head_dim|8|'head_dim' is 8, expected 6",
        "hidden_size|\"wide\"|'hidden_size' is wide, expected a whole number",
        "num_hidden_layers|0|'num_hidden_layers' is 0, expected 1 or more",
        "sliding_window|10|'sliding_window' is 10, expected none, or rows within it",
        "rope_scaling|{\"rope_type\": \"yarn\"}|'rope_type' is yarn, expected default, linear or llama3",
        "rope_scaling|{\"type\": \"linear\"}|has no 'factor'",
        "vocab_size|null|has no 'vocab_size'",
        "quantization_config|{}|'quantization_config' is an object, expected no quantised weights"
      })
  void settingsThatAreNotKnownAreRefused(String field, String json, String says)
      throws IOException {
    HubCheckpoint checkpoint = HubCheckpoint.llama(2, "F32", 1, false, false);
    checkpoint.config.remove(field);
    checkpoint.write(folder, 1);
    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    Files.writeString(config, "{\"" + field + "\": " + json + ", " + text.substring(1));
    String refusal = refusal(folder);
    assertEquals("config.json" + (says.startsWith("has") ? " " : ": ") + says, refusal);
  }

  @Test
  void filesThatAreNotWholeAreRefused() throws IOException {
    HubCheckpoint checkpoint = HubCheckpoint.llama(2, "F32", 1, false, false);
    checkpoint.write(folder, 3);
    Path second = folder.resolve("model-00002-of-00003.safetensors");
    byte[] whole = Files.readAllBytes(second);
    Files.write(second, Arrays.copyOf(whole, whole.length - 100));
    String says = refusal(folder);
    assertTrue(says.contains("model-00002-of-00003.safetensors: tensor '"), says);
    Files.delete(second);
    says = refusal(folder);
    assertTrue(says.contains("model-00002-of-00003.safetensors', expected a file beside it"), says);
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"lm_head.weight\": \"model-00001-of-00003.safetensors\"}}");
    says = refusal(folder);
    assertTrue(says.contains("has no tensor 'lm_head.weight', expected it there by"), says);
    Files.delete(folder.resolve("model.safetensors.index.json"));
    assertEquals(
        "FOLDER has no weights, expected model.safetensors or model.safetensors.index.json",
        refusal(folder));
    Files.writeString(folder.resolve("config.json"), "{\"architectures\": [");
    says = refusal(folder);
    assertTrue(says.startsWith("config.json is not JSON: "), says);
  }
}
