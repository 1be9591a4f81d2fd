package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.nio.file.Path;
import java.util.Map;

/** The manifest formats. */
public enum Format {
  /** NeMo: one JSON object a line with {@code audio_filepath} and {@code duration}. */
  NEMO("NeMo JSON lines"),
  /** Lhotse: cuts, supervisions or recordings, as JSON lines or one JSON array. */
  LHOTSE("Lhotse JSON or JSON lines"),
  /** Kaldi: a data directory with {@code text} and durations. */
  KALDI("a Kaldi data directory"),
  /** wav2letter: id, path, milliseconds and transcript a line. */
  LST("a wav2letter list"),
  /** Common Voice: a table of clips beside {@code clip_durations.tsv}. */
  COMMON_VOICE("a Common Voice table"),
  /** No manifest: recordings, pictures or text with a reader of their own. */
  OTHER("no manifest");

  private final String name;

  Format(String name) {
    this.name = name;
  }

  ManifestReader.Source open(Path path, CutValidator assembler) {
    return switch (this) {
      case NEMO -> LineSource.open(path, lines -> NemoParser.of(lines, assembler));
      case LHOTSE -> LhotseArray.open(path, assembler);
      case KALDI ->
          LineSource.open(
              KaldiParser.leader(path), lines -> new KaldiParser(path, lines, assembler));
      case LST -> LineSource.open(path, lines -> () -> list(lines, assembler));
      case COMMON_VOICE ->
          LineSource.open(path, lines -> new CommonVoiceParser(path, lines, assembler));
      case OTHER ->
          throw new ManifestException(
              Reason.UNREADABLE, true, path + " is no manifest, expected the reader on its card");
    };
  }

  /** wav2letter's lists: id, path, duration in milliseconds, transcript, separated by blanks. */
  private static Cut list(Lines lines, CutValidator assembler) {
    SourceLocation place = lines.place();
    String[] part = lines.text().strip().split("\\s+", 4);
    if (part.length < 3) {
      throw place.bad(
          Reason.BAD_LINE,
          "the line has " + part.length + " fields, expected id, path, milliseconds, transcript");
    }
    double seconds = SideFile.number("duration", part[2], place) / 1000;
    String text = part.length < 4 ? "" : part[3];
    Map<String, Object> extra = Map.of(NemoParser.AUDIO, part[1]);
    return assembler.cut(place, part[0], seconds, CutValidator.UNSTATED, text, "", extra);
  }

  @Override
  public String toString() {
    return name;
  }
}
