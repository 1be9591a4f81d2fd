package dev.stretto.tensor;

import java.util.random.RandomGenerator;

/**
 * A random generator whose whole state is one number, so that a sampler's state can be saved and
 * restored exactly: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). Not thread-safe.
 */
public final class Rng implements RandomGenerator {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /**
   * Starts at a state.
   *
   * @param state any number; {@link #state()} of another generator continues its sequence
   */
  public Rng(long state) {
    this.state = state;
  }

  /** {@return the state: {@code new Rng(state)} continues identically} */
  public long state() {
    return state;
  }

  /**
   * Jumps to a saved state.
   *
   * @param state a number from {@link #state()}
   */
  public void restore(long state) {
    this.state = state;
  }

  @Override
  public long nextLong() {
    state += GAMMA;
    return mix(state);
  }

  /** The finaliser of SplitMix64, a bijection of the 64-bit numbers. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
