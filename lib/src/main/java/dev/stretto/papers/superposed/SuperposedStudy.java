package dev.stretto.papers.superposed;

import dev.stretto.data.text.CharTokenizer;
import dev.stretto.models.TokenModel;
import dev.stretto.models.language.CausalLm;
import dev.stretto.samplers.decoding.BeamSearch;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Hypothesis;
import dev.stretto.samplers.decoding.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Ways to write several drafts, compared by their work and by how surprising the drafts are to the
 * target alone.
 *
 * @param target that writes and judges
 * @param prompts of the test
 * @param tokens new ones of each draft
 * @param words of the training text where tokens are the characters of {@link
 *     CharTokenizer#printable}, empty where there is nothing to look up
 */
public record SuperposedStudy(
    CausalLm target, int[][] prompts, int tokens, Optional<KnownWords> words) {

  /** Prompts that are written and judged beside each other, to share the time of small passes. */
  private static final int TOGETHER = 20;

  /** A way to write drafts. */
  @FunctionalInterface
  public interface Way {
    /**
     * Writes.
     *
     * @param prompts ids, all of one length
     * @return the drafts and the work of each prompt, counted as if it were alone
     */
    List<Written> of(int[][] prompts);
  }

  /**
   * A study without a look at words.
   *
   * @param target that writes and judges
   * @param prompts of the test
   * @param tokens new ones of each draft
   */
  public SuperposedStudy(CausalLm target, int[][] prompts, int tokens) {
    this(target, prompts, tokens, Optional.empty());
  }

  /**
   * Drafts of one prompt and their work.
   *
   * @param drafts new tokens of each
   * @param passes of the target, the prompt's included, one run after the other
   * @param batched passes where the drafts are rows of one batch
   * @param positions fed, whichever way
   */
  public record Written(List<int[]> drafts, long passes, long batched, long positions) {}

  /**
   * A way's work and what it wrote, means over the prompts.
   *
   * @param way its name
   * @param k drafts
   * @param passes of the target, one run after the other
   * @param batched passes where drafts are rows of one batch
   * @param positions fed
   * @param nats a token under the target, mean of the drafts
   * @param best of the least surprising draft
   * @param diversity share of places where two drafts differ
   * @param words share of the words completed in the drafts that are known, NaN where that is not
   *     asked
   * @param lossless whether the drafts are what the target alone would write
   */
  public record Outcome(
      String way,
      int k,
      double passes,
      double batched,
      double positions,
      double nats,
      double best,
      double diversity,
      double words,
      boolean lossless) {}

  /**
   * One way.
   *
   * @param way its name
   * @param k drafts
   * @param lossless whether the drafts are what the target alone would write
   * @param write drafts of prompts
   * @return means over the prompts
   */
  public Outcome run(String way, int k, boolean lossless, Way write) {
    double[] sums = new double[6];
    KnownWords.Count known = new KnownWords.Count(0, 0);
    for (int from = 0; from < prompts.length; from += TOGETHER) {
      int[][] some = Arrays.copyOfRange(prompts, from, Math.min(prompts.length, from + TOGETHER));
      List<Written> written = write.of(some);
      List<double[]> nats =
          BeamSearch.negativeLogLikelihood(
              target, some, written.stream().map(Written::drafts).toList());
      for (int i = 0; i < some.length; i++) {
        Written one = written.get(i);
        double[] values = {
          one.passes(),
          one.batched(),
          one.positions(),
          Arrays.stream(nats.get(i)).average().orElseThrow(),
          Arrays.stream(nats.get(i)).min().orElseThrow(),
          diversity(one.drafts())
        };
        for (int j = 0; j < sums.length; j++) {
          sums[j] += values[j] / prompts.length;
        }
        known = known.plus(count(some[i], one.drafts()));
      }
    }
    return new Outcome(
        way, k, sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], known.share(), lossless);
  }

  private KnownWords.Count count(int[] prompt, List<int[]> drafts) {
    CharTokenizer tokenizer = CharTokenizer.printable();
    return words.stream()
        .flatMap(
            known ->
                drafts.stream()
                    .map(draft -> known.count(tokenizer.decode(prompt), tokenizer.decode(draft))))
        .reduce(new KnownWords.Count(0, 0), KnownWords.Count::plus);
  }

  /** Share of places where two drafts differ, over all pairs; 0 for a single draft. */
  static double diversity(List<int[]> drafts) {
    double sum = 0;
    int pairs = 0;
    for (int i = 0; i < drafts.size(); i++) {
      for (int j = 0; j < i; j++) {
        int same = 0;
        for (int t = 0; t < drafts.get(i).length; t++) {
          same += drafts.get(i)[t] == drafts.get(j)[t] ? 1 : 0;
        }
        sum += 1 - (double) same / drafts.get(i).length;
        pairs++;
      }
    }
    return pairs == 0 ? 0 : sum / pairs;
  }

  /**
   * Superposed decoding.
   *
   * @param setting how
   * @return drafts of prompts
   */
  public Way superposed(Superposition setting) {
    return some ->
        SuperposedDecoder.generate(target, some, tokens, -1, setting).stream()
            .map(
                one ->
                    new Written(
                        one.drafts().stream().map(Hypothesis::tokens).toList(),
                        one.passes(),
                        one.passes(),
                        one.positions()))
            .toList();
  }

  /**
   * Beam search; of a model in plain Java it costs the target nothing.
   *
   * @param model whose distribution is searched
   * @param k beams
   * @return drafts of prompts
   */
  public Way beam(TokenModel model, int k) {
    boolean free = model.layers() == 0;
    long more = (long) k * (tokens - 1);
    return some ->
        BeamSearch.generate(model, some, k, tokens).stream()
            .map(
                lines ->
                    new Written(
                        lines.stream().map(Hypothesis::tokens).toList(),
                        free ? 0 : 1 + more,
                        free ? 0 : tokens,
                        free ? 0 : some[0].length + more))
            .toList();
  }

  /**
   * Independent draws.
   *
   * @param k drafts
   * @param sampling how; row i of a batch of prompts and drafts draws from seed + i
   * @return drafts of prompts
   */
  public Way drawn(int k, Sampling sampling) {
    return some -> {
      int[][] rows = new int[some.length * k][];
      Arrays.setAll(rows, i -> some[i / k]);
      return decoded(rows, k, tokens, sampling, new int[0][]);
    };
  }

  /**
   * The k best first tokens, then greedily on.
   *
   * @param k drafts
   * @return drafts of prompts
   */
  public Way firstThenGreedy(int k) {
    return some -> {
      int[][] begun =
          BeamSearch.generate(target, some, k, 1).stream()
              .flatMap(List::stream)
              .map(Hypothesis::tokens)
              .toArray(int[][]::new);
      int[][] rows = new int[begun.length][];
      Arrays.setAll(rows, i -> joined(some[i / k], begun[i]));
      return decoded(rows, k, tokens - 1, Sampling.greedy(), begun);
    };
  }

  /** Rows beside each other; the reading of a prompt and its first token are one pass. */
  private List<Written> decoded(int[][] rows, int k, int more, Sampling sampling, int[][] begun) {
    int[][] drafts = Decoder.decode(target, rows, new Decoder.Options(more, -1, sampling)).tokens();
    for (int i = 0; i < begun.length; i++) {
      drafts[i] = joined(begun[i], drafts[i]);
    }
    int prompt = rows[0].length - (tokens - more);
    List<Written> all = new ArrayList<>();
    for (int i = 0; i < drafts.length; i += k) {
      List<int[]> own = List.of(Arrays.copyOfRange(drafts, i, i + k));
      all.add(new Written(own, (long) k * tokens, tokens, (long) k * (prompt + tokens - 1)));
    }
    return all;
  }

  private static int[] joined(int[] left, int[] right) {
    int[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    return both;
  }
}
