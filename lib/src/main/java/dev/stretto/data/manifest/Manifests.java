package dev.stretto.data.manifest;

import java.nio.file.Path;
import java.util.List;

/** Opens speech manifests of any known format. */
public final class Manifests {
  private Manifests() {}

  /**
   * Opens a manifest with the default options.
   *
   * @param path a file or a folder
   * @return its cuts; close it
   * @throws ManifestException where there is no manifest of a known format
   */
  public static ManifestReader open(Path path) {
    return open(path, ReadOptions.defaults());
  }

  /**
   * Opens a manifest.
   *
   * @param path a file or a folder
   * @param options how to read it
   * @return its cuts; close it
   * @throws ManifestException where there is no manifest of a known format
   */
  public static ManifestReader open(Path path, ReadOptions options) {
    return new ManifestReader(Format.NEMO, List.of(path), options);
  }
}
