package dev.stretto.experiments;

import dev.stretto.models.TokenModel;
import dev.stretto.models.language.CausalLm;
import dev.stretto.samplers.decoding.BeamSearch;
import dev.stretto.samplers.decoding.Decoder;
import dev.stretto.samplers.decoding.Sampling;
import dev.stretto.samplers.decoding.SuperposedDecoder;
import dev.stretto.samplers.decoding.Superposition;
import dev.stretto.samplers.decoding.Superposition.Line;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * Ways to write several drafts, compared by their work and by how surprising the drafts are to the
 * target alone.
 *
 * @param target that writes and judges
 * @param prompts of the test
 * @param tokens new ones of each draft
 */
public record SuperposedStudy(CausalLm target, int[][] prompts, int tokens) {

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
      boolean lossless) {}

  /**
   * One way.
   *
   * @param way its name
   * @param k drafts
   * @param lossless whether the drafts are what the target alone would write
   * @param write drafts of a prompt
   * @return means over the prompts
   */
  public Outcome run(String way, int k, boolean lossless, Function<int[], Written> write) {
    double[] sums = new double[6];
    for (int[] prompt : prompts) {
      Written written = write.apply(prompt);
      double[] nats = BeamSearch.surprise(target, prompt, written.drafts());
      double[] values = {
        written.passes(),
        written.batched(),
        written.positions(),
        Arrays.stream(nats).average().orElseThrow(),
        Arrays.stream(nats).min().orElseThrow(),
        diversity(written.drafts())
      };
      for (int i = 0; i < sums.length; i++) {
        sums[i] += values[i] / prompts.length;
      }
    }
    return new Outcome(
        way, k, sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], lossless);
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
   * @return drafts of a prompt
   */
  public Function<int[], Written> superposed(Superposition setting) {
    return prompt -> {
      var generated = SuperposedDecoder.generate(target, prompt, tokens, -1, setting);
      return new Written(
          generated.drafts().stream().map(Line::tokens).toList(),
          generated.passes(),
          generated.passes(),
          generated.positions());
    };
  }

  /**
   * Beam search; of a model in plain Java it costs the target nothing.
   *
   * @param model whose law is searched
   * @param k beams
   * @return drafts of a prompt
   */
  public Function<int[], Written> beam(TokenModel model, int k) {
    return prompt -> {
      List<int[]> drafts =
          BeamSearch.generate(model, prompt, k, tokens).stream().map(Line::tokens).toList();
      boolean free = model.layers() == 0;
      long positions = prompt.length + (long) k * (tokens - 1);
      return new Written(
          drafts,
          free ? 0 : 1 + (long) k * (tokens - 1),
          free ? 0 : tokens,
          free ? 0 : positions);
    };
  }

  /**
   * Independent draws.
   *
   * @param k drafts
   * @param sampling how; draft i draws from seed + i
   * @return drafts of a prompt
   */
  public Function<int[], Written> drawn(int k, Sampling sampling) {
    return prompt -> {
      int[][] rows = new int[k][];
      Arrays.fill(rows, prompt);
      return decoded(rows, tokens, sampling, new int[0][]);
    };
  }

  /**
   * The k best first tokens, then greedily on.
   *
   * @param k drafts
   * @return drafts of a prompt
   */
  public Function<int[], Written> firstThenGreedy(int k) {
    return prompt -> {
      List<Line> first = BeamSearch.generate(target, prompt, k, 1);
      int[][] begun = first.stream().map(Line::tokens).toArray(int[][]::new);
      int[][] rows = Arrays.stream(begun).map(more -> joined(prompt, more)).toArray(int[][]::new);
      return decoded(rows, tokens - 1, Sampling.greedy(), begun);
    };
  }

  /** Rows beside each other; the reading of a prompt and its first token are one pass. */
  private Written decoded(int[][] rows, int more, Sampling sampling, int[][] begun) {
    int[][] written =
        Decoder.decode(target, rows, new Decoder.Options(more, -1, sampling)).tokens();
    List<int[]> drafts = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      drafts.add(begun.length == 0 ? written[i] : joined(begun[i], written[i]));
    }
    int prompt = rows[0].length - (begun.length == 0 ? 0 : 1);
    return new Written(
        drafts, (long) rows.length * tokens, tokens, (long) rows.length * (prompt + tokens - 1));
  }

  private static int[] joined(int[] left, int[] right) {
    int[] both = Arrays.copyOf(left, left.length + right.length);
    System.arraycopy(right, 0, both, left.length, right.length);
    return both;
  }
}
