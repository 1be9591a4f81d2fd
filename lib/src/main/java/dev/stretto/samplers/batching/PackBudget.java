package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import java.util.function.ToLongFunction;

/**
 * How large a packed batch may be, and in which unit: encoder positions, multiply-adds, floats, or
 * anything else that adds up over the cuts of a batch. Sizes are whole numbers, so that "never over
 * budget" is exact.
 *
 * @param unit what is counted, for messages and saved states
 * @param limit the largest sum a batch may reach, at least 1
 * @param size the size of one cut, at least 1 and the same at every call
 */
public record PackBudget(String unit, long limit, ToLongFunction<Cut> size) {

  /** Checks the limit; throws IllegalArgumentException naming its value. */
  public PackBudget {
    if (limit < 1) {
      throw new IllegalArgumentException(
          "limit of the budget is " + limit + " " + unit + ", expected 1 or more");
    }
  }
}
