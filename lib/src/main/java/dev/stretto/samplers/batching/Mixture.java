package dev.stretto.samplers.batching;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.ToIntFunction;

/** Several sources as one; who comes next is decided by weights, which a dry source has none of. */
final class Mixture<T> implements Iterator<T> {
  private static final int NOT_CHOSEN = -1;

  private final List<Iterator<T>> sources;
  private final boolean stopEarly;
  private final ToIntFunction<double[]> choice; // a source with a weight above 0
  private final double[] live;
  private int chosen = NOT_CHOSEN;
  private int dry;

  Mixture(
      List<Iterator<T>> sources,
      boolean stopEarly,
      ToIntFunction<double[]> choice,
      double[] weights) {
    this.sources = List.copyOf(sources);
    this.stopEarly = stopEarly;
    this.choice = choice;
    live = weights;
  }

  @Override
  public boolean hasNext() {
    while (chosen == NOT_CHOSEN && dry < (stopEarly ? 1 : live.length)) {
      int candidate = choice.applyAsInt(live);
      if (sources.get(candidate).hasNext()) {
        chosen = candidate;
      } else {
        live[candidate] = 0;
        dry++;
      }
    }
    return chosen != NOT_CHOSEN;
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the mixture is over: hasNext() is false");
    }
    Iterator<T> source = sources.get(chosen);
    chosen = NOT_CHOSEN;
    return source.next();
  }
}
