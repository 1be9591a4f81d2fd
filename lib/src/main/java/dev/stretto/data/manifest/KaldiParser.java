package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * A Kaldi data directory: {@code text} leads (else {@code segments} or a file of durations), keys
 * and values separated by blanks or a tab. Durations come from utt2dur, else segments (an end of -1
 * means that of the recording: reco2dur), else utt2num_samples over the sample rate, else
 * utt2num_frames times frame_shift.
 */
final class KaldiParser implements LineSource.Parser {
  static final List<String> LEADERS =
      List.of("text", "segments", "utt2dur", "utt2num_samples", "utt2num_frames");
  private static final List<String> SIDES =
      List.of(
          "segments utt2dur utt2num_samples utt2num_frames reco2dur utt2spk utt2lang wav.scp"
              .split(" ", -1));
  private static final Set<String> BY_RECORDING = Set.of("wav.scp", "reco2dur");
  private static final double FRAME_SHIFT = .01;

  private final Path folder;
  private final CutValidator assembler;
  private final SourceLocation place;
  private final Map<String, SideFile> side = new LinkedHashMap<>();
  private final String leader;
  private final Lines lines;
  private final double frameShift;

  KaldiParser(Path folder, Lines lines, CutValidator assembler) {
    this.folder = folder;
    this.lines = lines;
    this.place = lines.place();
    this.assembler = assembler;
    this.leader = leader(folder).getFileName().toString();
    if (LEADERS.stream().skip(1).noneMatch(this::has)) {
      place.line(1);
      throw place.fatal(
          Reason.MISSING_FIELD,
          "there are no durations beside this file, expected one of "
              + String.join(", ", LEADERS.subList(1, LEADERS.size())));
    }
    this.frameShift = has("frame_shift") ? frameShift(folder.resolve("frame_shift")) : FRAME_SHIFT;
    for (String name : SIDES) {
      if (has(name) && !name.equals(leader)) {
        side.put(name, new SideFile(folder.resolve(name), BY_RECORDING.contains(name)));
      }
    }
  }

  /** The file with a line for each utterance. */
  static Path leader(Path folder) {
    return LEADERS.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElse(folder.resolve("text"));
  }

  private boolean has(String name) {
    return Files.isRegularFile(folder.resolve(name));
  }

  private static double frameShift(Path file) {
    try (Lines lines = new Lines(file)) {
      SourceLocation place = lines.place();
      double seconds = lines.next() ? SideFile.number("frame_shift", lines.text(), place) : 0;
      if (!(seconds > 0)) {
        place.line(1);
        throw place.value(Reason.BAD_VALUE, "frame_shift", seconds, "seconds above 0");
      }
      return seconds;
    }
  }

  @Override
  public Cut parse() {
    String[] pair = SideFile.split(lines.text());
    String id = pair[0];
    String text = leader.equals("text") ? pair[1] : "";
    Map<String, Object> extra = new LinkedHashMap<>();
    String segment = leader.equals("segments") ? pair[1] : find("segments", id);
    double fromSegment = Double.NaN;
    String recording = id;
    if (segment != null) {
      String[] part = segment.split("\\s+", -1);
      if (part.length < 3) {
        throw place.value(
            Reason.BAD_LINE, "segment of '" + id + "'", segment, "recording, start and end");
      }
      recording = part[0];
      double start = assembler.offset(place, "start", SideFile.number("start", part[1], place));
      double end = SideFile.number("end", part[2], place);
      fromSegment =
          (end == -1 ? lookUp("reco2dur", recording, "end of its recording") : end) - start;
      extra.put("recording_id", recording);
      extra.put(NemoParser.OFFSET, start);
    }
    double duration = duration(id, pair[1], segment == null, fromSegment);
    put(extra, "speaker", find("utt2spk", id));
    put(extra, NemoParser.AUDIO, find("wav.scp", recording));
    String language = Objects.requireNonNullElse(find("utt2lang", id), "");
    return assembler.cut(place, id, duration, CutValidator.UNSTATED, text, language, extra);
  }

  private double duration(String id, String lead, boolean unsegmented, double fromSegment) {
    if (times("utt2dur")) {
      return durationIn("utt2dur", id, lead, 1);
    }
    if (!unsegmented) {
      return fromSegment;
    }
    if (times("utt2num_samples")) {
      return durationIn("utt2num_samples", id, lead, 1. / assembler.options().sampleRate());
    }
    if (times("utt2num_frames")) {
      return durationIn("utt2num_frames", id, lead, frameShift);
    }
    throw place.missing("segment of '" + id + "'", "a line in segments");
  }

  private boolean times(String file) {
    return leader.equals(file) || side.containsKey(file);
  }

  private double durationIn(String file, String id, String lead, double unit) {
    return unit
        * (leader.equals(file)
            ? SideFile.number("duration", lead, place)
            : lookUp(file, id, "duration"));
  }

  private double lookUp(String file, String id, String what) {
    String value = find(file, id);
    if (value == null) {
      throw place.missing(what + " of '" + id + "'", "a line in " + file);
    }
    return side.get(file).number(what, value);
  }

  private String find(String file, String id) {
    SideFile from = side.get(file);
    return from == null ? null : from.find(id);
  }

  private static void put(Map<String, Object> extra, String field, String value) {
    if (value != null && !value.isEmpty()) {
      extra.put(field, value);
    }
  }

  @Override
  public void close() {
    side.values().forEach(SideFile::close);
  }
}
