package dev.stretto.data.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * A {@code tokenizer.json} of a published model, run by DJL's HuggingFaceTokenizer. Whether every
 * text comes back exactly is the file's matter: byte-level ones do. Pad, bos and eos are found by
 * their usual names.
 */
public final class HubTokenizer implements Tokenizer, AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final Map<String, Integer> ids = new HashMap<>();
  private final int vocabulary;

  private HubTokenizer(HuggingFaceTokenizer tokenizer, JsonFields json) {
    this.tokenizer = tokenizer;
    JsonFields model = json.get("model", JsonFields.class);
    if (model.members().get("vocab") instanceof Map) {
      JsonFields map = model.get("vocab", JsonFields.class);
      map.members().keySet().forEach(token -> ids.put(token, map.whole(token, 0)));
    } else {
      model.list("vocab", List.class).forEach(e -> ids.put(String.valueOf(e.get(0)), ids.size()));
    }
    for (JsonFields token : json.list("added_tokens", JsonFields.class)) {
      ids.put(token.get("content", String.class), token.whole("id", 0));
    }
    vocabulary = ids.values().stream().mapToInt(id -> id + 1).max().orElse(0);
  }

  /**
   * Loads a tokenizer; close it, it holds native memory.
   *
   * @param file a {@code tokenizer.json}
   * @return the tokenizer
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is no tokenizer: one sentence
   */
  public static HubTokenizer load(Path file) throws IOException {
    String text = Checks.text(Files.readAllBytes(file), file);
    Map<String, String> plain =
        Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");
    try {
      JsonFields json = JsonFields.parse("it", text);
      return new HubTokenizer(HuggingFaceTokenizer.newInstance(file, plain), json);
    } catch (RuntimeException e) {
      String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new IllegalArgumentException(
          file + " is no tokenizer (" + why + "), expected a tokenizer.json of Hugging Face", e);
    }
  }

  @Override
  public int vocabulary() {
    return vocabulary;
  }

  @Override
  public int[] encode(String text) {
    Checks.bytes(text);
    return LongStream.of(tokenizer.encode(text, false, false).getIds())
        .mapToInt(Math::toIntExact)
        .toArray();
  }

  @Override
  public String decode(int... ids) {
    return decode(true, ids);
  }

  @Override
  public String token(int id) {
    return decode(false, id);
  }

  private String decode(boolean skipSpecial, int... ids) {
    for (int id : ids) {
      Checks.range("token id", id, 0, vocabulary - 1L);
    }
    return tokenizer.decode(IntStream.of(ids).asLongStream().toArray(), skipSpecial);
  }

  @Override
  public int pad() {
    return named("<pad>", "[PAD]", "<|endoftext|>");
  }

  @Override
  public int bos() {
    return named("<s>", "<bos>", "<|begin_of_text|>", "[CLS]", "<|endoftext|>");
  }

  @Override
  public int eos() {
    return named("</s>", "<eos>", "<|end_of_text|>", "[SEP]", "<|endoftext|>");
  }

  private int named(String... names) {
    for (String name : names) {
      if (ids.containsKey(name)) {
        return ids.get(name);
      }
    }
    throw new IllegalStateException("this tokenizer has none of " + String.join(" ", names));
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
