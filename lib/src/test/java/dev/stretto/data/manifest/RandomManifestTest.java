package dev.stretto.data.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Seeded random manifests: written, read back, mutated. */
class RandomManifestTest {
  @TempDir Path folder;

  private static String word(Rng rng) {
    StringBuilder word = new StringBuilder();
    for (int i = rng.nextInt(8); i >= 0; i--) {
      int c =
          switch (rng.nextInt(6)) {
            case 0 -> rng.nextInt(0x20);
            case 1 -> 0x80 + rng.nextInt(0x700);
            case 2 -> 0x10000 + rng.nextInt(0x10000);
            case 3 -> "\"\\/{}[],: ".charAt(rng.nextInt(10));
            default -> 'a' + rng.nextInt(26);
          };
      word.appendCodePoint(c);
    }
    return word.toString();
  }

  private static Object value(Rng rng, int depth) {
    return switch (rng.nextInt(depth > 3 ? 5 : 7)) {
      case 0 -> rng.nextLong() >> rng.nextInt(64);
      case 1 -> rng.nextInt(10) == 0 ? Double.NaN : Double.longBitsToDouble(rng.nextLong());
      case 2 -> rng.nextBoolean();
      case 3 ->
          new BigInteger(Long.toString(Long.MAX_VALUE)).pow(1 + rng.nextInt(3)).add(BigInteger.TEN);
      case 4 -> word(rng);
      case 5 -> {
        List<Object> list = new ArrayList<>();
        for (int i = rng.nextInt(4); i > 0; i--) {
          list.add(rng.nextInt(6) == 0 ? null : value(rng, depth + 1));
        }
        yield list;
      }
      default -> {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = rng.nextInt(4); i > 0; i--) {
          map.put(word(rng), value(rng, depth + 1));
        }
        yield map;
      }
    };
  }

  private static List<Cut> cuts(long seed, int n) {
    List<Cut> cuts = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Rng rng = SeedTree.of(seed).child(i).rng();
      Map<String, Object> extra = new LinkedHashMap<>();
      if (rng.nextBoolean()) {
        extra.put("audio_filepath", rng.nextInt(4) == 0 ? List.of("l", word(rng)) : word(rng));
      }
      if (rng.nextInt(3) == 0) {
        extra.put("offset", rng.nextBoolean() ? (Object) 3L : (Object) rng.nextDouble());
      }
      for (int k = rng.nextInt(4); k > 0; k--) {
        extra.put("x" + word(rng), value(rng, 0));
      }
      boolean derived = extra.containsKey("audio_filepath") && rng.nextBoolean();
      String id = i + word(rng);
      if (derived) {
        extra.put("audio_filepath", id);
        id = NemoParser.idOf(extra);
      }
      String text = rng.nextInt(3) == 0 ? "" : word(rng);
      String language = rng.nextInt(3) == 0 ? "" : word(rng);
      cuts.add(
          new Cut(
              id,
              1e-6 + 80_000 * rng.nextDouble() * rng.nextDouble(),
              rng.nextInt(1000),
              text,
              language,
              extra));
    }
    return cuts;
  }

  @Test
  void anyCutIsReadBackIdenticallyFromBothFormats() {
    for (long seed = 1; seed <= 15; seed++) {
      List<Cut> cuts = cuts(seed, 40);
      Path nemo = folder.resolve(seed % 2 == 0 ? "m.json" : "m.json.gz");
      NemoManifest.write(nemo, cuts);
      assertEquals(cuts, Manifests.read(nemo), "NeMo, seed " + seed);
      Path lhotse = folder.resolve(seed % 2 == 0 ? "c.jsonl" : "c.jsonl.gz");
      LhotseCuts.write(lhotse, cuts);
      assertEquals(cuts, Manifests.read(lhotse), "Lhotse, seed " + seed);
    }
  }

  @Test
  void aMixedCutIsAsLongAsItsLastTrackAndSpeaksTheTextsOfAll() throws IOException {
    String mono =
        "{\"id\":\"%s\",\"start\":2,\"duration\":%s,\"channel\":0,\"type\":\"MonoCut\",\"supervisions\":[{\"id\":\"s\",\"text\":\"%s\",\"language\":\"%s\"}]%s}";
    String padding =
        "{\"id\":\"p\",\"duration\":0.25,\"sampling_rate\":16000,\"feat_value\":-23,\"type\":\"PaddingCut\"}";
    String tokens = ",\"custom\":{\"num_tokens\":%d}";
    String mixed =
        "{\"id\":\"m\",\"type\":\"MixedCut\",\"tracks\":[{\"cut\":%s},{\"cut\":%s,\"offset\":1.1,\"snr\":10},{\"cut\":%s,\"offset\":3.3}]}"
            .formatted(
                mono.formatted("a", "2.2", "hello", "", tokens.formatted(3)),
                mono.formatted("b", "1.1", "you", "en", tokens.formatted(4)),
                padding);
    Path file = Files.writeString(folder.resolve("mixed.jsonl"), mixed + "\n" + padding + "\n");
    List<Cut> cuts = Manifests.read(file);
    assertEquals(3.55, cuts.getFirst().duration());
    assertEquals("hello you", cuts.getFirst().text());
    assertEquals("en", cuts.getFirst().language());
    assertEquals(7, cuts.getFirst().tokens());
    assertEquals("PaddingCut", cuts.get(1).extra().get("type"));
    Path copy = folder.resolve("copy.jsonl");
    LhotseCuts.write(copy, cuts);
    assertEquals(cuts, Manifests.read(copy));
    Path swapped =
        Files.writeString(
            folder.resolve("swapped.jsonl"),
            """
            {"id":"long first","tracks":[{"cut":{"id":"a","duration":5},"offset":1},{"cut":{"id":"b","duration":2},"offset":3}]}
            {"id":"stereo","start":0,"duration":1,"channel":[0,1],"type":"MultiCut","supervisions":[]}
            """);
    assertEquals(6, Manifests.read(swapped).getFirst().duration());
    assertEquals(List.of(0L, 1L), Manifests.read(swapped).get(1).extra().get("channel"));
    Cut other = new Cut("m", 3.55, 7, "good bye", "en", cuts.getFirst().extra());
    String says =
        assertThrows(IllegalArgumentException.class, () -> LhotseCuts.write(copy, List.of(other)))
            .getMessage();
    assertTrue(says.contains("good bye") && says.contains("hello you"), says);
    assertEquals(cuts, Manifests.read(copy), "a failed write leaves the old file");
  }

  @Test
  void statedTokensWinThenTheTokenFunctionCounts() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("t.json"),
            """
            {"audio_filepath":"a","duration":1,"text":"ein \uD835\uDD4F Wort","lang":"de"}
            {"audio_filepath":"b","duration":1,"text":"two words","num_tokens":7}
            """);
    for (boolean lengths : List.of(false, true)) {
      ReadOptions options = ReadOptions.defaults().lengthsOnly(lengths);
      assertEquals(List.of(10, 7), tokens(file, options));
      assertEquals(List.of(22, 7), tokens(file, options.tokens(text -> 2 * text.length())));
    }
  }

  private static List<Integer> tokens(Path file, ReadOptions options) {
    return Manifests.open(file, options).toList().stream().map(Cut::tokens).toList();
  }

  @Test
  void shardsAreReadInTheOrderOfTheirNumbers() throws IOException {
    for (int shard : new int[] {10, 2, 0, 1}) {
      Files.writeString(
          folder.resolve("manifest_" + shard + ".json"),
          "{\"audio_filepath\":\"s%d\",\"duration\":1,\"shard_id\":%d}\n".formatted(shard, shard));
    }
    Files.writeString(folder.resolve("README"), "not a manifest\n");
    assertEquals(
        List.of("s0", "s1", "s2", "s10"), Manifests.read(folder).stream().map(Cut::id).toList());
    for (String range : List.of("manifest__OP_0..2_CL_.json", "manifest_{0..2}.json")) {
      List<Cut> cuts = Manifests.read(folder.resolve(range));
      assertEquals(List.of("s0", "s1", "s2"), cuts.stream().map(Cut::id).toList());
      assertEquals(2L, cuts.get(2).extra().get("shard_id"));
    }
    assertRefused("manifest__OP_0..3_CL_.json", "manifest_3.json is not there");
    assertRefused("manifest_{3..3}.json", "manifest_3.json is not there");
    assertRefused("manifest_{08..10}.json", "manifest_08.json is not there");
    assertRefused("manifest_{2..1}.json", "expected first..last");
    assertRefused("manifest_{0..99999999999}.json", "expected smaller numbers");
  }

  private void assertRefused(String name, String reason) {
    String message =
        assertThrows(ManifestException.class, () -> Manifests.read(folder.resolve(name)))
            .getMessage();
    assertTrue(message.contains(reason), message);
  }

  @Test
  void kaldiDurationsComeFromWhateverFileThereIs() throws IOException {
    Files.writeString(folder.resolve("text"), "u1 hello there\nu2\tyou\n");
    Files.writeString(folder.resolve("utt2num_frames"), "u2 300\nu1 200\n");
    Files.writeString(folder.resolve("wav.scp"), "u1 a.wav\nr b.wav |\n");
    Files.writeString(folder.resolve("utt2spk"), "u1 anna\nu2 bert\n");
    assertEquals(List.of(2.0, 3.0), durations(folder));
    Files.writeString(folder.resolve("frame_shift"), "0.02\n");
    assertEquals(List.of(4.0, 6.0), durations(folder));
    Files.writeString(folder.resolve("utt2num_samples"), "u1 16000\nu2 8000\n");
    assertEquals(List.of(1.0, .5), durations(folder));
    assertEquals(
        2.0, Manifests.open(folder, ReadOptions.defaults().sampleRate(8000)).next().duration());
    Files.writeString(folder.resolve("segments"), "u1 r 1 3.5\nu2 r 0.5 -1\n");
    Files.writeString(folder.resolve("reco2dur"), "q 1\nr 9.5\n");
    List<Cut> cuts = Manifests.read(folder);
    assertEquals(List.of(2.5, 9.0), cuts.stream().map(Cut::duration).toList());
    assertEquals(
        Map.of("recording_id", "r", "offset", .5, "speaker", "bert", "audio_filepath", "b.wav |"),
        cuts.get(1).extra());
    Files.writeString(folder.resolve("utt2dur"), "u1 7\nu2 8\n");
    assertEquals(List.of(7.0, 8.0), durations(folder));
  }

  private static List<Double> durations(Path folder) {
    return Manifests.read(folder).stream().map(Cut::duration).toList();
  }

  @Test
  void mutatedManifestsAreCutsOrSentences() throws IOException {
    Path file = folder.resolve("mutated");
    for (long seed = 1; seed <= 100; seed++) {
      Rng rng = SeedTree.of(seed).child("mutation").rng();
      List<Cut> cuts = cuts(seed, 5);
      if (rng.nextBoolean()) {
        NemoManifest.write(file, cuts);
      } else {
        LhotseCuts.write(file, cuts);
      }
      byte[] bytes = Files.readAllBytes(file);
      for (int k = rng.nextInt(6); k >= 0; k--) {
        int at = rng.nextInt(bytes.length);
        switch (rng.nextInt(4)) {
          case 0 -> bytes[at] = (byte) rng.nextInt(256);
          case 1 -> bytes[at] ^= (byte) (1 << rng.nextInt(8));
          case 2 -> {
            int length = Math.min(rng.nextInt(20), bytes.length - at);
            System.arraycopy(bytes, rng.nextInt(bytes.length - length + 1), bytes, at, length);
          }
          default -> bytes[at] = (byte) "\n\r\t,:{}[]\"-0eN\\".charAt(rng.nextInt(15));
        }
      }
      try {
        ManifestFuzzTest.check(Files.write(file, bytes));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }

  @Test
  void linesOfAnyLengthAreTheSameForAnyBuffer() {
    for (long seed = 1; seed <= 200; seed++) {
      Rng rng = SeedTree.of(seed).rng();
      StringBuilder text = new StringBuilder();
      for (int i = rng.nextInt(40); i > 0; i--) {
        text.append("z".repeat(rng.nextInt(30))).append(rng.nextBoolean() ? "\n" : "\r\n");
      }
      text.append("z".repeat(rng.nextInt(3)));
      List<String> expected = text.toString().lines().filter(line -> !line.isEmpty()).toList();
      Lines lines =
          new Lines(
              new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.UTF_8)),
              new SourceLocation("memory"),
              1 + rng.nextInt(64));
      List<String> read = new ArrayList<>();
      while (lines.next()) {
        read.add(lines.text());
      }
      assertEquals(expected, read, "seed " + seed);
    }
  }
}
