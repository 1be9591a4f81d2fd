package dev.stretto.data.manifest;

/** What a reader does with an entry that it cannot accept. */
public enum OnError {
  /** Throws a {@link ManifestException}. */
  STRICT,
  /** Leaves the entry out and counts it by reason in the {@link ReadReport}. */
  SKIP
}
