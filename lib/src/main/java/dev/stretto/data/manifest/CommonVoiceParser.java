package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Common Voice's tables: tab-separated, a header, the clip's name under {@code path}; durations in
 * milliseconds come from {@code clip_durations.tsv} beside it. That table alone is a manifest too,
 * without transcripts.
 */
final class CommonVoiceParser implements LineSource.Parser {
  static final String DURATIONS = "clip_durations.tsv";
  static final String MILLISECONDS = "duration[ms]";

  private final SourceLocation place;
  private final Lines lines;
  private final CutValidator assembler;
  private final List<String> header;
  private final SideFile durations;

  CommonVoiceParser(Path file, Lines lines, CutValidator assembler) {
    this.lines = lines;
    this.place = lines.place();
    this.assembler = assembler;
    if (!lines.next()) {
      place.line(1);
      throw place.fatal(Reason.EMPTY, "the file is empty, expected a header");
    }
    this.header = List.of(lines.text().split("\t", -1));
    if (header.contains(MILLISECONDS)) {
      this.durations = null;
      return;
    }
    Path beside = file.toAbsolutePath().resolveSibling(DURATIONS);
    if (!Files.isRegularFile(beside)) {
      throw place.fatal(
          Reason.MISSING_FIELD,
          "there are no durations, expected " + DURATIONS + " beside this file");
    }
    this.durations = new SideFile(beside, false).header();
  }

  /** Whether a line is the header of such a table. */
  static boolean isHeader(String line) {
    List<String> names = List.of(line.split("\t", -1));
    return names.containsAll(List.of("path", "sentence"))
        || names.containsAll(List.of("clip", MILLISECONDS));
  }

  @Override
  public Cut parse() {
    String[] values = lines.text().split("\t", -1);
    if (values.length > header.size()) {
      throw place.bad(
          Reason.BAD_LINE,
          "the line has %d fields, expected %d as the header"
              .formatted(values.length, header.size()));
    }
    Map<String, Object> extra = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      if (!values[i].isEmpty()) {
        extra.put(header.get(i), values[i]);
      }
    }
    String id = take(extra, durations == null ? "clip" : "path");
    if (id.isEmpty()) {
      throw place.missing(durations == null ? "clip" : "path", "the name of a clip");
    }
    String milliseconds = durations == null ? take(extra, MILLISECONDS) : durations.find(id);
    if (milliseconds == null || milliseconds.isEmpty()) {
      throw place.missing("duration of '" + id + "'", "a line in " + DURATIONS);
    }
    String text = take(extra, "sentence");
    String language = take(extra, "locale");
    double seconds = SideFile.number("duration", milliseconds, place) / 1000;
    extra.put(NemoParser.AUDIO, id);
    return assembler.cut(place, id, seconds, CutValidator.UNSTATED, text, language, extra);
  }

  private static String take(Map<String, Object> extra, String field) {
    return extra.remove(field) instanceof String value ? value : "";
  }

  @Override
  public void close() {
    if (durations != null) {
      durations.close();
    }
  }
}
