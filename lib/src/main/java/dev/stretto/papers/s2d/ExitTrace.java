package dev.stretto.papers.s2d;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * What every exit of a nested draft predicts along a target's greedy texts. Greedy drafts up to the
 * first wrong token follow the target's own text, so this is all that is needed to know how long
 * drafts of any policy would be accepted.
 *
 * @param confidence largest probability, [text][position][exit]
 * @param right whether the likeliest token is the target's
 * @param limit the most tokens of a text
 * @param draft what exits cost
 */
public record ExitTrace(double[][][] confidence, boolean[][][] right, int limit, ExitModel draft) {
  /** Thresholds that are tried, from always to never. */
  private static final double[] GRID = {0, .3, .5, .7, .8, .9, .97, 2};

  /**
   * Records a draft along texts.
   *
   * @param draft the nested model
   * @param prompts ids
   * @param outputs a target's greedy tokens after each
   * @param limit the most tokens of an output that was allowed
   * @return the trace
   */
  public static ExitTrace of(NestedDraft draft, int[][] prompts, int[][] outputs, int limit) {
    double[][][] confidence = new double[prompts.length][][];
    boolean[][][] right = new boolean[prompts.length][][];
    for (int i = 0; i < prompts.length; i++) {
      int[] said = outputs[i];
      int[] text = IntStream.concat(Arrays.stream(prompts[i]), Arrays.stream(said)).toArray();
      double[][][] logProbs = draft.logProbs(text, prompts[i].length);
      confidence[i] = new double[said.length][draft.exits()];
      right[i] = new boolean[said.length][draft.exits()];
      for (int at = 0; at < said.length; at++) {
        for (int exit = 0; exit < draft.exits(); exit++) {
          confidence[i][at][exit] = AdaptiveExitDrafter.confidence(logProbs[at][exit]);
          right[i][at][exit] = AdaptiveExitDrafter.best(logProbs[at][exit]) == said[at];
        }
      }
    }
    return new ExitTrace(confidence, right, limit, draft);
  }

  /**
   * How often an exit is right where it is so sure, with one standard error on each side.
   *
   * @param draft its name
   * @param exit its name
   * @param confidence middle of a tenth of the scale
   * @param agreement share of tokens there that the target agrees with
   * @param low lower end of the interval
   * @param high upper end
   */
  public record Sure(
      String draft, String exit, double confidence, double agreement, double low, double high) {}

  /** {@return for each exit the tenths of the scale that 10 or more tokens fall into} */
  List<Sure> sure(String name) {
    List<Sure> all = new ArrayList<>();
    for (int e = 0; e < draft.exits(); e++) {
      int[][] seen = new int[10][2];
      for (int i = 0; i < right.length; i++) {
        for (int at = 0; at < right[i].length; at++) {
          seen[(int) Math.min(9, 10 * confidence[i][at][e])][right[i][at][e] ? 1 : 0]++;
        }
      }
      for (int tenth = 0; tenth < 10; tenth++) {
        double n = seen[tenth][0] + seen[tenth][1];
        if (n >= 10) {
          double p = seen[tenth][1] / n;
          double error = Math.sqrt(p * (1 - p) / n);
          String exit = "exit " + (e + 1);
          all.add(new Sure(name, exit, (tenth + .5) / 10, p, p - error, p + error));
        }
      }
    }
    return all;
  }

  /**
   * Tokens that leave by themselves in a batch whose step lasts as long as its deepest row.
   *
   * @param exit mean over the steps of the deepest exit of a batch's rows, from 1
   * @param agreement share of tokens whose exit predicts the target's
   */
  public record Wait(double exit, double agreement) {}

  /**
   * What a batch would run if its texts were decoded together.
   *
   * @param threshold least confidence of an exit; the last one always answers
   * @param rows texts of a batch, in their order, 1 or more; the last batch may have fewer
   * @return the wait
   */
  public Wait batched(double threshold, int rows) {
    double[] each = DoubleStream.generate(() -> threshold).limit(draft.exits() - 1L).toArray();
    ExitPolicy policy = new ExitPolicy(1, each, 0);
    int[][] deepest = new int[(right.length + rows - 1) / rows][limit];
    int agreed = 0;
    for (int i = 0; i < right.length; i++) {
      for (int at = 0; at < right[i].length; at++) {
        double[] sure = confidence[i][at];
        int exit = policy.exit(e -> sure[e]);
        deepest[i / rows][at] = Math.max(deepest[i / rows][at], exit + 1);
        agreed += right[i][at][exit] ? 1 : 0;
      }
    }
    IntStream steps = Arrays.stream(deepest).flatMapToInt(Arrays::stream).filter(e -> e > 0);
    return new Wait(steps.average().orElseThrow(), (double) agreed / tokens());
  }

  private int tokens() {
    return Arrays.stream(right).mapToInt(text -> text.length).sum();
  }

  /**
   * What a policy would do.
   *
   * @param policy with drafts
   * @param tau tokens per pass of the target, exact
   * @param work of the draft per pass, in tokens that go to the top; for drafts after the first
   *     wrong token their mean
   * @param exit mean exit of a token, from 1
   */
  public record Outcome(ExitPolicy policy, double tau, double work, double exit) {
    /**
     * Tau / (1 + c work), c the time of a draft token to the top over a target's pass.
     *
     * @param c cost of a pass over that of one row
     * @return tau / (1 + c work), c the time of a draft token to the top over a target's pass
     */
    public double speed(double c) {
      return tau / (1 + c * work);
    }
  }

  /**
   * A policy's outcome under greedy decoding.
   *
   * @param policy when to stop and where to exit
   * @return a policy's outcome under greedy decoding
   */
  public Outcome simulate(ExitPolicy policy) {
    long passes = 0;
    long tokens = 0;
    long unknown = 0;
    double work = 0;
    double depth = 0;
    for (int i = 0; i < right.length; i++) {
      int end = right[i].length;
      for (int at = 0; at < end; passes++) {
        int kept = 0;
        int most = Math.min(policy.depth(), limit - at - 1);
        for (; kept < most && at + kept < end; kept++) {
          double[] sure = confidence[i][at + kept];
          int exit = policy.exit(e -> sure[e]);
          work += draft.work(exit, policy.heads(exit));
          depth += exit + 1;
          tokens++;
          if (policy.stops(exit, sure[exit])) {
            break;
          }
          if (!right[i][at + kept][exit]) {
            unknown += most - kept - 1;
            break;
          }
        }
        at += Math.min(kept + 1, end - at);
      }
    }
    double mean = tokens == 0 ? 0 : work / tokens;
    double tau = (double) tokens() / passes;
    return new Outcome(policy, tau, (work + unknown * mean) / passes, depth / tokens);
  }

  /**
   * Outcomes of all thresholds of a grid.
   *
   * @param depth K
   * @param stops values of the rule that ends a draft; 0 alone for none
   * @return 8 to the number of exits but the last, for each stop
   */
  public List<Outcome> sweep(int depth, double... stops) {
    int free = draft.exits() - 1;
    List<Outcome> all = new ArrayList<>();
    for (double stop : stops) {
      for (int setting = 0; setting < Math.pow(GRID.length, free); setting++) {
        all.add(simulate(new ExitPolicy(depth, grid(setting, free), stop)));
      }
    }
    return all;
  }

  private static double[] grid(int setting, int free) {
    double[] thresholds = new double[free];
    for (int e = 0, rest = setting; e < free; e++, rest /= GRID.length) {
      thresholds[e] = GRID[rest % GRID.length];
    }
    return thresholds;
  }

  /**
   * The policy of the greatest predicted speed-up over the grid, c as of its outcome.
   *
   * @param c cost of a pass over that of one row
   * @param depth of the tree
   * @param stops thresholds that are tried
   * @return the policy of the greatest predicted speed-up over the grid, c as of its outcome
   */
  public ExitPolicy best(double c, int depth, double... stops) {
    return sweep(depth, stops).stream()
        .max(Comparator.comparingDouble(outcome -> outcome.speed(c)))
        .orElseThrow()
        .policy();
  }
}
