package dev.stretto.papers.spectr;

import dev.stretto.samplers.decoding.AcceptanceRule;
import dev.stretto.samplers.decoding.DecodingRandom;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The optimal coupling itself (SpecTr, Sun et al. 2023, section 4) as a maximal flow from the sets
 * of distinct candidates to the tokens in them. Exponential in the vocabulary: for at most {@value
 * #MOST} tokens, where it shows what an optimal verifier does.
 */
public final class ExactTransport implements AcceptanceRule {
  private static final int MOST = 12;
  private static final double CRUMB = 1e-15;

  /** The plan of a position: how much of a set's mass goes to each of its tokens. */
  private record Plan(double[] setMass, Map<Integer, double[]> flow, double[] rest) {}

  /** A verifier's coupling. */
  public ExactTransport() {}

  @Override
  public Outcome accept(double[] target, double[] draft, int[] candidates, DecodingRandom random) {
    Plan plan = plan(target, draft, candidates.length);
    int set = 0;
    for (int token : candidates) {
      set |= 1 << token;
    }
    double[] flow = plan.flow.get(set);
    double left = plan.setMass[set];
    for (int i = 0; i < candidates.length; i++) {
      int token = candidates[i];
      boolean before = Arrays.stream(candidates, 0, i).anyMatch(other -> other == token);
      if (!before && left > 0) {
        if (random.happens(flow[token] / left)) {
          return new Accepted(i);
        }
        left -= flow[token];
      }
    }
    return new Rejected(random.draw(plan.rest));
  }

  /**
   * The accepted mass of the plan.
   *
   * @param target t
   * @param draft d
   * @param candidates K
   * @return alpha*
   */
  public static double acceptance(double[] target, double[] draft, int candidates) {
    AcceptanceRule.check(target, draft, candidates);
    return plan(target, draft, candidates).flow.values().stream()
        .flatMapToDouble(Arrays::stream)
        .sum();
  }

  private static Plan plan(double[] target, double[] draft, int candidates) {
    int vocabulary = target.length;
    if (vocabulary > MOST) {
      throw new IllegalArgumentException(
          "%d tokens, expected at most %d: the plan is exponential; use K-SEQ"
              .formatted(vocabulary, MOST));
    }
    double[] mass = setMass(draft, candidates);
    double[] free = mass.clone();
    double[] need = target.clone();
    Map<Integer, double[]> flow = new HashMap<>();
    for (int set = 1; set < mass.length; set++) {
      if (mass[set] > 0) {
        flow.put(set, new double[vocabulary]);
      }
    }
    while (augment(free, need, flow, vocabulary)) {
      // until no way is left
    }
    double sum = Arrays.stream(need).sum();
    double[] rest = sum > 0 ? Arrays.stream(need).map(p -> p / sum).toArray() : target.clone();
    return new Plan(mass, flow, rest);
  }

  /** P(the K draws are exactly this set), by inclusion and exclusion over its subsets. */
  private static double[] setMass(double[] draft, int candidates) {
    double[] mass = new double[1 << draft.length];
    for (int set = 1; set < mass.length; set++) {
      double inside = 0;
      for (int x = 0; x < draft.length; x++) {
        inside += (set >> x & 1) * draft[x];
      }
      mass[set] = Math.pow(inside, candidates);
      for (int part = (set - 1) & set; part > 0; part = (part - 1) & set) {
        mass[set] -= mass[part];
      }
      mass[set] = mass[set] < CRUMB ? 0 : mass[set];
    }
    return mass;
  }

  /** One shortest augmenting path (Edmonds and Karp 1972). */
  private static boolean augment(
      double[] free, double[] need, Map<Integer, double[]> flow, int vocabulary) {
    int[] setBefore = new int[vocabulary]; // the set that leads to a token
    Map<Integer, Integer> tokenBefore = new HashMap<>(); // the token that leads back to a set
    Arrays.fill(setBefore, -1);
    ArrayDeque<Integer> queue = new ArrayDeque<>();
    for (int set : flow.keySet().stream().sorted().toList()) {
      if (free[set] > CRUMB) {
        queue.add(set);
        tokenBefore.put(set, -1);
      }
    }
    while (!queue.isEmpty()) {
      int set = queue.remove();
      for (int x = 0; x < vocabulary; x++) {
        if ((set >> x & 1) == 0 || setBefore[x] >= 0) {
          continue;
        }
        setBefore[x] = set;
        if (need[x] > CRUMB) {
          push(x, free, need, flow, setBefore, tokenBefore);
          return true;
        }
        for (Map.Entry<Integer, double[]> other : flow.entrySet()) {
          if (other.getValue()[x] > CRUMB && !tokenBefore.containsKey(other.getKey())) {
            tokenBefore.put(other.getKey(), x);
            queue.add(other.getKey());
          }
        }
      }
    }
    return false;
  }

  private static void push(
      int end,
      double[] free,
      double[] need,
      Map<Integer, double[]> flow,
      int[] setBefore,
      Map<Integer, Integer> tokenBefore) {
    double amount = need[end];
    for (int x = end; x >= 0; ) {
      int set = setBefore[x];
      int back = tokenBefore.get(set);
      amount = Math.min(amount, back < 0 ? free[set] : flow.get(set)[back]);
      x = back;
    }
    need[end] -= amount;
    for (int x = end; x >= 0; ) {
      int set = setBefore[x];
      int back = tokenBefore.get(set);
      flow.get(set)[x] += amount;
      if (back < 0) {
        free[set] -= amount;
      } else {
        flow.get(set)[back] -= amount;
      }
      x = back;
    }
  }
}
