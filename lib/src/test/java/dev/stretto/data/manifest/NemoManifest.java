package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Writes NeMo manifests: one JSON object a line. {@link Manifests#open} reads them back
 * identically, whatever format the cuts came from.
 */
public final class NemoManifest {
  private static final Set<String> RESERVED =
      Set.of("id", "duration", "text", "lang", NemoParser.TOKENS, "_skipme");

  private NemoManifest() {}

  /**
   * Writes all cuts; the file is moved into place when it is complete.
   *
   * @param file where to; packed where the name ends in {@code .gz}
   * @param cuts the cuts, read once
   * @return how many were written
   * @throws IllegalArgumentException where an extra field has the name of a field that the format
   *     uses for something else
   * @throws java.io.UncheckedIOException where the file cannot be written
   */
  public static long write(Path file, Iterable<Cut> cuts) {
    return JsonWriter.writeLines(file, cuts, NemoManifest::write);
  }

  private static void write(JsonGenerator out, Cut cut) throws IOException {
    Map<String, Object> extra = cut.extra();
    Object offset = extra.getOrDefault(NemoParser.OFFSET, 0L);
    if (!(offset instanceof Number number
        && number.doubleValue() >= 0
        && number.doubleValue() < 1e300)) {
      throw JsonWriter.refusal(
          cut,
          "the offset " + SourceLocation.show(offset) + ", expected finite seconds, 0 or more");
    }
    out.writeStartObject();
    Object audio = extra.get(NemoParser.AUDIO);
    if (audio == null || !NemoParser.idOf(extra).equals(cut.id())) {
      out.writeStringField("id", cut.id());
    }
    if (audio != null) {
      if (!NemoParser.isAudio(audio)) {
        throw JsonWriter.refusal(
            cut,
            "the audio " + SourceLocation.show(audio) + ", expected a path or a list of paths");
      }
      out.writeFieldName(NemoParser.AUDIO);
      JsonWriter.write(out, audio);
    }
    out.writeNumberField("duration", cut.duration());
    if (!cut.text().isEmpty()) {
      out.writeStringField("text", cut.text());
    }
    if (!cut.language().isEmpty()) {
      out.writeStringField("lang", cut.language());
    }
    out.writeNumberField(NemoParser.TOKENS, cut.tokens());
    for (Map.Entry<String, Object> field : extra.entrySet()) {
      JsonWriter.refuse(RESERVED, field.getKey(), cut, "NeMo");
      if (!field.getKey().equals(NemoParser.AUDIO)) {
        out.writeFieldName(field.getKey());
        JsonWriter.write(out, field.getValue());
      }
    }
    out.writeEndObject();
  }
}
