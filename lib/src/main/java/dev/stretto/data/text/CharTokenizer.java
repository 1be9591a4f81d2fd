package dev.stretto.data.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One token a character, of a fixed set. A character outside the set is written as its UTF-8 bytes,
 * each an escape token and two hexadecimal digits, so nothing is lost and the vocabulary stays
 * small. Ids: the characters in the order of their code points, escape, pad, bos, eos.
 */
public final class CharTokenizer implements Tokenizer {
  private static final String HEX = "0123456789abcdef";

  private final int[] characters;

  private CharTokenizer(IntStream characters) {
    this.characters = IntStream.concat(characters, HEX.chars()).sorted().distinct().toArray();
  }

  /** {@return the tokenizer of 96 characters: newline and ASCII 32 to 126; 100 ids} */
  public static CharTokenizer printable() {
    return new CharTokenizer(IntStream.concat(IntStream.of('\n'), IntStream.range(32, 127)));
  }

  /**
   * The tokenizer of the characters that occur in a corpus, and the 16 hexadecimal digits.
   *
   * @param corpus a text, or the {@link #characters()} of another tokenizer
   * @return the tokenizer
   */
  public static CharTokenizer of(String corpus) {
    Checks.bytes(corpus);
    return new CharTokenizer(corpus.codePoints());
  }

  /** {@return the characters that are one token each, in the order of their ids} */
  public String characters() {
    return new String(characters, 0, characters.length);
  }

  @Override
  public int vocabulary() {
    return characters.length + 1 + Checks.SPECIAL.size();
  }

  @Override
  public int[] encode(String text) {
    Checks.bytes(text);
    return text.codePoints().flatMap(this::ids).toArray();
  }

  private IntStream ids(int character) {
    int id = Arrays.binarySearch(characters, character);
    if (id >= 0) {
      return IntStream.of(id);
    }
    byte[] bytes = Character.toString(character).getBytes(UTF_8);
    return IntStream.range(0, bytes.length)
        .flatMap(i -> IntStream.of(characters.length, digit(bytes[i] >> 4), digit(bytes[i])));
  }

  private int digit(int nibble) {
    return Arrays.binarySearch(characters, HEX.charAt(nibble & 15));
  }

  @Override
  public String decode(int... ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(ids.length);
    for (int i = 0; i < ids.length; i++) {
      Checks.range("token id", ids[i], 0, vocabulary() - 1L);
      if (ids[i] < characters.length) {
        bytes.writeBytes(Character.toString(characters[ids[i]]).getBytes(UTF_8));
      } else if (ids[i] == characters.length) {
        boolean whole = nibble(ids, i + 1) >= 0 && nibble(ids, i + 2) >= 0;
        bytes.write(whole ? nibble(ids, i + 1) << 4 | nibble(ids, i + 2) : 0xFF);
        i += whole ? 2 : 0;
      }
    }
    return bytes.toString(UTF_8);
  }

  private int nibble(int[] ids, int i) {
    boolean character = i < ids.length && ids[i] >= 0 && ids[i] < characters.length;
    return character ? HEX.indexOf(characters[ids[i]]) : -1;
  }

  @Override
  public String token(int id) {
    Checks.range("token id", id, 0, vocabulary() - 1L);
    int special = id - characters.length - 1;
    return special >= 0
        ? Checks.SPECIAL.get(special)
        : special == -1 ? "<byte>" : Character.toString(characters[id]);
  }
}
