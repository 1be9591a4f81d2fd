package dev.stretto.data.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Writes Lhotse cuts as JSON lines. {@link Manifests#open} reads them back identically, whatever
 * format the cuts came from: fields that a Lhotse cut does not have (audio path, speaker, ...) go
 * to {@code custom}, the token count to {@code custom.num_tokens}.
 */
public final class LhotseCuts {
  private static final Set<String> RESERVED = Set.of("id", NemoSource.TOKENS);

  private LhotseCuts() {}

  /**
   * Writes all cuts; the file appears when it is complete.
   *
   * @param file where to; packed where the name ends in {@code .gz}
   * @param cuts the cuts
   * @return how many were written
   * @throws IllegalArgumentException where a cut's text, language or duration says something else
   *     than the supervisions or tracks among its extra fields, or an extra field has a reserved
   *     name
   * @throws java.io.UncheckedIOException where the file cannot be written
   */
  public static long write(Path file, Iterable<Cut> cuts) {
    return write(file, cuts.iterator());
  }

  /**
   * Writes a stream of cuts; the file appears when it is complete.
   *
   * @param file where to; packed where the name ends in {@code .gz}
   * @param cuts the cuts, read to their end
   * @return how many were written
   * @throws IllegalArgumentException where a cut's text, language or duration says something else
   *     than the supervisions or tracks among its extra fields, or an extra field has a reserved
   *     name
   * @throws java.io.UncheckedIOException where the file cannot be written
   */
  public static long write(Path file, Iterator<Cut> cuts) {
    return JsonLines.write(file, cuts, LhotseCuts::write);
  }

  private static void write(JsonGenerator out, Cut cut) throws IOException {
    Map<String, Object> extra = cut.extra();
    boolean mixed = extra.containsKey("tracks");
    boolean padding = "PaddingCut".equals(extra.get("type"));
    LhotseCut.Spoken spoken = new LhotseCut.Spoken(cut.text(), cut.language());
    if (mixed || extra.containsKey("supervisions")) {
      checkDerived(cut, spoken, mixed);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("id", cut.id());
    if (!mixed) {
      object.put("duration", cut.duration());
    }
    if (!mixed && !padding) {
      object.put("start", 0L);
      object.put("channel", 0L);
    }
    if (!mixed && !(padding && spoken.text().isEmpty() && spoken.language().isEmpty())) {
      object.put("supervisions", LhotseCut.plain(cut.id(), cut.duration(), spoken));
    }
    Map<String, Object> custom = new LinkedHashMap<>();
    if (extra.get("custom") instanceof Map<?, ?> own) {
      own.forEach((name, value) -> custom.put(String.valueOf(name), value));
    }
    custom.put(NemoSource.TOKENS, (long) cut.tokens());
    extra.forEach(
        (name, value) -> {
          JsonLines.refuse(RESERVED, name, cut, "Lhotse");
          if (name.equals("custom")) {
            return;
          }
          if (LhotseCut.STRUCTURE.contains(name) || padding || custom.containsKey(name)) {
            object.put(name, value);
          } else {
            custom.put(name, value);
          }
        });
    object.put("custom", custom);
    object.putIfAbsent("type", mixed ? "MixedCut" : LhotseCut.MONO);
    Json.write(out, object);
  }

  private static void checkDerived(Cut cut, LhotseCut.Spoken spoken, boolean mixed) {
    Place place = new Place("cut '" + cut.id() + "'");
    LhotseCut.Spoken derived = LhotseCut.spoken(cut.extra(), place);
    double duration = mixed ? LhotseCut.mixedDuration(cut.extra(), place) : cut.duration();
    if (!derived.equals(spoken) || duration != cut.duration()) {
      throw new IllegalArgumentException(
          "cut '"
              + cut.id()
              + "' has "
              + spoken
              + " and "
              + cut.duration()
              + " s, but its supervisions or tracks say "
              + derived
              + " and "
              + duration
              + " s, expected the same: change both, or drop supervisions and tracks from extra");
    }
  }
}
