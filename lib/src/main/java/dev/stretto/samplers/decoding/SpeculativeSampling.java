package dev.stretto.samplers.decoding;

/**
 * Speculative sampling of one drafted token (Leviathan et al. 2023, arXiv 2211.17192, section 2.3):
 * the rule that all others of this package generalise.
 */
public record SpeculativeSampling() implements AcceptanceRule {
  @Override
  public Outcome accept(double[] p, double[] q, int[] candidates, DecodingRandom random) {
    int x = candidates[0]; // x ~ q
    if (random.happens(p[x] / q[x])) { // keep x with probability min(1, p(x) / q(x))
      return new Accepted(0);
    }
    double[] residual = new double[p.length]; // p'(x) = norm(max(0, p(x) - q(x)))
    double sum = 0;
    for (int token = 0; token < p.length; token++) {
      residual[token] = Math.max(0, p[token] - q[token]);
      sum += residual[token];
    }
    if (!(sum > 0)) {
      return new Rejected(random.draw(p)); // p = q but for rounding
    }
    for (int token = 0; token < p.length; token++) {
      residual[token] /= sum;
    }
    return new Rejected(random.draw(residual));
  }
}
