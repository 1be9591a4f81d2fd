package dev.stretto.samplers.serving;

import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.List;

/**
 * Requests of a serving experiment: random prompts of 8 to 16 tokens, each request with a sampling
 * seed of its own. Arrivals, lengths and prompts are drawn apart, so changing one moves no other.
 *
 * @param requests how many, 0 or more; their ids count from 0 in arrival order
 * @param arrivals when they arrive
 * @param lengths how many tokens they generate
 * @param vocabulary prompt tokens are below it, 1 or more
 * @param seed of lengths, prompts and sampling
 */
public record Workload(
    int requests, Arrivals arrivals, Lengths lengths, int vocabulary, long seed) {

  /**
   * How many tokens the requests generate.
   *
   * @param max the longest, 1 or more
   * @param random whether lengths are uniform over 1, ..., max; else all are max
   */
  public record Lengths(int max, boolean random) {
    /** Checks the length; throws IllegalArgumentException naming its value. */
    public Lengths {
      check(max >= 1, "longest length", max, "1 or more tokens");
    }

    /**
     * All alike.
     *
     * @param length tokens, 1 or more
     * @return the lengths
     */
    public static Lengths fixed(int length) {
      return new Lengths(length, false);
    }

    /**
     * Uniform over 1, ..., max.
     *
     * @param max tokens, 1 or more
     * @return the lengths
     */
    public static Lengths uniform(int max) {
      return new Lengths(max, true);
    }
  }

  /** Checks ranges; throws IllegalArgumentException naming the field and its value. */
  public Workload {
    check(requests >= 0, "requests", requests, "0 or more");
    check(vocabulary >= 1, "vocabulary", vocabulary, "1 or more");
  }

  private static void check(boolean ok, String field, int value, String expected) {
    if (!ok) {
      throw new IllegalArgumentException(
          "the workload's " + field + " is " + value + ", expected " + expected);
    }
  }

  /**
   * A workload with a vocabulary of 256.
   *
   * @param requests how many
   * @param arrivals when they arrive
   * @param lengths how many tokens they generate
   * @param seed of lengths, prompts and sampling
   * @return the workload
   */
  public static Workload of(int requests, Arrivals arrivals, Lengths lengths, long seed) {
    return new Workload(requests, arrivals, lengths, 256, seed);
  }

  /**
   * Draws the requests.
   *
   * @return the same for the same settings
   */
  public List<GenerationRequest> draw() {
    double[] times = arrivals.times(requests);
    SeedTree root = SeedTree.of(seed);
    Rng lengthRng = root.child("lengths").rng();
    List<GenerationRequest> drawn = new ArrayList<>(requests);
    for (int i = 0; i < requests; i++) {
      SeedTree node = root.child("request").child(i);
      Rng rng = node.child("prompt").rng();
      int[] prompt = rng.ints(rng.nextInt(8, 17), 0, vocabulary).toArray();
      int length = lengths.random() ? lengthRng.nextInt(1, lengths.max() + 1) : lengths.max();
      Sampling sampling = Sampling.of(1, node.child("sampling").seed());
      drawn.add(new GenerationRequest(i, prompt, length, sampling, times[i]));
    }
    return drawn;
  }
}
