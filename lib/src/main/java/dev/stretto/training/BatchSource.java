package dev.stretto.training;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Where a training's batches come from, without end.
 *
 * @param <B> a batch
 */
@FunctionalInterface
public interface BatchSource<B> {
  /**
   * The next batch.
   *
   * @return a batch, each call another one
   */
  B next();

  /**
   * Batches that are drawn: number n from a seed of its own.
   *
   * @param seed of all batches
   * @param draw makes a batch from its own random numbers
   * @param <B> a batch
   * @return the source
   */
  static <B> BatchSource<B> drawn(SeedTree seed, Function<Rng, B> draw) {
    AtomicLong number = new AtomicLong();
    return () -> draw.apply(seed.child(number.getAndIncrement()).rng());
  }
}
