package dev.stretto.papers.spectr;

import dev.stretto.samplers.decoding.AcceptanceRule;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * The best that any verification of K independent candidates can do at one position (SpecTr, Sun et
 * al. 2023, section 4): couple X = (x_1..x_K), drawn from d, with Y of distribution t so that Y is
 * among X as often as possible. By minimal cuts the optimum is
 *
 * <pre>alpha* = 1 + min over sets S of tokens of [t(S) - d(S)^K]</pre>
 *
 * and the minimising set is {x : t(x)/d(x) below a threshold}, so that sorting finds it. With K = 1
 * it is 1 - TV(t, d).
 */
public final class MembershipTransport {
  private MembershipTransport() {}

  /**
   * The optimum.
   *
   * @param target t, probabilities summing to 1
   * @param draft d, as many, summing to 1
   * @param candidates K, 1 or more
   * @return alpha*, 0 to 1; throws IllegalArgumentException for distributions that are none
   */
  public static double optimum(double[] target, double[] draft, int candidates) {
    AcceptanceRule.check(target, draft, candidates);
    int[] rising =
        IntStream.range(0, target.length)
            .boxed()
            .sorted(
                Comparator.comparingDouble(
                    x -> draft[x] > 0 ? target[x] / draft[x] : Double.POSITIVE_INFINITY))
            .mapToInt(Integer::intValue)
            .toArray();
    double targetMass = 0;
    double draftMass = 0;
    double least = 0; // the empty set
    for (int x : rising) {
      targetMass += target[x];
      draftMass += draft[x];
      least = Math.min(least, targetMass - Math.pow(draftMass, candidates));
    }
    return Math.max(0, 1 + least);
  }
}
