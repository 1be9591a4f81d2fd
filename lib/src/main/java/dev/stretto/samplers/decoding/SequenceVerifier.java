package dev.stretto.samplers.decoding;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Verifies independent drafts of a row depth by depth (SpecTr, Sun et al. 2023, draft block
 * verification; with one sequence and {@link RecursiveRejection} the chain of Leviathan et al.
 * 2023): the sequences that share the text so far offer their next tokens, a {@link AcceptanceRule}
 * couples these with one token of the target's distribution, and those that continue with it live
 * on. What was looked at so far leaves the survivors' next tokens independent draws, so that each
 * depth is a fresh problem and the output has the target's distribution.
 *
 * @param rule what decides at one depth
 * @param continueOnResidual whether sequences go on that happen to have the emitted token, though
 *     it was not accepted from them; the distribution is the target's either way
 */
public record SequenceVerifier(AcceptanceRule rule, boolean continueOnResidual)
    implements Verifier {

  /**
   * Speculative sampling of a chain, or recursive rejection of several.
   *
   * @return the verifier
   */
  public static SequenceVerifier rejection() {
    return new SequenceVerifier(new RecursiveRejection(), false);
  }

  @Override
  public Decision verify(
      Draft draft, NodeDistributions distributions, int position, DecodingRandom random) {
    int[] path = new int[draft.tree().size()];
    int kept = 1;
    List<int[]> alive = new ArrayList<>(List.of(draft.sequences()));
    while (true) {
      int node = path[kept - 1];
      int depth = kept;
      alive.removeIf(sequence -> sequence.length <= depth);
      double[] target = distributions.probabilities(node);
      if (alive.isEmpty()) {
        return new Decision(Arrays.copyOf(path, kept), random.draw(target));
      }
      int[] candidates =
          alive.stream().mapToInt(sequence -> draft.tree().tokens()[sequence[depth]]).toArray();
      check(target, draft.distributions()[node], candidates, depth);
      AcceptanceRule.Outcome outcome =
          rule.accept(target, draft.distributions()[node], candidates, random);
      int token =
          switch (outcome) {
            case AcceptanceRule.Accepted(int index) -> candidates[index];
            case AcceptanceRule.Rejected(int drawn) -> drawn;
          };
      int child = draft.child(node, token);
      if (outcome instanceof AcceptanceRule.Rejected && !(continueOnResidual && child >= 0)) {
        return new Decision(Arrays.copyOf(path, kept), token);
      }
      alive.removeIf(sequence -> sequence[depth] != child);
      path[kept++] = child;
    }
  }

  private static void check(double[] target, double[] draft, int[] candidates, int depth) {
    if (draft.length != target.length) {
      throw new IllegalArgumentException(
          "the draft's distribution at depth %d has %d tokens, the target's %d: expected as many"
              .formatted(depth, draft.length, target.length));
    }
    for (int token : candidates) {
      if (!(draft[token] > 0)) {
        throw new IllegalArgumentException(
            "token %d at depth %d has draft probability %s, expected above 0: it was drawn"
                .formatted(token, depth, draft[token]));
      }
    }
  }

  @Override
  public boolean lossless() {
    return true;
  }
}
