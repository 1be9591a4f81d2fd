package dev.stretto.samplers.serving;

/**
 * Time as a decoding loop sees it: it advances by itself (a real clock) or by what the loop reports
 * (a virtual one). The unit is one iteration of a single request, so that arrivals and latencies
 * mean the same on both. Not thread-safe.
 */
public interface Clock {

  /**
   * The time.
   *
   * @return units since the clock started; never falls
   */
  double now();

  /**
   * One pass of the model has just run.
   *
   * @param batch how many slots it advanced or computed in vain, 1 or more
   */
  void iteration(int batch);

  /**
   * A prompt has just been written into a slot.
   *
   * @param promptTokens its length, 1 or more
   */
  void prefill(int promptTokens);

  /**
   * Waits while nothing can be done.
   *
   * @param time returns when {@link #now()} is at least this, at once where it is past. Throws
   *     CancellationException where the thread is interrupted while it waits.
   */
  void waitUntil(double time);

  /**
   * What a request would take with the device to itself.
   *
   * @param promptTokens length of its prompt
   * @param tokens how many tokens it generates
   * @return units
   */
  double alone(int promptTokens, int tokens);

  /**
   * How long a unit is.
   *
   * @return seconds; 1 on a virtual clock
   */
  default double unitSeconds() {
    return 1;
  }
}
