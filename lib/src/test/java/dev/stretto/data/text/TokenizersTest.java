package dev.stretto.data.text;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tokenizers give back every text; merges are those of a trainer that counts everything anew. */
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
        BpeTokenizer.bytes(),
        BpeTokenizer.train(SAMPLE, 290),
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
      int[] two = tokenizer.encodeAll(Stream.of("a", "b"));
      assertEquals("ab", tokenizer.decode(two));
      assertEquals(4, two.length);
      assertEquals(tokenizer.eos(), two[1]);
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
  void mergesAreThoseOfATrainerThatCountsEverythingAnew() {
    for (int seed = 0; seed < 60; seed++) {
      Rng rng = SeedTree.of(13).child(seed).rng();
      StringBuilder text = new StringBuilder();
      String letters = "aab\u00e9 b\n;1".substring(0, 2 + rng.nextInt(8));
      for (int i = 0; i < 120; i++) {
        text.append(letters.charAt(rng.nextInt(letters.length())));
      }
      List<int[]> expected = naive(text.toString(), 25);
      BpeTokenizer tokenizer = BpeTokenizer.train(text.toString(), 259 + 25);
      assertEquals(259 + expected.size(), tokenizer.vocabulary(), "seed " + seed);
      List<byte[]> tokens = new ArrayList<>();
      for (int i = 0; i < 256; i++) {
        tokens.add(new byte[] {(byte) i});
      }
      for (int[] pair : expected) {
        byte[] left = tokens.get(pair[0]);
        byte[] both = Arrays.copyOf(left, left.length + tokens.get(pair[1]).length);
        System.arraycopy(tokens.get(pair[1]), 0, both, left.length, both.length - left.length);
        tokens.add(both);
      }
      for (int id = 128; id < tokens.size(); id++) {
        String bytes = new String(tokens.get(id), UTF_8);
        if (bytes.indexOf('\ufffd') < 0) {
          assertEquals(bytes, tokenizer.token(id), "seed " + seed);
        } else {
          assertTrue(tokenizer.token(id).startsWith("\\x"), "seed " + seed);
        }
      }
      assertArrayEquals(encode(text.toString(), expected), tokenizer.encode(text.toString()));
    }
  }

  private static final Pattern WORD =
      Pattern.compile(
          " ?\\p{L}{1,64}| ?\\p{N}{1,64}| ?[^\\s\\p{L}\\p{N}]{1,64}"
              + "|\\s{1,64}(?!\\S)|\\s{1,64}");

  private static List<List<Integer>> words(String text) {
    List<List<Integer>> words = new ArrayList<>();
    WORD.matcher(text)
        .results()
        .forEach(
            word -> {
              List<Integer> ids = new ArrayList<>();
              for (byte b : word.group().getBytes(UTF_8)) {
                ids.add(b & 0xFF);
              }
              words.add(ids);
            });
    return words;
  }

  private static List<int[]> naive(String text, int most) {
    List<List<Integer>> words = words(text);
    List<int[]> merges = new ArrayList<>();
    while (merges.size() < most) {
      Map<Long, Integer> counts = new TreeMap<>();
      for (List<Integer> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          counts.merge(word.get(i) * 100_000L + word.get(i + 1), 1, Integer::sum);
        }
      }
      int best = counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
      if (best < 2) {
        break;
      }
      long pair =
          counts.entrySet().stream().filter(e -> e.getValue() == best).findFirst().get().getKey();
      merges.add(new int[] {(int) (pair / 100_000), (int) (pair % 100_000)});
      words.forEach(word -> merge(word, merges.getLast(), 255 + merges.size()));
    }
    return merges;
  }

  private static void merge(List<Integer> word, int[] pair, int id) {
    for (int i = 0; i + 1 < word.size(); i++) {
      if (word.get(i) == pair[0] && word.get(i + 1) == pair[1]) {
        word.set(i, id);
        word.subList(i + 1, i + 2).clear();
      }
    }
  }

  private static int[] encode(String text, List<int[]> merges) {
    List<Integer> ids = new ArrayList<>();
    for (List<Integer> word : words(text)) {
      for (int i = 0; i < merges.size(); i++) {
        merge(word, merges.get(i), 256 + i);
      }
      ids.addAll(word);
    }
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void aSavedTokenizerIsTheSameAgain() throws Exception {
    Path file = folder.resolve("bpe.json");
    Path again = folder.resolve("again.json");
    BpeTokenizer tokenizer = BpeTokenizer.train(SAMPLE, 300);
    tokenizer.save(file);
    BpeTokenizer read = BpeTokenizer.load(file);
    read.save(again);
    assertEquals(-1, Files.mismatch(file, again));
    assertArrayEquals(tokenizer.encode(SAMPLE), read.encode(SAMPLE));
    assertTrue(tokenizer.encode(SAMPLE).length < SAMPLE.length() / 2);
  }

  @Test
  void aFileThatIsNoTokenizerIsOneSentence() throws Exception {
    Path file = folder.resolve("bad.json");
    for (String text : List.of("", "{}", "null", "[1]", "[[1.5,2]]", "[[")) {
      Files.writeString(file, text);
      Exception e = assertThrows(IllegalArgumentException.class, () -> BpeTokenizer.load(file));
      assertTrue(e.getMessage().startsWith(file + " is no JSON array of merges, expected"), text);
      Exception hub = assertThrows(IllegalArgumentException.class, () -> HubTokenizer.load(file));
      assertTrue(hub.getMessage().startsWith(file + " is no tokenizer ("), hub.getMessage());
    }
    Files.writeString(file, "[[97,98],[257,97]]");
    Exception e = assertThrows(IllegalArgumentException.class, () -> BpeTokenizer.load(file));
    assertEquals(file + ": merge 1 is [257, 97], expected two ids below 257", e.getMessage());
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
