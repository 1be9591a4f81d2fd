package dev.stretto.data.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NemoManifestTest {
  @TempDir Path folder;

  @Test
  void generatedCutsReadBackIdentically() {
    List<Cut> cuts = CutGenerator.canary(7).withText().list(2000);
    for (String name : List.of("plain.json", "packed.json.gz")) {
      Path file = folder.resolve(name);
      assertEquals(2000, NemoManifest.write(file, cuts));
      assertEquals(cuts, Manifests.open(file).toList());
    }
  }
}
