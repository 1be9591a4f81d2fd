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
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016; bytes as in GPT-2): ids 0 to 255 are the
 * bytes, then one id a merge, then pad, bos, eos. No token crosses the border of a word, which
 * takes the blank before it and at most 64 characters.
 */
public final class BpeTokenizer implements Tokenizer {
  private static final String FORMAT = "stretto-bpe-1";
  private static final Pattern WORD =
      Pattern.compile(
          " ?\\p{L}{1,64}| ?\\p{N}{1,64}| ?[^\\s\\p{L}\\p{N}]{1,64}|\\s{1,64}(?!\\S)|\\s{1,64}");

  private final int[][] merges;
  private final Map<Long, Integer> merged = new HashMap<>();
  private final byte[][] bytes;

  /** What is stored. */
  private record Stored(String format, List<List<Integer>> merges) {}

  private BpeTokenizer(int[][] merges) {
    this.merges = merges;
    this.bytes = new byte[256 + merges.length][];
    for (int id = 0; id < bytes.length; id++) {
      if (id < 256) {
        bytes[id] = new byte[] {(byte) id};
      } else {
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
   * Learns merges: again and again the most frequent pair of neighbours within words becomes a
   * token; of equally frequent ones the pair with the smaller left id, then the smaller right id.
   *
   * @param text the training text
   * @param vocabulary the ids wanted, 259 or more; fewer come out where no pair occurs twice
   * @return the tokenizer, the same for the same text
   */
  public static BpeTokenizer train(String text, int vocabulary) {
    Checks.range("vocabulary", vocabulary, 256 + Checks.SPECIAL.size(), Integer.MAX_VALUE);
    Checks.bytes(text);
    Map<String, Long> words =
        WORD.matcher(text)
            .results()
            .collect(Collectors.groupingBy(word -> word.group(), Collectors.counting()));
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
    Stored stored;
    try {
      stored = new Gson().fromJson(Checks.text(Files.readAllBytes(file), file + ""), Stored.class);
    } catch (JsonParseException e) {
      stored = null;
    }
    if (stored == null || !FORMAT.equals(stored.format()) || stored.merges() == null) {
      throw new IllegalArgumentException(
          file + " is no BPE tokenizer, expected JSON with format stretto-bpe-1 and merges");
    }
    int[][] merges = new int[stored.merges().size()][2];
    for (int i = 0; i < merges.length; i++) {
      List<Integer> pair = stored.merges().get(i);
      int next = 256 + i;
      if (pair == null
          || pair.size() != 2
          || pair.stream().anyMatch(id -> id == null || id < 0 || id >= next)) {
        throw new IllegalArgumentException(
            file + ": merge " + i + " is " + pair + ", expected two ids below " + next);
      }
      Arrays.setAll(merges[i], pair::get);
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
    List<List<Integer>> pairs = Stream.of(merges).map(pair -> List.of(pair[0], pair[1])).toList();
    Files.writeString(file, new Gson().toJson(new Stored(FORMAT, pairs)) + "\n");
  }

  @Override
  public int vocabulary() {
    return bytes.length + Checks.SPECIAL.size();
  }

  @Override
  public int[] encode(String text) {
    int[] ids = new int[Checks.bytes(text).length];
    int size = 0;
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      byte[] letters = word.group().getBytes(UTF_8);
      for (int i = 0; i < letters.length; i++) {
        ids[size + i] = letters[i] & 0xFF;
      }
      size = merge(ids, size, size + letters.length);
    }
    return Arrays.copyOf(ids, size);
  }

  /** Merges within ids[from, to), earliest merge first; returns the new end. */
  private int merge(int[] ids, int from, int to) {
    while (true) {
      int best = Integer.MAX_VALUE;
      for (int i = from; i + 1 < to; i++) {
        best = Math.min(best, merged.getOrDefault(pair(ids[i], ids[i + 1]), best));
      }
      if (best == Integer.MAX_VALUE) {
        return to;
      }
      to = replace(ids, from, to, merges[best - 256], best);
    }
  }

  /** Replaces each occurrence of a pair, from the left; returns the new end. */
  static int replace(int[] ids, int from, int to, int[] pair, int id) {
    int end = from;
    for (int i = from; i < to; end++) {
      boolean hit = i + 1 < to && ids[i] == pair[0] && ids[i + 1] == pair[1];
      ids[end] = hit ? id : ids[i];
      i += hit ? 2 : 1;
    }
    return end;
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
