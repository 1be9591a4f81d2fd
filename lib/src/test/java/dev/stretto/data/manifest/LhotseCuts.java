package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Writes Lhotse cuts as JSON lines. {@link Manifests#open} reads them back identically, whatever
 * format the cuts came from: fields that a Lhotse cut does not have (audio path, speaker, ...) go
 * to {@code custom}, the token count to {@code custom.num_tokens}.
 */
public final class LhotseCuts {
  private static final Set<String> RESERVED = Set.of("id", "duration", NemoParser.TOKENS);

  private LhotseCuts() {}

  /**
   * Writes all cuts; the file is moved into place when it is complete.
   *
   * @param file where to; packed where the name ends in {@code .gz}
   * @param cuts the cuts, read once
   * @return how many were written
   * @throws IllegalArgumentException where a cut would not be read back identically: its text,
   *     language or duration says something else than the supervisions or tracks among its extra
   *     fields, or an extra field has a name that the format uses for something else
   * @throws java.io.UncheckedIOException where the file cannot be written
   */
  public static long write(Path file, Iterable<Cut> cuts) {
    return JsonWriter.writeLines(file, cuts, LhotseCuts::write);
  }

  private static void write(JsonGenerator out, Cut cut) throws IOException {
    Map<String, Object> extra = cut.extra();
    boolean mixed = extra.containsKey("tracks");
    boolean padding = "PaddingCut".equals(extra.get("type"));
    LhotseCut.Spoken spoken = new LhotseCut.Spoken(cut.text(), cut.language());
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", cut.id());
    if (!mixed) {
      object.put("duration", cut.duration());
    }
    if (!mixed && !padding) {
      object.put("start", 0L);
      object.put("channel", 0L);
      object.put("supervisions", LhotseCut.plain(cut.id(), cut.duration(), spoken));
    }
    Map<String, Object> custom = new LinkedHashMap<>();
    custom.put(NemoParser.TOKENS, (long) cut.tokens());
    extra.forEach(
        (name, value) -> {
          JsonWriter.refuse(RESERVED, name, cut, "Lhotse");
          String inner = name.startsWith(LhotseCut.CUSTOM) ? name.substring(7) : "";
          if (LhotseCut.STRUCTURE.contains(inner) && !inner.equals("custom")) {
            custom.put(inner, value);
          } else if (!name.equals("custom") && (LhotseCut.STRUCTURE.contains(name) || padding)) {
            object.put(name, value);
          } else {
            custom.put(name, value);
          }
        });
    object.put("custom", custom);
    object.putIfAbsent("type", mixed ? "MixedCut" : LhotseCut.MONO);
    if (padding || !Collections.disjoint(extra.keySet(), LhotseCut.STRUCTURE)) {
      checkReadBack(cut, object);
    }
    JsonWriter.write(out, object);
  }

  /** Supervisions and tracks say text and duration a second time, and may say something else. */
  private static void checkReadBack(Cut cut, Map<String, Object> object) {
    Cut back;
    try {
      back =
          new LhotseCut(new CutValidator(ReadOptions.defaults()))
              .cut(object, new SourceLocation("cut"));
    } catch (ManifestException e) {
      throw JsonWriter.refusal(
          cut, "extra fields that a Lhotse cut cannot have: " + e.getMessage());
    }
    if (!back.equals(cut)) {
      throw JsonWriter.refusal(
          cut,
          "text '%s' (%s) and %s s, but would be read back with '%s' (%s) and %s s and the extra"
                  .formatted(
                      cut.text(),
                      cut.language(),
                      cut.duration(),
                      back.text(),
                      back.language(),
                      back.duration())
              + " fields "
              + back.extra().keySet()
              + ", expected the same: supervisions and tracks among the extra fields must agree");
    }
  }
}
