package dev.stretto.training;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.function.Function;

/**
 * Where a training's batches come from, without end. What it needs to go on is one text, so that a
 * resumed training sees the same batches.
 *
 * @param <B> a batch
 */
public interface BatchSource<B> {
  /**
   * The next batch.
   *
   * @return a batch, each call another one
   */
  B next();

  /**
   * Where it stands.
   *
   * @return a text for {@link #restore}
   */
  String state();

  /**
   * Goes on where another source of the same kind stood.
   *
   * @param state from {@link #state}
   */
  void restore(String state);

  /**
   * Batches that are drawn: number n from a seed of its own, so that its number is all its state.
   *
   * @param seed of all batches
   * @param draw makes a batch from its own random numbers
   * @param <B> a batch
   * @return the source
   */
  static <B> BatchSource<B> drawn(SeedTree seed, Function<Rng, B> draw) {
    return new BatchSource<>() {
      private long number;

      @Override
      public B next() {
        return draw.apply(seed.child(number++).rng());
      }

      @Override
      public String state() {
        return Long.toString(number);
      }

      @Override
      public void restore(String state) {
        number = Long.parseLong(state);
      }
    };
  }
}
