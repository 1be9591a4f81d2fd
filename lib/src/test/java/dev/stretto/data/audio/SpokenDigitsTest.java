package dev.stretto.data.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpokenDigitsTest {
  @TempDir Path folder;

  /** Digit d of a speaker is a constant of its own. */
  private SpokenDigits small() throws IOException {
    Path zip = folder.resolve("digits.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String name : List.of("9_eve_12", "3_adam_0", "3_adam_10", "3_adam_5", "readme")) {
        out.putNextEntry(
            new ZipEntry("any-folder/" + name + (name.equals("readme") ? "" : ".wav")));
        float[] samples = new float[400];
        Arrays.fill(samples, name.charAt(0) == '9' ? .9f : .3f);
        Path wav = folder.resolve("one.wav");
        WavWriter.write(wav, new Audio(samples, 8000), WavWriter.Encoding.PCM16);
        out.write(Files.readAllBytes(wav));
      }
    }
    return SpokenDigits.read(zip);
  }

  @Test
  void takesAreSortedSplitAndNamed() throws IOException {
    SpokenDigits digits = small();
    assertEquals(
        List.of("3_adam_0", "3_adam_5", "3_adam_10", "9_eve_12"),
        digits.takes().stream().map(SpokenDigits.Take::utterance).map(Utterance::id).toList());
    assertEquals("nine", digits.takes().getLast().utterance().text());
    assertEquals(
        List.of("3_adam_0"),
        digits.test().takes().stream()
            .map(SpokenDigits.Take::utterance)
            .map(Utterance::id)
            .toList());
    assertEquals(3, digits.train().takes().size());
    assertEquals(1, digits.where(take -> take.speaker().equals("eve")).takes().size());
  }

  @Test
  void stringsHoldTheirDigitsPartedByPauses() throws IOException {
    SpokenDigits digits = small();
    List<Utterance> strings = digits.strings(50, 1, 5, 3);
    List<Utterance> again = digits.strings(60, 1, 5, 3);
    int[] seen = new int[6];
    for (int i = 0; i < 50; i++) {
      Utterance string = strings.get(i);
      assertArrayEquals(string.audio().samples(), again.get(i).audio().samples());
      String[] words = string.text().split(" ", -1);
      seen[words.length]++;
      double level = words[0].equals("nine") ? .9 : .3;
      int runs = 0;
      int loud = 0;
      boolean before = false;
      for (float x : string.audio().samples()) {
        boolean here = Math.abs(x - level) < .01;
        assertTrue(here || Math.abs(x) < .01);
        runs += here && !before ? 1 : 0;
        loud += here ? 1 : 0;
        before = here;
      }
      assertEquals(words.length, runs);
      assertEquals(400 * words.length, loud);
      double pauses = string.cut().duration() - words.length * .05;
      assertTrue(pauses >= .049 * (words.length + 1) && pauses <= .25 * (words.length + 1));
    }
    for (int k = 1; k <= 5; k++) {
      assertTrue(seen[k] > 0);
    }
  }

  @Test
  void aBadArchiveGivesASentence() throws IOException {
    Path empty = folder.resolve("empty.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(empty))) {
      out.putNextEntry(new ZipEntry("1_adam_1.wav"));
      out.write("nothing".getBytes(StandardCharsets.UTF_8));
    }
    String says =
        assertThrows(UncheckedIOException.class, () -> SpokenDigits.read(empty)).getMessage();
    assertTrue(says.contains("empty.zip!1_adam_1.wav: the first 12 bytes are not RIFF"), says);
    assertThrows(UncheckedIOException.class, () -> SpokenDigits.read(folder.resolve("absent.zip")));
  }

  @Test
  void theRealRecordingsAreThreeThousand() {
    assumeTrue(
        System.getenv("STRETTO_DATA") != null, "STRETTO_DATA is not set: no recorded digits");
    SpokenDigits digits = SpokenDigits.standard();
    assertEquals(3000, digits.takes().size());
    assertEquals(300, digits.test().takes().size());
    assertEquals(2700, digits.train().takes().size());
    assertEquals(6, digits.takes().stream().map(SpokenDigits.Take::speaker).distinct().count());
    for (SpokenDigits.Take take : digits.takes()) {
      assertEquals(8000, take.audio().sampleRate());
      double seconds = take.audio().duration();
      assertTrue(seconds > .1 && seconds < 3, take.utterance().id());
    }
  }
}
