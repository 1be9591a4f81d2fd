package dev.stretto.samplers.decoding;

/**
 * Candidates in turn, each against what the ones before it left of the target's distribution:
 * candidate x is accepted with min(1, r(x) / d(x)), and r becomes norm(max(r - d, 0)). With one
 * candidate this is speculative sampling (Leviathan et al. 2023, algorithm 1), accepted with
 * probability 1 - TV(t, d).
 */
public record RecursiveRejection() implements AcceptanceRule {
  @Override
  public Outcome accept(double[] target, double[] draft, int[] candidates, DecodingRandom random) {
    double[] rest = target.clone();
    for (int i = 0; i < candidates.length; i++) {
      int x = candidates[i];
      if (random.happens(rest[x] / draft[x])) {
        return new Accepted(i);
      }
      if (!(refuse(rest, draft) > 0)) {
        return new Rejected(
            random.draw(target)); // the distributions are one but for rounding: this has no chance
      }
    }
    return new Rejected(random.draw(rest));
  }

  /**
   * Makes r what a refused candidate leaves, norm(max(r - d, 0)), and says its mass before that.
   */
  private static double refuse(double[] rest, double[] draft) {
    double left = 0;
    for (int token = 0; token < rest.length; token++) {
      rest[token] = Math.max(rest[token] - draft[token], 0);
      left += rest[token];
    }
    for (int token = 0; left > 0 && token < rest.length; token++) {
      rest[token] /= left;
    }
    return left;
  }

  /**
   * How likely one of the candidates is accepted.
   *
   * @param target t
   * @param draft d
   * @param candidates K, 1 or more
   * @return 1 - product over the turns of (1 - sum min(r, d))
   */
  public static double acceptance(double[] target, double[] draft, int candidates) {
    AcceptanceRule.check(target, draft, candidates);
    double[] rest = target.clone();
    double refused = 1;
    for (int i = 0; i < candidates && refused > 0; i++) {
      refused *= refuse(rest, draft);
    }
    return 1 - refused;
  }
}
