package dev.stretto.data.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real manifests under STRETTO_DATA; skipped where that is not set. */
class RealManifestsTest {
  @TempDir Path folder;

  private static Path data(String path) {
    String root = System.getenv("STRETTO_DATA");
    assumeTrue(root != null, "STRETTO_DATA is not set: the real manifests are not read");
    Path file = Path.of(root).resolve(path);
    assumeTrue(Files.exists(file), file + " is not there");
    return file;
  }

  @ParameterizedTest
  @CsvSource({
    "an4_nemo_manifest, NEMO, 1078",
    "an4_nemo_manifest/train_manifest.json, NEMO, 948",
    "an4_nemo_manifest/test_manifest.json, NEMO, 130",
    "librilight_10h_lst/10h.lst, LST, 2763",
    "librilight_10h_lst/1h.lst, LST, 286",
    "mini_librispeech_train_clean_5_kaldi, KALDI, 1519",
    "mini_librispeech_train_clean_5_kaldi/text, KALDI, 1519",
    "speechocean762_train_kaldi, KALDI, 2500",
    "common_voice_tw, COMMON_VOICE, 225",
    "common_voice_tw/train.tsv, COMMON_VOICE, 205",
    "common_voice_tw/test.tsv, COMMON_VOICE, 20",
    "common_voice_tw/clip_durations.tsv, COMMON_VOICE, 272",
    "lhotse_fixtures, LHOTSE, 4",
    "lhotse_fixtures/audio.json, LHOTSE, 4",
    "lhotse_fixtures/supervision.json, LHOTSE, 4",
    "lhotse_fixtures/libri/audio.json, LHOTSE, 1",
    "lhotse_fixtures/libri/cuts.json, LHOTSE, 1",
    "lhotse_fixtures/libri/cuts_multi.json, LHOTSE, 1",
    "lhotse_fixtures/libri/cuts_no_feats.json, LHOTSE, 1",
    "lhotse_fixtures/libri/cuts_no_recording.json, LHOTSE, 1",
    "lhotse_fixtures/ljspeech/cuts.json, LHOTSE, 2",
    "lhotse_fixtures/lsmix/cuts.000000.jsonl.gz, LHOTSE, 2",
    "lhotse_fixtures/ami, LHOTSE, 1",
    "lhotse_fixtures/ami/cuts.json, LHOTSE, 1",
    "lhotse_fixtures/ami/ES2011a_sups.jsonl.gz, LHOTSE, 348",
    "lhotse_fixtures/mini_librispeech, KALDI, 38",
    "lhotse_fixtures/mini_librispeech/lhotse, LHOTSE, 38",
    "lhotse_fixtures/mini_librispeech/lhotse/recordings.jsonl.gz, LHOTSE, 38",
    "lhotse_fixtures/mini_librispeech/lhotse/supervisions.jsonl.gz, LHOTSE, 38"
  })
  void loadsWithTheRowCountOfItsCardAndIsWrittenBackIdentically(
      String path, Format format, int rows) {
    Path manifest = data(path);
    assertEquals(format, Manifests.open(manifest).format());
    List<Cut> cuts = Manifests.read(manifest);
    assertEquals(rows, cuts.size());
    try (ManifestReader lean = Manifests.open(manifest, ReadOptions.defaults().lengthsOnly(true))) {
      cuts.forEach(
          cut -> {
            Cut lengths = lean.next();
            assertEquals(cut.duration(), lengths.duration());
            assertEquals(cut.tokens(), lengths.tokens());
            assertEquals(cut.language(), lengths.language());
          });
      assertTrue(!lean.hasNext());
    }
    Path nemo = folder.resolve("nemo.json");
    NemoManifest.write(nemo, cuts);
    assertEquals(cuts, Manifests.read(nemo));
    Path lhotse = folder.resolve("lhotse.jsonl.gz");
    LhotseCuts.write(lhotse, cuts);
    assertEquals(cuts, Manifests.read(lhotse));
  }

  @Test
  void theSameCorpusAsKaldiAndAsLhotseAgrees() {
    List<Cut> kaldi = Manifests.read(data("lhotse_fixtures/mini_librispeech"));
    List<Cut> lhotse = Manifests.read(data("lhotse_fixtures/mini_librispeech/lhotse"));
    assertEquals(
        kaldi.stream().map(c -> Cut.of(c.id() + c.text(), c.duration(), c.tokens())).toList(),
        lhotse.stream().map(c -> Cut.of(c.id() + c.text(), c.duration(), c.tokens())).toList());
  }

  @Test
  void millisecondsAndSecondsAgreeWhereTwoListsHoldTheSameUtterance() {
    List<Cut> lst = Manifests.read(data("librilight_10h_lst/10h.lst"));
    List<Cut> kaldi = Manifests.read(data("mini_librispeech_train_clean_5_kaldi"));
    var durations = new java.util.HashMap<String, Double>();
    lst.forEach(cut -> durations.put(cut.id(), cut.duration()));
    var shared = kaldi.stream().filter(cut -> durations.containsKey(cut.id())).toList();
    assertEquals(112, shared.size());
    shared.forEach(cut -> assertEquals(cut.duration(), durations.get(cut.id()), .002));
  }

  @Test
  void aFolderWhoseFilesRepeatIdsSaysSo() {
    Path manifest = data("librilight_10h_lst");
    ReadOptions skip = ReadOptions.defaults().skipErrors(true);
    try (ManifestReader reader = Manifests.open(manifest, skip)) {
      reader.forEachRemaining(cut -> {});
      assertEquals(2763, reader.report().cuts());
      assertEquals(286, reader.report().skipped().values().stream().mapToLong(n -> n).sum());
    }
  }

  @Test
  void fieldsOfEachFormatArrive() {
    Cut kaldi = Manifests.read(data("mini_librispeech_train_clean_5_kaldi")).getFirst();
    assertEquals("1088-134315-0000", kaldi.id());
    assertEquals(16.04, kaldi.duration());
    assertTrue(kaldi.text().startsWith("AS YOU KNOW AND"));
    assertEquals("1088-134315", kaldi.extra().get("speaker"));
    Cut twi = Manifests.read(data("common_voice_tw")).getFirst();
    assertEquals("tw", twi.language());
    assertEquals(
        "0302f6e07ac1ee0df42edd545714c467f5936ab2340a787477e60d82e998b113",
        twi.extra().get("sentence_id"));
    Cut lhotse = Manifests.read(data("lhotse_fixtures/ljspeech/cuts.json")).getFirst();
    assertEquals("IN EIGHTEEN THIRTEEN", lhotse.text());
    assertEquals("English", lhotse.language());
    assertEquals(1.5396371882086168, lhotse.duration());
  }
}
