package dev.stretto.data.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Learns merges from counted words; a merge visits only the words that hold its pair. */
final class BpeTrainer {
  private final List<int[]> words = new ArrayList<>();
  private final List<Long> weights = new ArrayList<>();
  private final Map<Long, Long> counts = new HashMap<>();
  private final Map<Long, Set<Integer>> holders = new HashMap<>();

  BpeTrainer(Map<String, Long> counted) {
    counted.forEach(
        (word, count) -> {
          words.add(BpeTokenizer.letters(word));
          weights.add(count);
          count(words.size() - 1, 1);
        });
  }

  /** Adds or takes away the pairs of a word. */
  private void count(int word, int sign) {
    int[] ids = words.get(word);
    for (int i = 0; i + 1 < ids.length; i++) {
      long pair = BpeTokenizer.pair(ids[i], ids[i + 1]);
      counts.merge(pair, sign * weights.get(word), (a, b) -> a + b == 0 ? null : a + b);
      if (sign > 0) {
        holders.computeIfAbsent(pair, p -> new HashSet<>()).add(word);
      }
    }
  }

  /** At most this many merges; fewer when no pair occurs twice. */
  int[][] merges(int most) {
    List<int[]> merges = new ArrayList<>();
    while (merges.size() < most) {
      Checks.running("training a tokenizer");
      long best = -1;
      long highest = 2;
      for (Map.Entry<Long, Long> pair : counts.entrySet()) {
        long count = pair.getValue();
        if (count > highest || (count == highest && (best < 0 || pair.getKey() < best))) {
          best = pair.getKey();
          highest = count;
        }
      }
      if (best < 0) {
        break;
      }
      int id = 256 + merges.size();
      int[] pair = {(int) (best >>> 32), (int) best};
      merges.add(pair);
      for (int word : holders.remove(best)) {
        count(word, -1);
        words.set(word, BpeTokenizer.replace(words.get(word), pair, id));
        count(word, 1);
      }
    }
    return merges.toArray(int[][]::new);
  }
}
