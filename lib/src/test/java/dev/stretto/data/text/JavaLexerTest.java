package dev.stretto.data.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.papers.aggressive.NoisyLines;
import dev.stretto.tensor.SeedTree;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JavaLexerTest {
  @Test
  void tokensAreTheLongestOnesAndCommentsAreDropped() {
    assertEquals(
        List.of(
            "int", "a1", "=", "0x1F", "+", "1.5e-3f", ";", "a", ">>>=", "b", "->", "c", "::", "d"),
        JavaLexer.split("int a1 = 0x1F+1.5e-3f; // no = no\n a>>>=b->c /* x\n */ ::d"));
    assertEquals(
        List.of("f", "(", "\"a\\\"//\"", ",", "'\\''", ",", "\"\"\"\n x \" y\n\"\"\"", ")"),
        JavaLexer.split("f(\"a\\\"//\",'\\'',\"\"\"\n x \" y\n\"\"\")"));
    assertEquals(List.of("x", "...", "y", ".", "z", "1", "-", "2"), JavaLexer.split("x...y.z 1-2"));
  }

  @Test
  void tokensAreNumberedAsTheyCome() {
    JavaLexer lexer = new JavaLexer();
    assertArrayEquals(new int[] {0, 1, 0}, lexer.encode(JavaLexer.split("a + a")));
    assertArrayEquals(new int[] {1, 2}, lexer.encode(JavaLexer.split("+ b")));
    assertEquals("b", lexer.token(2));
    assertEquals(3, lexer.vocabulary());
    assertThrows(IllegalArgumentException.class, () -> lexer.token(3));
  }

  @Test
  void noiseIsAsFrequentAsAskedFor() {
    String line = "public static void main(String[] args) {";
    NoisyLines clean = new NoisyLines(List.of(line), 0);
    assertEquals(line, clean.draw(SeedTree.of(1).rng()).noisy());
    NoisyLines noisy = new NoisyLines(List.of(line), .05);
    int touched = 0;
    for (int seed = 0; seed < 500; seed++) {
      touched += noisy.draw(SeedTree.of(seed).rng()).noisy().equals(line) ? 0 : 1;
    }
    // 1 - .95^40 = .87; some swaps and replacements change nothing
    assertTrue(touched > 400 && touched < 470, touched + " of 500, seeds 0 to 499");
    assertThrows(IllegalArgumentException.class, () -> new NoisyLines(List.of(line), 1.1));
    assertEquals(List.of("abc d"), NoisyLines.of(Stream.of(" abc d\nx\nabc d\n\u00e4bcde"), 3, 5));
  }
}
