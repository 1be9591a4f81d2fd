package dev.stretto.data.manifest;

import java.nio.file.Path;

/** The manifest formats. */
public enum Format {
  /** NeMo: one JSON object a line with {@code audio_filepath} and {@code duration}. */
  NEMO {
    @Override
    CutSource open(Path file, Assembler assembler) {
      return new NemoSource(file, assembler);
    }
  };

  abstract CutSource open(Path file, Assembler assembler);
}
