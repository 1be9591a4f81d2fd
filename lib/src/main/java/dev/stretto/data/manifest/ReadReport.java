package dev.stretto.data.manifest;

import dev.stretto.data.manifest.ManifestException.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a reader delivered and what it left out.
 *
 * @param cuts how many cuts came out
 * @param skipped how many entries were left out, by reason; {@code SKIPME} counts entries that
 *     asked for it; unmodifiable
 * @param examples the first sentences, at most five, one for each entry left out
 */
public record ReadReport(long cuts, Map<Reason, Long> skipped, List<String> examples) {
  /** Copies both collections. */
  public ReadReport {
    skipped = Map.copyOf(skipped);
    examples = List.copyOf(examples);
  }

  @Override
  public String toString() {
    String reasons =
        Arrays.stream(Reason.values())
            .filter(skipped::containsKey)
            .map(reason -> skipped.get(reason) + " " + reason)
            .collect(Collectors.joining(", "));
    return cuts + " cuts read, " + (reasons.isEmpty() ? "none skipped" : "skipped: " + reasons);
  }
}
