package dev.stretto.data.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong in a manifest is said in one sentence, and counted where errors are skipped. */
class BadManifestTest {
  private static final String GOOD =
      "{\"audio_filepath\": \"a%d.wav\", \"duration\": 2.5, \"text\": \"x y\"}\n";

  @TempDir Path folder;

  private Path file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private static ReadReport skip(Path file) {
    try (ManifestReader reader = Manifests.open(file, ReadOptions.defaults().skipErrors(true))) {
      reader.forEachRemaining(cut -> {});
      return reader.report();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"audio_filepath\": \"b.wav\", \"dur | BAD_JSON | not valid JSON",
        "[1, 2] | BAD_JSON | the line is not an object",
        "{\"audio_filepath\": \"b.wav\", \"duration\": 1} {} | BAD_JSON | goes on after the object",
        "{\"audio_filepath\": \"b.wav\", \"text\": \"x\"} | MISSING_FIELD | duration is missing",
        "{\"audio_filepath\": \"b.wav\", \"duration\": null} | MISSING_FIELD | duration is missing",
        "{\"duration\": 2.0} | MISSING_FIELD | audio_filepath is missing",
        "{\"audio_filepath\": \"b.wav\", \"duration\": 0} | BAD_DURATION | duration is 0.0, expected",
        "{\"audio_filepath\": \"b.wav\", \"duration\": -3.5} | BAD_DURATION | duration is -3.5, expected finite seconds above 0",
        "{\"audio_filepath\": \"b.wav\", \"duration\": NaN} | BAD_DURATION | duration is NaN",
        "{\"audio_filepath\": \"b.wav\", \"duration\": Infinity} | BAD_DURATION | duration is Infinity",
        "{\"audio_filepath\": \"b.wav\", \"duration\": 1e999} | BAD_DURATION | duration is Infinity",
        "{\"audio_filepath\": \"b.wav\", \"duration\": 16040000} | BAD_DURATION | at most 86400.0 seconds (are these milliseconds?)",
        "{\"audio_filepath\": \"b.wav\", \"duration\": \"2.5\"} | BAD_DURATION | duration is '2.5', expected a number",
        "{\"audio_filepath\": \"b.wav\", \"duration\": 2, \"offset\": -0.1} | BAD_OFFSET | offset is -0.1, expected",
        "{\"audio_filepath\": \"b.wav\", \"duration\": 2, \"offset\": NaN} | BAD_OFFSET | offset is NaN",
        "{\"audio_filepath\": 17, \"duration\": 2} | BAD_VALUE | audio_filepath is 17, expected a path",
        "{\"audio_filepath\": \"b.wav\", \"duration\": 2, \"text\": 5} | BAD_VALUE | text is 5, expected a string",
        "{\"audio_filepath\": \"b.wav\", \"duration\": 2, \"num_tokens\": -1} | BAD_VALUE | num_tokens is -1, expected a whole number",
        "{\"audio_filepath\": \"b.wav\", \"duration\": 2, \"num_tokens\": 1.5} | BAD_VALUE | num_tokens is 1.5, expected a whole number",
        "{\"audio_filepath\": \"b.wav\", \"duration\": 2, \"text\": \"\\ud83d\"} | NOT_UTF8 | half a surrogate pair",
        "{\"audio_filepath\": \"a1.wav\", \"duration\": 2} | DUPLICATE_ID | id is 'a1.wav', expected an id that was not read before",
      })
  void aBadLineIsOneSentenceWithFileLineFieldAndValue(String line, Reason reason, String says)
      throws IOException {
    Path file =
        file("train.json", GOOD.formatted(1) + GOOD.formatted(2) + line + "\n" + GOOD.formatted(3));
    try (ManifestReader reader = Manifests.open(file)) {
      reader.next();
      reader.next();
      ManifestException e = assertThrows(ManifestException.class, reader::hasNext);
      assertEquals(reason, e.reason());
      assertTrue(e.getMessage().startsWith(file + ", line 3: "), e.getMessage());
      assertTrue(e.getMessage().contains(says), e.getMessage());
      assertEquals("a3.wav", reader.next().id(), "the reader goes on behind the bad line");
      assertFalse(reader.hasNext());
    }
    ReadReport report = skip(file);
    assertEquals(3, report.cuts());
    assertEquals(Map.of(reason, 1L), report.skipped());
    assertEquals("3 cuts read, skipped: 1 " + reason, report.toString());
  }

  @Test
  void entriesThatAskForItAreSkippedAndCounted() throws IOException {
    StringBuilder lines = new StringBuilder();
    List<String> flags = List.of("true", "1", "\"noise\"", "false", "0", "\"\"", "null");
    for (int i = 0; i < flags.size(); i++) {
      lines.append(
          "{\"audio_filepath\":\"%d\",\"duration\":1,\"_skipme\":%s}%n".formatted(i, flags.get(i)));
    }
    Path file = file("m.json", lines.toString());
    try (ManifestReader reader = Manifests.open(file)) {
      assertEquals(List.of("3", "4", "5", "6"), reader.stream().map(Cut::id).toList());
      assertEquals(Map.of(Reason.SKIPME, 3L), reader.report().skipped());
    }
  }

  @Test
  void aMissingTextIsAnErrorOnlyWhereTextIsRequired() throws IOException {
    Path file = file("m.json", "{\"audio_filepath\": \"b.wav\", \"duration\": 2}\n");
    assertEquals(0, Manifests.read(file).getFirst().tokens());
    for (boolean lengths : List.of(false, true)) {
      ReadOptions options = ReadOptions.defaults().requireText(true).lengthsOnly(lengths);
      ManifestReader reader = Manifests.open(file, options);
      ManifestException e = assertThrows(ManifestException.class, reader::hasNext);
      assertEquals(Reason.MISSING_TEXT, e.reason());
    }
  }

  @Test
  void crlfByteOrderMarkBlankLinesAndAMissingLastNewlineAreAccepted() throws IOException {
    String lines =
        "\uFEFF" + GOOD.formatted(1).replace("\n", "\r\n") + "\r\n \n" + GOOD.formatted(2).strip();
    List<Cut> cuts = Manifests.read(file("m.json", lines));
    assertEquals(List.of("a1.wav", "a2.wav"), cuts.stream().map(Cut::id).toList());
    assertEquals("x y", cuts.getFirst().text());
    Path lst = file("m.lst", "\uFEFFa /a.wav 2500 x y\r\nb /b.wav 100\r\n");
    assertEquals("x y", Manifests.read(lst).getFirst().text());
    assertEquals(.1, Manifests.read(lst).get(1).duration());
  }

  @Test
  void bytesThatAreNotUtf8AreNamed() throws IOException {
    byte[] line = GOOD.formatted(1).getBytes(StandardCharsets.ISO_8859_1);
    line[line.length - 5] = (byte) 0xE4;
    Path file = Files.write(folder.resolve("latin1.json"), line);
    ManifestException e = assertThrows(ManifestException.class, () -> Manifests.read(file));
    assertEquals(Reason.NOT_UTF8, e.reason());
    assertTrue(e.getMessage().contains("0xE4, which is not UTF-8"), e.getMessage());
    Path lst =
        Files.write(
            folder.resolve("m.lst"), "a b 100 \u00e4".getBytes(StandardCharsets.ISO_8859_1));
    e = assertThrows(ManifestException.class, () -> Manifests.read(lst));
    assertEquals(
        lst + ", line 1: byte 9 of the line is 0xE4, which is not UTF-8: convert the file to UTF-8",
        e.getMessage());
  }

  @Test
  void aTruncatedOrDamagedGzipIsNamedAndWhatCameBeforeIsKept() throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      for (int i = 0; i < 20_000; i++) {
        out.write(GOOD.formatted(i * 7919 % 20_011).getBytes(StandardCharsets.UTF_8));
      }
    }
    byte[] whole = packed.toByteArray();
    Path file =
        Files.write(folder.resolve("cut.gz"), java.util.Arrays.copyOf(whole, whole.length / 2));
    ManifestException e = assertThrows(ManifestException.class, () -> Manifests.read(file));
    assertEquals(Reason.BAD_GZIP, e.reason());
    assertTrue(e.getMessage().contains("the gzip stream ends too early"), e.getMessage());
    ReadReport report = skip(file);
    assertEquals(Map.of(Reason.BAD_GZIP, 1L), report.skipped());
    assertTrue(report.cuts() > 5000, report.toString());
    whole[whole.length / 2] ^= 0x55;
    Path damaged = Files.write(folder.resolve("damaged.gz"), whole);
    assertThrows(ManifestException.class, () -> Manifests.read(damaged));
  }

  @Test
  void emptyMissingAndUnknownFilesAreNamed() throws IOException {
    Path empty = file("empty.json", "");
    assertEquals(
        Reason.EMPTY, assertThrows(ManifestException.class, () -> Manifests.read(empty)).reason());
    Path prose = file("prose.txt", "Once upon a time\nthere was no manifest.\n");
    String says = assertThrows(ManifestException.class, () -> Manifests.read(prose)).getMessage();
    assertTrue(says.contains("of no known format, expected NeMo JSON lines, Lhotse"), says);
    Path missing = folder.resolve("missing.json");
    says = assertThrows(ManifestException.class, () -> Manifests.read(missing)).getMessage();
    assertTrue(says.startsWith(missing + " is not there"), says);
  }

  @Test
  void anElementOfAnArrayIsNamedByNumberAndASyntaxErrorEndsTheArray() throws IOException {
    String cut =
        "{\"id\": \"%s\", \"start\": 0, \"duration\": %s, \"channel\": 0, \"type\": \"MonoCut\"}";
    Path file =
        file(
            "cuts.json",
            "[\n"
                + cut.formatted("a", "1")
                + ",\n"
                + cut.formatted("b", "-1")
                + ",\n"
                + cut.formatted("c", "2")
                + "]");
    ManifestException e = assertThrows(ManifestException.class, () -> Manifests.read(file));
    assertEquals(
        file + ", element 2 (line 3): duration is -1.0, expected finite seconds above 0",
        e.getMessage());
    assertEquals(2, skip(file).cuts());
    Path broken =
        file(
            "broken.json",
            "[" + cut.formatted("a", "1") + ", {oops}, " + cut.formatted("c", "2") + "]");
    ReadReport report = skip(broken);
    assertEquals(1, report.cuts());
    assertEquals(Map.of(Reason.BAD_JSON, 1L), report.skipped());
  }

  @Test
  void badKaldiListAndTableLinesAreNamed() throws IOException {
    file("text", "a hello\nb hello\nc\n");
    file("utt2dur", "a 1.5\nb minus\n");
    Path clean = folder.resolve("text");
    try (ManifestReader reader = Manifests.open(folder)) {
      assertEquals("hello", reader.next().text());
      assertEquals(
          folder.resolve("utt2dur") + ", line 2: duration is 'minus', expected a number",
          assertThrows(ManifestException.class, reader::hasNext).getMessage());
      assertEquals(
          clean + ", line 3: duration of 'c' is missing, expected a line in utt2dur",
          assertThrows(ManifestException.class, reader::hasNext).getMessage());
    }
    Path lst = file("m.lst", "a /a.wav 100 x\nb /b.wav 100 y\nb /b.wav\n");
    assertTrue(
        assertThrows(ManifestException.class, () -> Manifests.read(lst))
            .getMessage()
            .contains("line 3: the line has 2 fields"));
    Files.createDirectories(folder.resolve("cv"));
    Path table = file("cv/validated.tsv", "client_id\tpath\tsentence\nx\tc.mp3\thello\n");
    assertTrue(
        assertThrows(ManifestException.class, () -> Manifests.read(table))
            .getMessage()
            .contains("expected clip_durations.tsv beside"));
    file("cv/clip_durations.tsv", "clip\tduration[ms]\nd.mp3\t100\n");
    assertTrue(
        assertThrows(ManifestException.class, () -> Manifests.read(table))
            .getMessage()
            .contains("line 2: duration of 'c.mp3' is missing"));
  }

  @Test
  void anInterruptedReaderStops() throws IOException {
    Path file = folder.resolve("long.json");
    NemoManifest.write(file, CutGenerator.canary(1).list(10_000));
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> Manifests.read(file));
    assertTrue(Thread.interrupted());
  }
}
