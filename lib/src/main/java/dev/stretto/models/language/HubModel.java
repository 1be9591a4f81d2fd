package dev.stretto.models.language;

import dev.stretto.data.text.JsonFields;
import dev.stretto.models.Parameters;
import dev.stretto.models.layers.TransformerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A published language model, read from a folder of Hugging Face's layout: {@code config.json}, one
 * {@code model.safetensors} or several with an index (F32, F16 or BF16), and optionally a {@code
 * tokenizer.json}. Supported networks: Llama, Mistral, Qwen2 and GPT-2.
 *
 * <pre>{@code
 * try (var llama = HubModel.open(folder, 4096);
 *     var tokenizer = HubTokenizer.load(llama.tokenizer().orElseThrow())) {
 *   Decoder.decode(llama.model(), prompts, new Decoder.Options(128, llama.end(), greedy));
 * }
 * }</pre>
 *
 * @param model computes in single precision
 * @param tokenizer the file, where there is one
 * @param begin id of the token that starts a text, -1 for none
 * @param ends ids of the tokens that end one
 */
public record HubModel(CausalLm model, Optional<Path> tokenizer, int begin, List<Integer> ends)
    implements AutoCloseable {

  /**
   * Reads a checkpoint.
   *
   * @param folder where its files lie
   * @param maxLength the most positions that a row will need, since memory for keys and values of
   *     as many is taken at once; the checkpoint's own limit where that is lower
   * @return the model, to be closed by the caller. Throws IllegalArgumentException with one
   *     sentence where a file, a setting or a tensor is not what it should be, UncheckedIOException
   *     where a file cannot be read.
   */
  public static HubModel open(Path folder, int maxLength) {
    JsonFields config = JsonFields.read(folder.resolve("config.json"));
    List<String> names = config.list("architectures", String.class);
    String name = names.isEmpty() ? "" : names.getFirst();
    if (config.find("quantization_config", JsonFields.class).isPresent()) {
      throw refused(config, "quantization_config", "an object", "no quantised weights");
    }
    try (HubFiles files = HubFiles.open(folder)) {
      CausalLm model =
          switch (name) {
            case "LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM" ->
                new HubLlama(config, files, name.startsWith("Qwen2")).read(maxLength);
            case "GPT2LMHeadModel" -> HubGpt.read(config, files, maxLength);
            default ->
                throw refused(
                    config,
                    "architectures",
                    names,
                    "LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM or GPT2LMHeadModel");
          };
      Path tokenizer = folder.resolve("tokenizer.json");
      Path generation = folder.resolve("generation_config.json");
      JsonFields ids = Files.exists(generation) ? JsonFields.read(generation) : config;
      return new HubModel(
          model,
          Optional.of(tokenizer).filter(Files::exists),
          ids(ids, config, "bos_token_id").stream().findFirst().orElse(-1),
          ids(ids, config, "eos_token_id"));
    }
  }

  /** {@return the id of the first token that ends a text, -1 for none} */
  public int end() {
    return ends.isEmpty() ? -1 : ends.getFirst();
  }

  @Override
  public void close() {
    model.close();
  }

  /** What is said of decoding counts more than what is said of the network. */
  private static List<Integer> ids(JsonFields first, JsonFields second, String name) {
    JsonFields fields = first.members().containsKey(name) ? first : second;
    return switch (fields.members().get(name)) {
      case null -> List.of();
      case List<?> several -> fields.list(name, Long.class).stream().map(Math::toIntExact).toList();
      default -> List.of(Math.toIntExact(fields.get(name, Long.class)));
    };
  }

  static IllegalArgumentException refused(
      JsonFields config, String field, Object found, String expected) {
    return new IllegalArgumentException(
        "%s: '%s' is %s, expected %s".formatted(config.place(), field, found, expected));
  }

  /** Throws where a setting is there and is not what alone is known here. */
  static void require(JsonFields config, String field, Object only) {
    Object found = config.members().getOrDefault(field, only);
    if (!found.equals(only)) {
      throw refused(config, field, found, String.valueOf(only));
    }
  }

  /** A model whose tensors are being read; closed again where that fails. */
  static CausalLm filled(
      TransformerConfig shape, boolean tied, HubFiles files, Consumer<Parameters> fill) {
    CausalLm model = new CausalLm(shape, tied, Parameters.undrawn());
    try {
      fill.accept(model.parameters());
      if (!tied) {
        float[] head = files.floats("lm_head.weight", shape.vocabulary(), shape.width());
        model.parameters().load("head.weight", head);
      }
      // masks and frequencies that old versions stored, and a head that is the embedding table
      files.allAsked(
          name ->
              name.matches(".*\\.(attn\\.(masked_)?bias|rotary_emb\\.inv_freq)")
                  || (tied && name.equals("lm_head.weight")));
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }
}
