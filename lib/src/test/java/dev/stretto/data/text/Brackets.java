package dev.stretto.data.text;

import dev.stretto.tensor.Rng;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Balanced brackets of several kinds (a Dyck language): the prompt is the first half of a sequence,
 * the answer any completion. Draws are uniform over all sequences of this size.
 *
 * @param kinds how many of {@code () [] {} <>}, 1 to 4
 * @param pairs pairs in the whole sequence, 1 to 32
 * @param depth the deepest nesting, 1 or more
 */
public record Brackets(int kinds, int pairs, int depth) implements TaskCorpus {
  private static final String OPEN = "([{<";
  private static final String CLOSE = ")]}>";

  /** Checks ranges. */
  public Brackets {
    Checks.range("kinds", kinds, 1, OPEN.length());
    Checks.range("pairs", pairs, 1, 32);
    Checks.range("depth", depth, 1, Integer.MAX_VALUE);
  }

  /** ways[n][d] = number of shapes of n further brackets that close all when d are open. */
  private long[][] ways() {
    long[][] ways = new long[2 * pairs + 1][Math.min(depth, pairs) + 2];
    ways[0][0] = 1;
    for (int n = 1; n <= 2 * pairs; n++) {
      for (int d = 0; d < ways[n].length - 1; d++) {
        ways[n][d] = ways[n - 1][d + 1] + (d > 0 ? ways[n - 1][d - 1] : 0);
      }
    }
    return ways;
  }

  /** {@return bits in a whole sequence, each being as likely} */
  public double entropyBits() {
    return (Math.log((double) ways()[2 * pairs][0]) + pairs * Math.log(kinds)) / Math.log(2);
  }

  @Override
  public Example draw(Rng rng) {
    long[][] ways = ways();
    StringBuilder text = new StringBuilder();
    Deque<Integer> open = new ArrayDeque<>();
    for (int n = 2 * pairs; n > 0; n--) {
      if (rng.nextLong(ways[n][open.size()]) < ways[n - 1][open.size() + 1]) {
        open.push(rng.nextInt(kinds));
        text.append(OPEN.charAt(open.peek()));
      } else {
        text.append(CLOSE.charAt(open.pop()));
      }
    }
    return new Example(text.substring(0, pairs), text.substring(pairs));
  }

  /** Judges an answer; the prompt may be any beginning of a sequence, the empty one too. */
  @Override
  public Verdict check(String prompt, String answer) {
    String text = prompt + answer;
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = 0; ; i++) {
      int left = 2 * pairs - i;
      String right = open.size() < Math.min(depth, left - 1) ? OPEN.substring(0, kinds) : "";
      right += open.isEmpty() ? "" : CLOSE.charAt(open.peek());
      if (i == text.length() && left == 0) {
        return Verdict.right();
      }
      if (i == text.length() || right.indexOf(text.charAt(i)) < 0) {
        Checks.prompt(i >= prompt.length(), prompt, "the beginning of a balanced sequence");
        String expected = left == 0 ? "the end" : "one of " + right;
        return Verdict.wrong(answer, i - prompt.length(), expected);
      }
      int opened = OPEN.indexOf(text.charAt(i));
      if (opened < 0) {
        open.pop();
      } else {
        open.push(opened);
      }
    }
  }
}
