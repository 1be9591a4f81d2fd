package dev.stretto.data.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Text files, the JDK's sources, windows. */
class CorporaTest {
  private static final Path SOURCES = Path.of(System.getProperty("java.home"), "lib", "src.zip");

  @TempDir Path folder;

  private void write(String name, String text) throws Exception {
    Files.createDirectories(folder.resolve(name).getParent());
    Files.writeString(folder.resolve(name), text);
  }

  @Test
  void aFolderAnArchiveAndAFileAreRead() throws Exception {
    write("in/b/y.txt", "two\n");
    write("in/a.txt", "one\n");
    write("in/b/x.java", "\ud83d\ude00");
    Path zip = folder.resolve("all.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String name : List.of("b/y.txt", "a.txt", "b/x.java")) {
        out.putNextEntry(new ZipEntry(name));
        out.write(Files.readAllBytes(folder.resolve("in").resolve(name)));
      }
    }
    for (Path path : List.of(folder.resolve("in"), zip)) {
      TextFiles files = TextFiles.of(path);
      assertEquals(List.of("a.txt", "b/x.java", "b/y.txt"), files.names());
      assertEquals("one\n\ud83d\ude00two\n", files.text(100));
      assertEquals("one\n", files.text(5), "half a pair is left out");
      assertEquals("one\n\ud83d\ude00", files.text(6));
      assertEquals("", files.text(0));
      assertEquals(List.of("two\n"), files.select(n -> n.endsWith("y.txt")).texts().toList());
    }
    TextFiles one = TextFiles.of(folder.resolve("in/a.txt"));
    assertEquals(List.of(""), one.names());
    assertEquals("one\n", one.text(9));
  }

  @Test
  void whatCannotBeReadIsOneSentence() throws Exception {
    Path bad = folder.resolve("bad.txt");
    Files.write(bad, new byte[] {'a', (byte) 0xC3, (byte) 0xA9, (byte) 0xFF, 'b'});
    Exception e = assertThrows(IllegalArgumentException.class, () -> TextFiles.of(bad).text(9));
    assertEquals(
        bad + ": byte 3 (0xFF) is not UTF-8, expected a text file in UTF-8", e.getMessage());
    Files.write(bad, new byte[] {'a', (byte) 0xE2, (byte) 0x82});
    e = assertThrows(IllegalArgumentException.class, () -> TextFiles.of(bad).text(9));
    assertTrue(e.getMessage().contains("byte 1 (0xE2)"), e.getMessage());
    Path none = folder.resolve("none");
    e = assertThrows(UncheckedIOException.class, () -> TextFiles.of(none));
    assertTrue(e.getMessage().contains(none + " cannot be read"), e.getMessage());
    e = assertThrows(UncheckedIOException.class, () -> JavaSources.of(none));
    assertTrue(e.getMessage().contains("no Java sources at " + none), e.getMessage());
    Path zip = folder.resolve("broken.zip");
    Files.writeString(zip, "PK, but no archive");
    e = assertThrows(UncheckedIOException.class, () -> TextFiles.of(zip));
    assertTrue(e.getMessage().contains(zip + " cannot be read"), e.getMessage());
  }

  @Test
  void trainAndHeldOutShareNoFileAndMissNone() throws Exception {
    for (int i = 0; i < 300; i++) {
      write("many/" + i + ".txt", i + ",");
    }
    TextFiles all = TextFiles.of(folder.resolve("many"));
    List<String> both = new ArrayList<>(all.train().names());
    both.addAll(all.heldOut().names());
    assertEquals(all.names(), both.stream().sorted().toList());
    // binomial(300, .1) outside 12..50 once in 10,000
    int held = all.heldOut().names().size();
    assertTrue(held >= 12 && held <= 50, held + " held out");
  }

  @Test
  void headersAreDropped() {
    String code = "package a;\n/* kept */ class B {}\n";
    for (String header :
        List.of(
            "",
            "/* Copyright */\n\n",
            "/*\n * a\n */\n/* b */\n",
            "// line\n// two\n",
            "/** Copyright (c) */\n")) {
      assertEquals(code, JavaSources.withoutHeader(header + code), header);
    }
    String documented = "/** What it does. */\npackage a;";
    assertEquals(documented, JavaSources.withoutHeader("/* Copyright */\n" + documented));
    assertEquals("", JavaSources.withoutHeader("/* never ends"));
    assertEquals("", JavaSources.withoutHeader("// never ends"));
  }

  @Test
  void theJdkIsACorpusOfRealCode() {
    assumeTrue(Files.exists(SOURCES), "this JDK has no lib/src.zip: its sources are not read");
    TextFiles util = JavaSources.installed("java.base/java/util/", "java.base/java/lang/");
    assertTrue(util.names().contains("java.base/java/util/ArrayList.java"));
    assertTrue(util.names().stream().allMatch(n -> n.endsWith(".java")));
    assertFalse(util.names().contains("java.base/java/io/File.java"));
    assertEquals(util.names().stream().sorted().toList(), util.names());
    String text = util.text(1_000_000);
    assertEquals(1_000_000, text.length());
    assertEquals(
        text,
        JavaSources.installed("java.base/java/util/", "java.base/java/lang/").text(1_000_000));
    assertTrue(
        util.texts()
            .limit(300)
            .allMatch(
                t ->
                    t.startsWith("package")
                        || t.startsWith("/**")
                        || t.startsWith("import")
                        || t.startsWith("module")));
  }

  @Test
  void windowsAreSlicesAndEachStartComes() {
    int[] tokens = IntStream.range(0, 50).toArray();
    Windows windows = new Windows(tokens).part(.2, .8);
    assertEquals(30, windows.size());
    Rng rng = SeedTree.of(1).rng();
    int[] counts = new int[50];
    for (int i = 0; i < 300; i++) {
      long state = rng.state();
      int[][] batch = windows.batch(4, 8, rng);
      for (int[] row : batch) {
        assertArrayEquals(IntStream.range(row[0], row[0] + 8).toArray(), row);
        counts[row[0]]++;
      }
      assertTrue(Arrays.deepEquals(batch, windows.batch(4, 8, new Rng(state))));
    }
    assertTrue(IntStream.range(10, 33).allMatch(i -> counts[i] > 0), Arrays.toString(counts));
    assertEquals(1200, IntStream.range(10, 33).map(i -> counts[i]).sum());
    Windows none = new Windows(new int[3]);
    Exception e = assertThrows(IllegalArgumentException.class, () -> none.batch(1, 4, rng));
    assertEquals("length is 4, expected 1 to 3", e.getMessage());
    assertThrows(IllegalArgumentException.class, () -> none.part(.5, .4));
  }
}
