package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.List;

/**
 * Everything from which a {@link PackingSampler} continues identically, given the rest of the
 * stream.
 *
 * @param settings the sampler's settings as one line; restoring into other settings is refused
 * @param buffered the cuts that are not packed yet, in order
 * @param waiting the bins that are packed and wait for their block, in order
 * @param rng the state of the random generator
 * @param report the counters
 */
public record PackingState(
    String settings, List<Cut> buffered, List<List<Cut>> waiting, long rng, PackingReport report) {

  /** Copies the lists. */
  public PackingState {
    buffered = List.copyOf(buffered);
    waiting = waiting.stream().map(List::copyOf).toList();
  }
}
