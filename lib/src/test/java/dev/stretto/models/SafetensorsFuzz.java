package dev.stretto.models;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Jazzer's entry point, as {@code ManifestFuzz} is for manifests: any bytes are a safetensors file
 * or one sentence that names the file.
 */
public final class SafetensorsFuzz {
  private SafetensorsFuzz() {}

  /** Called by Jazzer, in the build folder. */
  public static void fuzzerTestOneInput(byte[] bytes) throws IOException {
    Path scratch = Files.createDirectories(Path.of("fuzz-scratch"));
    check(Files.write(scratch.resolve("fuzzed.safetensors"), bytes));
  }

  static void check(Path path) {
    try (Safetensors file = Safetensors.open(path)) {
      for (String name : file.entries().keySet()) {
        file.floats(name);
      }
    } catch (IllegalArgumentException e) {
      String says = e.getMessage();
      if (says.lines().count() != 1 || !says.startsWith(path.toString())) {
        throw new AssertionError("not one line that names the file: " + says, e);
      }
    }
  }
}
