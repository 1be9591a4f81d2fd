package dev.stretto.samplers.decoding;

import java.util.ArrayList;
import java.util.List;

/**
 * Leaves the decision to another verifier and remembers what was drafted and kept: for looking at.
 *
 * @param inner who decides
 * @param passes what was drafted and kept, pass by pass and row by row
 */
public record RecordingVerifier(Verifier inner, List<Recorded> passes) implements Verifier {
  /**
   * One row of one pass.
   *
   * @param emitted tokens of the output before the pass
   * @param draft what was fed
   * @param path nodes kept, from 0 on
   */
  public record Recorded(int emitted, Draft draft, int[] path) {}

  /**
   * A verifier that has seen nothing yet.
   *
   * @param inner who decides
   */
  public RecordingVerifier(Verifier inner) {
    this(inner, new ArrayList<>());
  }

  @Override
  public Decision verify(
      Draft draft, NodeDistributions distributions, int position, DecodingRandom random) {
    Decision decision = inner.verify(draft, distributions, position, random);
    passes.add(new Recorded(position, draft, decision.path()));
    return decision;
  }

  @Override
  public boolean lossless() {
    return inner.lossless();
  }

  @Override
  public boolean wantsHidden() {
    return inner.wantsHidden();
  }
}
