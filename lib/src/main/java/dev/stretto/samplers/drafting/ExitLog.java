package dev.stretto.samplers.drafting;

import dev.stretto.models.language.ExitModel;
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
public record ExitLog(double[][][] confidence, boolean[][][] right, int[] limits, ExitModel draft) {
  /**
   * Logs a draft along texts.
   *
   * @param draft the nested model
   * @param prompts ids
   * @param outputs a target's greedy tokens behind each
   * @param limit the most tokens of an output that was allowed
   * @return the log
   */
  public static ExitLog of(ExitModel draft, int[][] prompts, int[][] outputs, int limit) {
    double[][][] confidence = new double[prompts.length][][];
    boolean[][][] right = new boolean[prompts.length][][];
    int[] limits = new int[prompts.length];
    for (int i = 0; i < prompts.length; i++) {
      confidence[i] = new double[outputs[i].length][draft.exits()];
      right[i] = new boolean[outputs[i].length][draft.exits()];
      limits[i] = limit;
      int[] text = Arrays.copyOf(prompts[i], prompts[i].length + outputs[i].length);
      System.arraycopy(outputs[i], 0, text, prompts[i].length, outputs[i].length);
      try (ExitModel.Reading reading = draft.open()) {
        for (int place = 0; place < outputs[i].length; place++) {
          int[] before = Arrays.copyOf(text, prompts[i].length + place);
          for (int exit = 0; exit < draft.exits(); exit++) {
            double[] law = reading.logProbs(before, exit);
            confidence[i][place][exit] = Math.exp(Arrays.stream(law).max().orElseThrow());
            right[i][place][exit] = AdaptiveExitDrafter.best(law) == outputs[i][place];
          }
        }
      }
    }
    return new ExitLog(confidence, right, limits, draft);
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
  public Outcome play(ExitPolicy policy) {
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
