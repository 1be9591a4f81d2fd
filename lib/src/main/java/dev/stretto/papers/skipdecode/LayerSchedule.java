package dev.stretto.papers.skipdecode;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which layers run at which position, the same for all rows (SkipDecode, Del Corro et al. 2023):
 * all of them in the prompt, then a number that falls linearly and never rises, so that the
 * positions where a layer is active are the first ones and it finds there the keys and values of
 * all that came before.
 *
 * @param layers L of the network
 * @param most e_max, layers at the first generated position
 * @param least e_min, layers at the last one and behind it
 * @param rule which layers are kept
 * @param warmup w, the lowest layers that always run, under {@link Rule#SKIP}
 * @param prompt P, positions of every row's prompt
 * @param length T, positions of prompt and output, where the fall ends
 */
public record LayerSchedule(
    int layers, int most, int least, Rule rule, int warmup, int prompt, int length) {

  /** Which of the layers are kept where e run. */
  public enum Rule {
    /** The lowest w and the top e - w: those between are skipped. */
    SKIP,
    /** The lowest e: the top is cut off. */
    EXIT,
    /** The top e, without a warm-up. */
    TOP
  }

  /** Checks the ranges. */
  public LayerSchedule {
    if (warmup < 0 || least < Math.max(1, warmup)) {
      throw new IllegalArgumentException(
          "least is %d with a warm-up of %d, expected at least 1 and the warm-up, which is not negative"
              .formatted(least, warmup));
    }
    if (least > most) {
      throw new IllegalArgumentException(
          "least is %d and most %d: a schedule never rises, expected least up to most"
              .formatted(least, most));
    }
    if (most > layers) {
      throw new IllegalArgumentException(
          "most is %d, expected at most the %d layers".formatted(most, layers));
    }
    if (prompt < 1 || length <= prompt + 1) {
      throw new IllegalArgumentException(
          "prompt is %d and length %d, expected at least 1 and more than the prompt and 1"
              .formatted(prompt, length));
    }
  }

  /**
   * A linear fall over skipped layers.
   *
   * @param layers L
   * @param most e_max
   * @param least e_min
   * @param warmup w
   * @param prompt P
   * @param length T
   * @return the schedule
   */
  public static LayerSchedule linear(
      int layers, int most, int least, int warmup, int prompt, int length) {
    return new LayerSchedule(layers, most, least, Rule.SKIP, warmup, prompt, length);
  }

  /**
   * As many layers at each generated position.
   *
   * @param count e
   * @return this schedule without its fall
   */
  public LayerSchedule constant(int count) {
    return new LayerSchedule(layers, count, count, rule, warmup, prompt, length);
  }

  /**
   * Other layers in the same numbers.
   *
   * @param other which are kept
   * @return the altered schedule
   */
  public LayerSchedule with(Rule other) {
    return new LayerSchedule(layers, most, least, other, warmup, prompt, length);
  }

  /** {@return this schedule and those it is compared with, by the name of the rule} */
  public Map<String, LayerSchedule> rivals() {
    Map<String, LayerSchedule> rivals = new LinkedHashMap<>();
    rivals.put("skip", this);
    rivals.put("early exit", with(Rule.EXIT));
    rivals.put("top only", with(Rule.TOP));
    rivals.put("constant skip", constant((most + least) / 2));
    return rivals;
  }

  /**
   * How many layers run at a position.
   *
   * @param position p, from 0
   * @return e(p)
   */
  public int count(int position) {
    if (position < prompt) {
      return layers;
    }
    double share = Math.min(1, (position - prompt) / (double) (length - 1 - prompt));
    // e(p) = round(e_max + (e_min - e_max)(p - P) / (T - 1 - P))
    return (int) Math.round(most + (least - most) * share);
  }

  /**
   * Whether a layer runs at a position; elsewhere it is the identity.
   *
   * @param layer l, 0 is the lowest
   * @param position p
   * @return true where it runs
   */
  public boolean active(int layer, int position) {
    int e = count(position);
    int bottom =
        switch (rule) {
          case SKIP -> Math.min(warmup, e);
          case EXIT -> e;
          case TOP -> 0;
        };
    return layer < bottom || layer >= layers - (e - bottom);
  }

  /** {@return the numbers of the layers that run at a position, rising} */
  int[] at(int position) {
    return IntStream.range(0, layers).filter(layer -> active(layer, position)).toArray();
  }

  /** {@return T_l, the position where a layer stops for good, or n where that comes first} */
  int reach(int layer, int n) {
    return (int) IntStream.range(0, n).takeWhile(position -> active(layer, position)).count();
  }

  /**
   * The mean of e over the first generated positions; (e_max + e_min) / 2 over all.
   *
   * @param generated tokens of the output so far
   * @return the mean of e over the first generated positions; (e_max + e_min) / 2 over all
   */
  public double mean(int generated) {
    return IntStream.range(prompt, prompt + generated).map(this::count).average().orElseThrow();
  }

  /**
   * Layers that run while tokens are generated: the last token of the prompt is the first one read.
   *
   * @param generated tokens of the output, 1 or more
   * @return the sum of e over the positions read
   */
  public long layerCalls(int generated) {
    return IntStream.range(prompt - 1, prompt - 1 + generated).mapToLong(this::count).sum();
  }

  /**
   * Keys that a row of n positions holds, summed over the layers: of min(T_l, n).
   *
   * @param n how many
   * @return keys that a row of n positions holds, summed over the layers: of min(T_l, n)
   */
  public long held(int n) {
    return IntStream.range(0, layers).mapToLong(layer -> reach(layer, n)).sum();
  }
}
