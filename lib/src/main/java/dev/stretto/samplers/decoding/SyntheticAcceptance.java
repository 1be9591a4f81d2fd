package dev.stretto.samplers.decoding;

import java.util.Arrays;

/**
 * Synthetic acceptance: keeps candidates at given rates, whatever they are, so that the cost of a
 * system shows apart from the quality of its drafter; the draft's own cost is paid. The text is the
 * draft's where a candidate is kept and the target's where not: it is no text of the target.
 *
 * @param rates chance to keep the candidate of each depth where those before it were kept, 0 to 1;
 *     below the last depth nothing is kept
 */
public record SyntheticAcceptance(double... rates) implements Verifier {
  /** Checks the rates; throws IllegalArgumentException naming the depth. */
  public SyntheticAcceptance {
    for (int i = 0; i < rates.length; i++) {
      if (!(rates[i] >= 0 && rates[i] <= 1)) {
        throw new IllegalArgumentException(
            "the forced rate of depth %d is %s, expected 0 to 1".formatted(i + 1, rates[i]));
      }
    }
  }

  /**
   * Rates whose mean accepted length is a given one: as many certain depths as it has whole tokens,
   * then one at the fraction.
   *
   * @param accepted mean drafts kept a pass, 0 or more
   * @return the verifier
   */
  public static SyntheticAcceptance length(double accepted) {
    int whole = (int) Math.floor(accepted);
    double[] rates = new double[whole + 1];
    Arrays.fill(rates, 1);
    rates[whole] = accepted - whole;
    return new SyntheticAcceptance(rates);
  }

  @Override
  public Decision verify(
      Draft draft, NodeDistributions distributions, int position, DecodingRandom random) {
    int[] path = new int[draft.tree().size()];
    int kept = 1;
    int[] children = draft.children(0);
    while (children.length > 0 && kept <= rates.length && random.happens(rates[kept - 1])) {
      path[kept++] = children[0];
      children = draft.children(children[0]);
    }
    int node = path[kept - 1];
    return new Decision(
        Arrays.copyOf(path, kept), distributions.token(node, random, position + kept - 1));
  }
}
