package dev.stretto.data.text;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Learns merges from counted words. Each merge touches only the words that hold its pair; the queue
 * may hold outdated counts, which can only be too high and are put right when they come up.
 */
final class BpeTrainer {
  private record Candidate(long pair, long count) {}

  private final List<int[]> words = new ArrayList<>();
  private final List<Long> weights = new ArrayList<>();
  private final Map<Long, Long> counts = new HashMap<>();
  private final Map<Long, Set<Integer>> holders = new HashMap<>();
  private final PriorityQueue<Candidate> queue =
      new PriorityQueue<>(
          Comparator.comparingLong((Candidate c) -> -c.count()).thenComparingLong(Candidate::pair));

  BpeTrainer(Map<String, Long> counted) {
    counted.forEach(
        (word, count) -> {
          byte[] bytes = word.getBytes(UTF_8);
          int[] ids = new int[bytes.length];
          Arrays.setAll(ids, i -> bytes[i] & 0xFF);
          words.add(ids);
          weights.add(count);
          count(words.size() - 1, 1);
        });
    counts.forEach((pair, count) -> queue.add(new Candidate(pair, count)));
  }

  /** Adds or takes away the pairs of a word. */
  private void count(int word, int sign) {
    int[] ids = words.get(word);
    for (int i = 0; i + 1 < ids.length; i++) {
      long pair = BpeTokenizer.pair(ids[i], ids[i + 1]);
      counts.merge(pair, sign * weights.get(word), Long::sum);
      if (sign > 0) {
        holders.computeIfAbsent(pair, p -> new HashSet<>()).add(word);
      }
    }
  }

  /** At most this many merges; fewer when no pair occurs twice. */
  int[][] merges(int most) {
    List<int[]> merges = new ArrayList<>();
    while (merges.size() < most && !queue.isEmpty()) {
      Candidate best = queue.poll();
      long count = counts.get(best.pair());
      if (count < best.count()) {
        queue.add(new Candidate(best.pair(), count));
      } else if (count < 2) {
        break;
      } else {
        Checks.running("training a tokenizer");
        int[] pair = {(int) (best.pair() >>> 32), (int) best.pair()};
        apply(best.pair(), pair, 256 + merges.size());
        merges.add(pair);
      }
    }
    return merges.toArray(int[][]::new);
  }

  private void apply(long key, int[] pair, int id) {
    Set<Long> made = new HashSet<>();
    for (int word : holders.remove(key)) {
      int[] ids = words.get(word);
      count(word, -1);
      int[] shorter = Arrays.copyOf(ids, BpeTokenizer.replace(ids, 0, ids.length, pair, id));
      words.set(word, shorter);
      count(word, 1);
      for (int i = 0; i + 1 < shorter.length; i++) {
        if (shorter[i] == id || shorter[i + 1] == id) {
          made.add(BpeTokenizer.pair(shorter[i], shorter[i + 1]));
        }
      }
    }
    made.forEach(fresh -> queue.add(new Candidate(fresh, counts.get(fresh))));
  }
}
