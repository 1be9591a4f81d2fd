package dev.stretto.papers.s2d;

import java.util.Arrays;

/**
 * What every exit of a nested draft says along a target's greedy texts: all that is needed to know
 * how long greedy drafts of any policy would be accepted, since drafts up to the first wrong one
 * stand behind the target's own text.
 *
 * @param confidence largest probability, [text][place][exit]
 * @param right whether the likeliest token is the target's
 * @param limits most tokens of each text
 * @param draft what exits cost
 */
public record ExitTrace(
    double[][][] confidence, boolean[][][] right, int[] limits, ExitModel draft) {
  /**
   * Logs a draft along texts.
   *
   * @param draft the nested model
   * @param prompts ids
   * @param outputs a target's greedy tokens behind each
   * @param limit the most tokens of an output that was allowed
   * @return the log
   */
  public static ExitTrace of(ExitModel draft, int[][] prompts, int[][] outputs, int limit) {
    double[][][] confidence = new double[prompts.length][][];
    boolean[][][] right = new boolean[prompts.length][][];
    int[] limits = new int[prompts.length];
    for (int i = 0; i < prompts.length; i++) {
      confidence[i] = new double[outputs[i].length][draft.exits()];
      right[i] = new boolean[outputs[i].length][draft.exits()];
      limits[i] = limit;
      int[] text = Arrays.copyOf(prompts[i], prompts[i].length + outputs[i].length);
      System.arraycopy(outputs[i], 0, text, prompts[i].length, outputs[i].length);
      double[][][] distributions = draft.distributions(text, prompts[i].length);
      for (int place = 0; place < outputs[i].length; place++) {
        for (int exit = 0; exit < draft.exits(); exit++) {
          double[] probabilities = distributions[place][exit];
          confidence[i][place][exit] = Math.exp(Arrays.stream(probabilities).max().orElseThrow());
          right[i][place][exit] = AdaptiveExitDrafter.best(probabilities) == outputs[i][place];
        }
      }
    }
    return new ExitTrace(confidence, right, limits, draft);
  }

  /**
   * Tokens that leave by themselves in a batch that waits.
   *
   * @param exit mean over the steps of the deepest exit of a batch's rows, from 1
   * @param agreement share of tokens whose exit says what the target says
   */
  public record Wait(double exit, double agreement) {}

  /**
   * What a batch would run if its texts were decoded together, each token leaving at the first exit
   * that is sure enough: a step is over when its deepest row is.
   *
   * @param threshold least confidence of an exit; the last one always answers
   * @param rows texts of a batch, in their order, 1 or more; the last batch may have fewer
   * @return the wait
   */
  public Wait batched(double threshold, int rows) {
    double[] each = new double[draft.exits() - 1];
    Arrays.fill(each, threshold);
    ExitPolicy policy = new ExitPolicy(1, each, 0);
    long steps = 0;
    long deep = 0;
    long tokens = 0;
    long agreed = 0;
    for (int from = 0; from < right.length; from += rows) {
      int to = Math.min(right.length, from + rows);
      boolean going = true;
      for (int place = 0; going; place++) {
        int deepest = 0;
        for (int i = from; i < to; i++) {
          if (place < right[i].length) {
            int exit = 0;
            while (!policy.leaves(exit, confidence[i][place][exit])) {
              exit++;
            }
            deepest = Math.max(deepest, exit + 1);
            tokens++;
            agreed += right[i][place][exit] ? 1 : 0;
          }
        }
        going = deepest > 0;
        steps += going ? 1 : 0;
        deep += deepest;
      }
    }
    return new Wait((double) deep / steps, (double) agreed / tokens);
  }

  /**
   * What a policy would do.
   *
   * @param policy with drafts
   * @param tau tokens a pass of the target, exact
   * @param work of the draft a pass, in tokens that go to the top; for drafts behind the first
   *     wrong one their mean
   * @param exit mean exit of a token, from 1
   */
  public record Outcome(ExitPolicy policy, double tau, double work, double exit) {
    /**
     * The predicted speed-up.
     *
     * @param pass time of the target's pass over the draft, over that of one position
     * @param token time of a draft token that goes to the top, over the same
     * @return tau / (pass + token work)
     */
    public double speed(double pass, double token) {
      return tau / (pass + token * work);
    }
  }

  /**
   * Plays a policy through.
   *
   * @param policy when tokens leave
   * @return its outcome under greedy decoding
   */
  public Outcome simulate(ExitPolicy policy) {
    long passes = 0;
    long emitted = 0;
    long tokens = 0;
    long unknown = 0;
    double work = 0;
    double depth = 0;
    for (int i = 0; i < right.length; i++) {
      int end = right[i].length;
      for (int at = 0; at < end; passes++) {
        int kept = 0;
        int most = Math.min(policy.depth(), limits[i] - at - 1);
        boolean going = true;
        while (going && kept < most && at + kept < end) {
          double[] sure = confidence[i][at + kept];
          int exit = 0;
          int heads = 0;
          while (!(policy.asks(exit) && policy.leaves(exit, sure[exit]))) {
            heads += policy.asks(exit) ? 1 : 0;
            exit++;
          }
          work += draft.work(exit, heads + 1);
          depth += exit + 1;
          tokens++;
          going = !policy.stops(exit, sure[exit]);
          if (going && !right[i][at + kept][exit]) {
            going = false;
            unknown += most - kept - 1;
          }
          kept += going ? 1 : 0;
        }
        int more = Math.min(kept + 1, end - at);
        at += more;
        emitted += more;
      }
    }
    double mean = tokens == 0 ? 0 : work / tokens;
    return new Outcome(
        policy, (double) emitted / passes, (work + unknown * mean) / passes, depth / tokens);
  }
}
