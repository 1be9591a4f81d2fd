package dev.stretto.data.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/**
 * Any bytes give cuts or a {@link ManifestException} of one line that names the file. The suite
 * runs the stored inputs; {@code mvn -Pfuzz test} searches for new ones.
 */
class ManifestFuzzTest {
  @TempDir Path folder;

  @FuzzTest
  void anyBytesAreCutsOrOneSentence(byte[] bytes) throws IOException {
    check(Files.write(folder.resolve("fuzzed"), bytes));
  }

  @FuzzTest
  void anyBytesInAKaldiDirectoryAreCutsOrOneSentence(byte[] bytes) throws IOException {
    int half = bytes.length / 2;
    Files.write(folder.resolve("text"), java.util.Arrays.copyOf(bytes, half));
    Files.write(
        folder.resolve("segments"), java.util.Arrays.copyOfRange(bytes, half, bytes.length));
    Files.write(folder.resolve("reco2dur"), bytes);
    check(folder);
  }

  static void check(Path path) {
    for (boolean lengths : List.of(false, true)) {
      ReadOptions options =
          ReadOptions.defaults().lengthsOnly(lengths).requireText(bytesAreOdd(path));
      try (ManifestReader reader = Manifests.open(path, options)) {
        List<Cut> cuts = new ArrayList<>();
        int errors = 0;
        boolean more = true;
        while (more) {
          try {
            more = reader.hasNext();
            if (more) {
              cuts.add(reader.next());
            }
          } catch (ManifestException e) {
            errors++;
            checkSentence(e, path);
          }
        }
        if (!lengths) {
          checkWrittenBack(cuts, path);
        }
        try (ManifestReader skipping = Manifests.open(path, options.skipErrors(true))) {
          skipping.forEachRemaining(cut -> {});
          assertEquals(cuts.size(), skipping.report().cuts());
          assertEquals(
              errors,
              skipping.report().skipped().values().stream().mapToLong(n -> n).sum()
                  - skipping.report().skipped().getOrDefault(ManifestException.Reason.SKIPME, 0L));
        }
      } catch (ManifestException e) {
        checkSentence(e, path);
      }
    }
  }

  private static boolean bytesAreOdd(Path path) {
    return path.toFile().length() % 2 == 1;
  }

  private static void checkSentence(ManifestException e, Path path) {
    String says = e.getMessage();
    if (says.lines().count() != 1 || !says.startsWith(path.toString())) {
      throw new AssertionError("not one line that names the file: " + says);
    }
  }

  private static void checkWrittenBack(List<Cut> cuts, Path path) {
    Path copy = path.resolveSibling(path.getFileName() + ".copy");
    if (cuts.isEmpty()) {
      return;
    }
    try {
      LhotseCuts.write(copy, cuts);
      assertEquals(cuts, Manifests.read(copy));
      NemoManifest.write(copy, cuts);
      assertEquals(cuts, Manifests.read(copy));
    } catch (IllegalArgumentException e) {
      // a field name of the other format with another meaning, which the writers refuse
      assertEquals(1, e.getMessage().lines().count());
    }
  }
}
