package dev.stretto.data.manifest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What {@code mvn -Pfuzz -pl lib test} searches with: Jazzer's own entry point, because its JUnit
 * engine finds no coverage on this JDK. Put what it finds beside the stored inputs of {@link
 * ManifestFuzzTest}.
 */
public final class ManifestFuzz {
  private ManifestFuzz() {}

  /** Called by Jazzer, in the build folder. */
  public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
    Path scratch = Files.createDirectories(Path.of("fuzz-scratch"));
    ManifestFuzzTest.check(Files.write(scratch.resolve("fuzzed"), bytes));
  }
}
