package dev.stretto.data.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizers give back every text. */
class TokenizersTest {
  private static final String SAMPLE =
      "int a = b + b;\n  return ab ab abc; // na\u00efve \u4e16\u754c \ud83d\ude00\ud83d\ude00\n"
          .repeat(3);

  @TempDir Path folder;

  /** Mostly of few characters, so that merges apply; else anything Unicode has. */
  private static String random(Rng rng) {
    StringBuilder text = new StringBuilder();
    for (int length = rng.nextInt(40); length > 0; length--) {
      int kind = rng.nextInt(6);
      int c =
          switch (kind) {
            case 0 -> rng.nextInt(32);
            case 1 -> rng.nextInt(0x110000);
            case 2 -> SAMPLE.codePointAt(rng.nextInt(SAMPLE.length()));
            default -> "ab \n".charAt(rng.nextInt(4));
          };
      text.appendCodePoint(c >= 0xD800 && c < 0xE000 ? 0x1F600 : c);
    }
    return text.toString();
  }

  private List<Tokenizer> all() throws Exception {
    return List.of(
        CharTokenizer.printable(),
        CharTokenizer.of(SAMPLE),
        CharTokenizer.of(""),
        HubTokenizer.load(byteLevelFile()));
  }

  @Test
  void everyTextComesBackFromEveryTokenizer() throws Exception {
    for (Tokenizer tokenizer : all()) {
      List<String> texts = new ArrayList<>(List.of("", "\0", "\ud83d\ude00", " ", "\r\n", SAMPLE));
      texts.add("x".repeat(5000) + " ".repeat(5000));
      for (int seed = 0; seed < 200; seed++) {
        texts.add(random(SeedTree.of(11).child(seed).rng()));
      }
      for (String text : texts) {
        int[] ids = tokenizer.encode(text);
        assertEquals(text, tokenizer.decode(ids), tokenizer + " on text " + texts.indexOf(text));
        assertTrue(Arrays.stream(ids).allMatch(id -> id >= 0 && id < tokenizer.vocabulary()));
      }
    }
  }

  @Test
  void specialTokensAreTheLastThreeAndLeaveNoText() throws Exception {
    for (Tokenizer tokenizer : all()) {
      int[] special = {tokenizer.pad(), tokenizer.bos(), tokenizer.eos()};
      assertEquals("", tokenizer.decode(special));
      int last = tokenizer.vocabulary() - 1;
      assertArrayEquals(new int[] {last - 2, last - 1, last}, special);
      assertEquals("<pad> <eos>", tokenizer.token(last - 2) + " " + tokenizer.token(last));
      for (int id : new int[] {-1, last + 1}) {
        assertThrows(IllegalArgumentException.class, () -> tokenizer.decode(id));
        assertThrows(IllegalArgumentException.class, () -> tokenizer.token(id));
      }
    }
  }

  @Test
  void whateverAModelWritesIsSomeText() throws Exception {
    for (Tokenizer tokenizer : all()) {
      for (int seed = 0; seed < 100; seed++) {
        Rng rng = SeedTree.of(12).child(seed).rng();
        int[] ids = rng.ints(20, 0, tokenizer.vocabulary()).toArray();
        String text = tokenizer.decode(ids);
        assertEquals(text, tokenizer.decode(tokenizer.encode(text)), "seed " + seed);
      }
    }
  }

  @Test
  void halfASurrogatePairIsOneSentence() throws Exception {
    for (Tokenizer tokenizer : all()) {
      for (String half : List.of("ab\ud83d", "ab\ude00c", "ab\ud83d\ud83d\ude00")) {
        Exception e = assertThrows(IllegalArgumentException.class, () -> tokenizer.encode(half));
        assertEquals("character 2 is half a surrogate pair, expected Unicode text", e.getMessage());
      }
    }
  }

  @Test
  void ninetySixCharactersAreOneTokenEach() {
    CharTokenizer tokenizer = CharTokenizer.printable();
    assertEquals(96, tokenizer.characters().length());
    assertEquals(100, tokenizer.vocabulary());
    assertEquals(96, tokenizer.encode(tokenizer.characters()).length);
    assertEquals(6, tokenizer.encode("\u00e9").length);
    assertEquals("<byte>c3<byte>a9<byte>ef<byte>bb<byte>bf", shown(tokenizer, "\u00e9\ufeff"));
    assertEquals(tokenizer.characters(), CharTokenizer.of(tokenizer.characters()).characters());
    assertEquals("a\ufffdb", tokenizer.decode(66, 96, 67));
  }

  private static String shown(Tokenizer tokenizer, String text) {
    StringBuilder all = new StringBuilder();
    Arrays.stream(tokenizer.encode(text)).mapToObj(tokenizer::token).forEach(all::append);
    return all.toString();
  }

  @Test
  void aFileThatIsNoTokenizerIsOneSentence() throws Exception {
    Path file = folder.resolve("bad.json");
    for (String text : List.of("", "{}", "null", "[1]", "[[1.5,2]]", "[[")) {
      Files.writeString(file, text);
      Exception hub = assertThrows(IllegalArgumentException.class, () -> HubTokenizer.load(file));
      assertTrue(hub.getMessage().startsWith(file + " is no tokenizer ("), hub.getMessage());
    }
  }

  /** A byte-level tokenizer.json as GPT-2's, with two merges. */
  private Path byteLevelFile() throws Exception {
    JsonObject vocab = new JsonObject();
    for (int b = 0, extra = 256; b < 256; b++) {
      boolean shown = b > 32 && b != 173 && (b < 127 || b > 160);
      vocab.addProperty(Character.toString(shown ? b : extra++), b);
    }
    vocab.addProperty("ab", 256);
    vocab.addProperty("\u0120ab", 257);
    JsonArray merges = new JsonArray();
    merges.add("a b");
    merges.add("\u0120 ab");
    JsonObject model = new JsonObject();
    model.addProperty("type", "BPE");
    model.add("vocab", vocab);
    model.add("merges", merges);
    JsonArray added = new JsonArray();
    for (String name : List.of("<pad>", "<bos>", "<eos>")) {
      JsonObject token = new JsonObject();
      token.addProperty("id", 258 + added.size());
      token.addProperty("content", name);
      for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
        token.addProperty(flag, false);
      }
      token.addProperty("special", true);
      added.add(token);
    }
    JsonObject level = new JsonObject();
    level.addProperty("type", "ByteLevel");
    level.addProperty("add_prefix_space", false);
    level.addProperty("trim_offsets", true);
    level.addProperty("use_regex", true);
    JsonObject file = new JsonObject();
    file.addProperty("version", "1.0");
    file.add("added_tokens", added);
    file.add("pre_tokenizer", level);
    file.add("decoder", level);
    file.add("model", model);
    Path path = folder.resolve("tokenizer.json");
    Files.writeString(path, file.toString());
    return path;
  }

  @Test
  void aTokenizerOfTheHubMergesAsItsFileSays() throws Exception {
    try (HubTokenizer tokenizer = HubTokenizer.load(byteLevelFile())) {
      assertArrayEquals(new int[] {256, 257, 'c'}, tokenizer.encode("ab abc"));
      assertEquals(" ab", tokenizer.token(257));
      assertEquals(261, tokenizer.vocabulary());
    }
  }
}
