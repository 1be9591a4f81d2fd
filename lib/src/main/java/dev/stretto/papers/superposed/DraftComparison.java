package dev.stretto.papers.superposed;

import dev.stretto.data.text.CharTokenizer;
import dev.stretto.models.TokenModel;
import dev.stretto.models.language.CausalLm;
import dev.stretto.papers.superposed.SuperposedStudy.Outcome;
import dev.stretto.papers.superposed.Superposition.Mixing;
import dev.stretto.samplers.decoding.BeamSearch;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Hypothesis;
import dev.stretto.samplers.decoding.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Ways to write several drafts, compared by their work and by the drafts' negative log-likelihood
 * under the target alone.
 *
 * @param target that writes and judges
 * @param filter n-grams of the training text
 * @param prompts of the test, all of one length
 * @param words of the training text where tokens are characters, empty elsewhere
 */
record DraftComparison(
    CausalLm target, InterpolatedNGrams filter, int[][] prompts, Optional<KnownWords> words) {
  /** New tokens of each draft. */
  static final int TOKENS = 15;

  /** Prompts that are written and judged beside each other, to share the time of small passes. */
  private static final int TOGETHER = 20;

  /** Drafts of one prompt and their work, counted as if it were alone. */
  private record Written(List<int[]> drafts, long passes, long batched, long positions) {}

  /** {@return the published setting and what it is to be compared with, at k drafts} */
  List<Outcome> peers(int k, long seed) {
    Superposition published = Superposition.published(k, filter);
    return List.of(
        run("nucleus .9", k, some -> drawn(some, k, new Sampling(1, 0, .9, seed))),
        run("n-gram beam, no pass", k, some -> beam(filter.counts(), some, k)),
        run("superposed, published", k, some -> superposed(some, published)));
  }

  /** {@return peers, searches and other settings at three drafts} */
  List<Outcome> all(long seed) {
    List<Outcome> rows = new ArrayList<>(peers(3, seed));
    rows.add(run("beam search", 3, some -> beam(target, some, 3)));
    rows.add(run("best first tokens, then greedy", 3, some -> firstThenGreedy(some, 3)));
    rows.add(run("greedy", 1, some -> drawn(some, 1, Sampling.greedy())));
    for (double alpha : new double[] {0, .3, .54, .8}) {
      rows.add(superposed("alpha %.2f, T 1".formatted(alpha), alpha, 1, Mixing.SOFTMAX));
    }
    rows.add(superposed("alpha 0.54, T 0.3", .54, .3, Mixing.SOFTMAX));
    rows.add(superposed("uniform weights, T 1", .54, 1, Mixing.UNIFORM));
    rows.add(superposed("one-hot weights, T 1", .54, 1, Mixing.LEADING));
    return rows;
  }

  private Outcome superposed(String name, double alpha, double temperature, Mixing mixing) {
    Superposition setting = Superposition.published(3, filter).with(alpha, temperature, mixing);
    return run("superposed, " + name, 3, some -> superposed(some, setting));
  }

  private Outcome run(String way, int k, Function<int[][], List<Written>> write) {
    double[] sums = new double[6];
    KnownWords.Count known = new KnownWords.Count(0, 0);
    for (int from = 0; from < prompts.length; from += TOGETHER) {
      int[][] some = Arrays.copyOfRange(prompts, from, Math.min(prompts.length, from + TOGETHER));
      List<Written> written = write.apply(some);
      List<double[]> nats =
          BeamSearch.negativeLogLikelihood(
              target, some, written.stream().map(Written::drafts).toList());
      for (int i = 0; i < some.length; i++) {
        Written one = written.get(i);
        DoubleSummaryStatistics each = Arrays.stream(nats.get(i)).summaryStatistics();
        double apart = diversity(one.drafts());
        double[] values = {
          one.passes(), one.batched(), one.positions(), each.getAverage(), each.getMin(), apart
        };
        Arrays.setAll(sums, j -> sums[j] + values[j] / prompts.length);
        known = known.plus(count(some[i], one.drafts()));
      }
    }
    return new Outcome(way, k, sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], known.share());
  }

  private KnownWords.Count count(int[] prompt, List<int[]> drafts) {
    return words.stream()
        .flatMap(known -> drafts.stream().map(d -> known.count(text(prompt), text(d))))
        .reduce(new KnownWords.Count(0, 0), KnownWords.Count::plus);
  }

  private static String text(int[] ids) {
    return CharTokenizer.printable().decode(ids);
  }

  /** Share of positions where two drafts differ, over all pairs; 0 for a single draft. */
  static double diversity(List<int[]> drafts) {
    return IntStream.range(0, drafts.size())
        .mapToObj(i -> drafts.subList(0, i).stream().mapToDouble(o -> differing(drafts.get(i), o)))
        .flatMapToDouble(shares -> shares)
        .average()
        .orElse(0);
  }

  private static double differing(int[] left, int[] right) {
    return IntStream.range(0, left.length).filter(t -> left[t] != right[t]).count()
        / (double) left.length;
  }

  private List<Written> superposed(int[][] some, Superposition setting) {
    return SuperposedDecoder.generate(target, some, TOKENS, -1, setting).stream()
        .map(one -> new Written(tokens(one.drafts()), one.passes(), one.passes(), one.positions()))
        .toList();
  }

  /** Beam search; a model in plain Java costs the target nothing. */
  private List<Written> beam(TokenModel model, int[][] some, int k) {
    long paid = model.layers() == 0 ? 0 : 1;
    long more = k * (TOKENS - 1L);
    long positions = paid * (some[0].length + more);
    return BeamSearch.generate(model, some, k, TOKENS).stream()
        .map(lines -> new Written(tokens(lines), paid * (1 + more), paid * TOKENS, positions))
        .toList();
  }

  private static List<int[]> tokens(List<Hypothesis> lines) {
    return lines.stream().map(Hypothesis::tokens).toList();
  }

  /** Independent draws; row i of a batch of prompts and drafts draws from seed + i. */
  private List<Written> drawn(int[][] some, int k, Sampling sampling) {
    int[][] rows = new int[some.length * k][];
    Arrays.setAll(rows, i -> some[i / k]);
    return written(k, some, Decoder.decode(target, rows, options(TOKENS, sampling)).tokens());
  }

  /** The k best first tokens, then greedily on; the prompt and its first token are one pass. */
  private List<Written> firstThenGreedy(int[][] some, int k) {
    int[][] begun =
        BeamSearch.generate(target, some, k, 1).stream()
            .flatMap(lines -> tokens(lines).stream())
            .toArray(int[][]::new);
    int[][] rows = new int[begun.length][];
    Arrays.setAll(rows, i -> Superposition.joined(some[i / k], begun[i]));
    Decoder.Options rest = options(TOKENS - 1, Sampling.greedy());
    int[][] drafts = Decoder.decode(target, rows, rest).tokens();
    Arrays.setAll(drafts, i -> Superposition.joined(begun[i], drafts[i]));
    return written(k, some, drafts);
  }

  private static Decoder.Options options(int tokens, Sampling sampling) {
    return new Decoder.Options(tokens, -1, sampling);
  }

  private static List<Written> written(int k, int[][] some, int[][] drafts) {
    long positions = k * (some[0].length + TOKENS - 1L);
    return IntStream.range(0, some.length)
        .mapToObj(i -> List.of(Arrays.copyOfRange(drafts, i * k, i * k + k)))
        .map(own -> new Written(own, (long) k * TOKENS, TOKENS, positions))
        .toList();
  }
}
