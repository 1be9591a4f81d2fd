package dev.stretto.data.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016; bytes as in GPT-2): ids 0 to 255 are the
 * bytes, then one id a merge, then pad, bos, eos. No token crosses the border of a word, which
 * takes the blank before it and at most 64 characters.
 */
public final class BpeTokenizer implements Tokenizer {
  private static final Pattern WORD =
      Pattern.compile(
          " ?\\p{L}{1,64}| ?\\p{N}{1,64}| ?[^\\s\\p{L}\\p{N}]{1,64}|\\s{1,64}(?!\\S)|\\s{1,64}");

  private final int[][] merges;
  private final Map<Long, Integer> merged = new HashMap<>();
  private final byte[][] bytes;

  private BpeTokenizer(int[][] merges) {
    this.merges = merges;
    this.bytes = new byte[256 + merges.length][];
    for (int id = 0; id < bytes.length; id++) {
      bytes[id] = new byte[] {(byte) id};
      if (id >= 256) {
        byte[] left = bytes[merges[id - 256][0]];
        byte[] right = bytes[merges[id - 256][1]];
        bytes[id] = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, bytes[id], left.length, right.length);
        merged.put(pair(merges[id - 256][0], merges[id - 256][1]), id);
      }
    }
  }

  /** {@return the byte tokenizer: no merges, 259 ids} */
  public static BpeTokenizer bytes() {
    return new BpeTokenizer(new int[0][]);
  }

  /**
   * Learns merges: repeatedly the most frequent pair of neighbours within words becomes a token; of
   * equally frequent ones the pair with the smaller left id, then the smaller right id.
   *
   * @param text the training text
   * @param vocabulary the ids wanted, 259 or more; fewer come out where no pair occurs twice
   * @return the tokenizer, the same for the same text
   */
  public static BpeTokenizer train(String text, int vocabulary) {
    Checks.range("vocabulary", vocabulary, 256 + Checks.SPECIAL.size(), Integer.MAX_VALUE);
    Checks.bytes(text);
    Map<String, Long> words = new HashMap<>();
    WORD.matcher(text).results().forEach(word -> words.merge(word.group(), 1L, Long::sum));
    return new BpeTokenizer(new BpeTrainer(words).merges(vocabulary - 256 - Checks.SPECIAL.size()));
  }

  /**
   * Reads what {@link #save} wrote.
   *
   * @param file a JSON file
   * @return the tokenizer
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if it is not a tokenizer: one sentence that names the place
   */
  public static BpeTokenizer load(Path file) throws IOException {
    int[][] merges;
    try {
      merges = new Gson().fromJson(Checks.text(Files.readAllBytes(file), file), int[][].class);
    } catch (JsonParseException e) {
      merges = null;
    }
    if (merges == null) {
      throw new IllegalArgumentException(
          file + " is no JSON array of merges, expected [[97,98],..]");
    }
    for (int i = 0; i < merges.length; i++) {
      int next = 256 + i;
      if (merges[i] == null
          || merges[i].length != 2
          || IntStream.of(merges[i]).anyMatch(id -> id < 0 || id >= next)) {
        String found = Arrays.toString(merges[i]);
        throw new IllegalArgumentException(
            file + ": merge " + i + " is " + found + ", expected two ids below " + next);
      }
    }
    return new BpeTokenizer(merges);
  }

  /**
   * Writes the merges as JSON, the same bytes for the same tokenizer.
   *
   * @param file replaced if there
   * @throws IOException if it cannot be written
   */
  public void save(Path file) throws IOException {
    Files.writeString(file, new Gson().toJson(merges) + "\n");
  }

  @Override
  public int vocabulary() {
    return bytes.length + Checks.SPECIAL.size();
  }

  @Override
  public int[] encode(String text) {
    Checks.bytes(text);
    Map<String, int[]> known = new HashMap<>();
    return WORD.matcher(text)
        .results()
        .flatMapToInt(word -> IntStream.of(known.computeIfAbsent(word.group(), this::ids)))
        .toArray();
  }

  /** The ids of a word: the earliest merge first. */
  private int[] ids(String word) {
    int[] ids = letters(word);
    while (true) {
      int best = Integer.MAX_VALUE;
      for (int i = 0; i + 1 < ids.length; i++) {
        best = Math.min(best, merged.getOrDefault(pair(ids[i], ids[i + 1]), best));
      }
      if (best == Integer.MAX_VALUE) {
        return ids;
      }
      ids = replace(ids, merges[best - 256], best);
    }
  }

  /** The bytes of a word as ids. */
  static int[] letters(String word) {
    byte[] bytes = word.getBytes(UTF_8);
    return IntStream.range(0, bytes.length).map(i -> bytes[i] & 0xFF).toArray();
  }

  /** The ids with each occurrence of a pair replaced, from the left. */
  static int[] replace(int[] ids, int[] pair, int id) {
    int[] out = new int[ids.length];
    int end = 0;
    for (int i = 0; i < ids.length; i++) {
      boolean hit = i + 1 < ids.length && ids[i] == pair[0] && ids[i + 1] == pair[1];
      out[end++] = hit ? id : ids[i];
      i += hit ? 1 : 0;
    }
    return Arrays.copyOf(out, end);
  }

  /** Two ids as one key, ordered by the left id, then the right one. */
  static long pair(int left, int right) {
    return (long) left << 32 | right;
  }

  @Override
  public String decode(int... ids) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(ids.length * 4);
    for (int id : ids) {
      Checks.range("token id", id, 0, vocabulary() - 1L);
      if (id < bytes.length) {
        out.writeBytes(bytes[id]);
      }
    }
    return out.toString(UTF_8);
  }

  @Override
  public String token(int id) {
    Checks.range("token id", id, 0, vocabulary() - 1L);
    if (id >= bytes.length) {
      return Checks.SPECIAL.get(id - bytes.length);
    }
    String text = new String(bytes[id], UTF_8);
    HexFormat hex = HexFormat.of().withPrefix("\\x");
    return text.indexOf('\uFFFD') < 0 ? text : hex.formatHex(bytes[id]);
  }
}
