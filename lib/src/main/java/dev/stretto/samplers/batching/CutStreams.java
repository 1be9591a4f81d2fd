package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Streams between a manifest and a sampler: one rank's share, and a corpus reshuffled without end.
 * Both are lazy and depend on their arguments alone, so a saved sampler resumes by opening the same
 * stream and skipping.
 */
public final class CutStreams {
  private CutStreams() {}

  /**
   * One rank's share of a stream that all ranks read alike: every worldSize-th element.
   *
   * @param <T> the element
   * @param all the whole stream
   * @param rank this rank, 0 to worldSize - 1
   * @param worldSize how many ranks
   * @return elements rank, rank + worldSize, ...; shares differ by at most one element
   */
  public static <T> Iterator<T> shard(Iterator<T> all, int rank, int worldSize) {
    Checks.rank(rank, worldSize);
    return new Iterator<>() {
      private int skip = rank;

      @Override
      public boolean hasNext() {
        while (skip > 0 && all.hasNext()) {
          all.next();
          skip--;
        }
        return all.hasNext();
      }

      @Override
      public T next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the shard is over: hasNext() is false");
        }
        skip = worldSize - 1;
        return all.next();
      }
    };
  }

  /**
   * A corpus over and over, each pass in an order of its own. Padding measured on it is not
   * distorted by partial final batches.
   *
   * @param cuts the corpus, at least one cut, kept in memory
   * @param seed of the orders
   * @return a stream whose hasNext is always true
   */
  public static Iterator<Cut> endless(List<Cut> cuts, long seed) {
    if (cuts.isEmpty()) {
      throw new IllegalArgumentException("cuts is empty, expected at least one cut to repeat");
    }
    Cut[] order = cuts.toArray(new Cut[0]);
    return new Iterator<>() {
      private long pass;
      private int at = order.length;

      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public Cut next() {
        if (at == order.length) {
          Rng rng = SeedTree.of(seed).child("endless").child(pass++).rng();
          Collections.shuffle(Arrays.asList(order), rng);
          at = 0;
        }
        return order[at++];
      }
    };
  }
}
