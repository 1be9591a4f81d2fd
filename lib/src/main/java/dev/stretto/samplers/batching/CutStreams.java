package dev.stretto.samplers.batching;

import dev.stretto.data.manifest.Cut;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;

/**
 * What stands between manifests and a sampler: one rank's share of a stream, an endless reshuffled
 * stream, several sources mixed. All are lazy and functions of their seed, so a saved sampler
 * resumes by opening the same stream and skipping. The mixtures take iterators of anything: of cuts
 * before a sampler, or of batches behind several.
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

  /**
   * Sources in turn; a dry one is left out.
   *
   * @param <T> the element
   * @param sources at least one
   * @param stopEarly whether the first dry source ends the mixture, so that the shares stay equal
   * @return their elements, one of each in turn
   */
  public static <T> Iterator<T> roundRobin(List<Iterator<T>> sources, boolean stopEarly) {
    int[] turn = {-1};
    return new Mixture<>(
        sources,
        stopEarly,
        live -> {
          do {
            turn[0] = (turn[0] + 1) % sources.size();
          } while (live[turn[0]] == 0);
          return turn[0];
        },
        onesFor(sources));
  }

  /**
   * Sources drawn at random by weight; a dry one is left out and the others keep their proportions.
   *
   * @param <T> the element
   * @param sources at least one
   * @param weights one a source, finite and above 0; their scale does not matter
   * @param seed of the draws
   * @param stopEarly whether the first dry source ends the mixture, so that the shares stay as
   *     given
   * @return their elements
   */
  public static <T> Iterator<T> weighted(
      List<Iterator<T>> sources, double[] weights, long seed, boolean stopEarly) {
    if (weights.length != sources.size()) {
      throw new IllegalArgumentException(
          "weights has " + weights.length + " values, expected one for each of " + sources.size());
    }
    for (int i = 0; i < weights.length; i++) {
      Checks.positive("weights[" + i + "]", weights[i], "weight");
    }
    Rng rng = SeedTree.of(seed).child("mixture").rng();
    return new Mixture<>(
        sources,
        stopEarly,
        live -> {
          double left = rng.nextDouble() * Arrays.stream(live).sum();
          int last = 0;
          for (int i = 0; i < live.length; i++) {
            if (live[i] > 0) {
              last = i; // rounding may leave a crumb behind the last live source
              left -= live[i];
              if (left < 0) {
                break;
              }
            }
          }
          return last;
        },
        weights.clone());
  }

  /**
   * Batches of several samplers side by side, merged into one (lhotse's ZipSampler): a fixed share
   * of each source in every batch. Ends with the shortest.
   *
   * @param sources iterators of batches, at least one
   * @return batches with bin -1
   */
  public static Iterator<Batch> zip(List<Iterator<Batch>> sources) {
    onesFor(sources);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return sources.stream().allMatch(Iterator::hasNext);
      }

      @Override
      public Batch next() {
        List<Cut> cuts = new ArrayList<>();
        sources.forEach(source -> cuts.addAll(source.next().cuts()));
        return new Batch(cuts, -1);
      }
    };
  }

  private static double[] onesFor(List<?> sources) {
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("sources is empty, expected at least one iterator");
    }
    return IntStream.range(0, sources.size()).mapToDouble(i -> 1).toArray();
  }
}
