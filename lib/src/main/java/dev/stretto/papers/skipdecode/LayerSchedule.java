package dev.stretto.papers.skipdecode;

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
    /** The lowest e / 2 and as many, or one more, from the top. */
    HALVES
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
   * @param lowest layers that always run under {@link Rule#SKIP}; 0 keeps the top alone
   * @return the altered schedule
   */
  public LayerSchedule with(Rule other, int lowest) {
    return new LayerSchedule(layers, most, least, other, lowest, prompt, length);
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
          case HALVES -> e / 2;
        };
    return layer < bottom || layer >= layers - (e - bottom);
  }

  /**
   * The layers that run at a position.
   *
   * @param position p
   * @return their numbers, rising
   */
  public int[] at(int position) {
    return IntStream.range(0, layers).filter(layer -> active(layer, position)).toArray();
  }

  /**
   * Where a layer stops for good: it is active at the positions below.
   *
   * @param layer l
   * @param n positions looked at
   * @return the lesser of T_l and n
   */
  public int reach(int layer, int n) {
    int end = 0;
    while (end < n && active(layer, end)) {
      end++;
    }
    return end;
  }

  /**
   * Layers per generated position, as it came out.
   *
   * @param generated tokens of the output, 1 or more
   * @return the mean of e over their positions; (e_max + e_min) / 2 for {@code T - P}
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
   * Positions whose keys and values are held, over the layers.
   *
   * @param n positions of a row
   * @return the sum of min(T_l, n)
   */
  public long held(int n) {
    return IntStream.range(0, layers).mapToLong(layer -> reach(layer, n)).sum();
  }
}
