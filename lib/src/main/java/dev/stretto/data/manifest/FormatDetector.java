package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Tells what a file is from its first bytes; names do not count. */
final class FormatDetector {
  private static final int LOOK = 1 << 16;
  private static final int LINES = 64;

  /**
   * What a file is, finer than its format. Files of one corpus often repeat each other: of a
   * folder's files of one format, those of the first kind here, the richest, are read.
   */
  enum Kind {
    NEMO(Format.NEMO),
    LHOTSE_CUTS(Format.LHOTSE),
    LHOTSE_SUPERVISIONS(Format.LHOTSE),
    LHOTSE_RECORDINGS(Format.LHOTSE),
    LST(Format.LST),
    COMMON_VOICE(Format.COMMON_VOICE),
    COMMON_VOICE_DURATIONS(Format.COMMON_VOICE),
    /** JSON of which no line says more. */
    SOME_JSON(Format.NEMO),
    SOME_JSON_ARRAY(Format.LHOTSE),
    UNKNOWN(null);

    final Format format;

    Kind(Format format) {
      this.format = format;
    }
  }

  private FormatDetector() {}

  /** The first byte that is not blank, or -1. */
  static int firstByte(Path file) {
    String head = head(file);
    return head.isBlank() ? -1 : head.stripLeading().charAt(0);
  }

  private static String head(Path file) {
    SourceLocation place = new SourceLocation(file.toString());
    try (InputStream in = Lines.open(file, place)) {
      String head = new String(in.readNBytes(LOOK), StandardCharsets.UTF_8);
      return head.startsWith("\uFEFF") ? head.substring(1) : head;
    } catch (IOException e) {
      place.line(1);
      throw Lines.unreadable(e, place);
    }
  }

  static Kind kind(Path file) {
    String head = head(file);
    List<String> lines = head.lines().limit(LINES).filter(line -> !line.isBlank()).toList();
    if (lines.isEmpty()) {
      return Kind.UNKNOWN;
    }
    String start = head.stripLeading();
    if (start.startsWith("[")) {
      Kind kind = objectKind(start.substring(1));
      return kind == Kind.UNKNOWN || kind == Kind.NEMO ? Kind.SOME_JSON_ARRAY : kind;
    }
    if (start.startsWith("{")) {
      return lines.stream()
          .map(FormatDetector::objectKind)
          .filter(kind -> kind != Kind.UNKNOWN)
          .findFirst()
          .orElse(Kind.SOME_JSON);
    }
    if (CommonVoiceParser.isHeader(lines.getFirst())) {
      return lines.getFirst().contains(CommonVoiceParser.MILLISECONDS)
          ? Kind.COMMON_VOICE_DURATIONS
          : Kind.COMMON_VOICE;
    }
    long listed = lines.stream().limit(5).filter(FormatDetector::isListLine).count();
    return listed > lines.size() / 2 || listed >= 3 ? Kind.LST : Kind.UNKNOWN;
  }

  private static boolean isListLine(String line) {
    String[] part = line.strip().split("\\s+", 4);
    return part.length >= 3 && part[2].matches("\\d+(\\.\\d+)?") && !part[1].matches("[\\d.]+");
  }

  private static Kind objectKind(String json) {
    Set<String> names = members(json);
    if (names.contains(NemoParser.AUDIO) || names.contains(NemoParser.TOKENS)) {
      return Kind.NEMO;
    }
    if (!Collections.disjoint(names, Set.of("supervisions", "tracks"))
        || names.containsAll(Set.of("id", "type"))) {
      return Kind.LHOTSE_CUTS;
    }
    if (names.containsAll(Set.of("id", "recording_id"))) {
      return Kind.LHOTSE_SUPERVISIONS;
    }
    if (names.containsAll(Set.of("id", "sources"))) {
      return Kind.LHOTSE_RECORDINGS;
    }
    return names.contains("duration") && !names.contains("recording_id") ? Kind.NEMO : Kind.UNKNOWN;
  }

  /** The names at the top of the first object, as far as it is JSON. */
  private static Set<String> members(String json) {
    Set<String> names = new HashSet<>();
    try (JsonParser parser = Json.factory().createParser(json)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          names.add(parser.currentName());
          parser.nextToken();
          parser.skipChildren();
        }
      }
    } catch (IOException e) {
      return names;
    }
    return names;
  }
}
