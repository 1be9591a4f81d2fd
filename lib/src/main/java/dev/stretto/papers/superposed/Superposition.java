package dev.stretto.papers.superposed;

import dev.stretto.samplers.decoding.Hypothesis;
import dev.stretto.samplers.decoding.TokenPicker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What Superposed Decoding (Shen et al. 2024, section 3) does between two passes: one row of logits
 * for all drafts is taken apart again by n-grams, and the best continuations live on. <b>Lossy</b>:
 * scores are no log-likelihoods of the model.
 *
 * @param k drafts, 1 or more
 * @param alpha weight of the n-grams, 0 (none) to 1
 * @param temperature of the logits, above 0
 * @param candidates m, the best tokens that are looked at, k or more
 * @param mixing how embeddings are weighted
 * @param filter n-grams, empty where alpha is 0
 */
public record Superposition(
    int k,
    double alpha,
    double temperature,
    int candidates,
    Mixing mixing,
    Optional<InterpolatedNGrams> filter) {
  /** Score of a candidate behind a draft that no candidate has ever followed. */
  static final double UNSEEN = -200;

  /** How the drafts' last embeddings are weighted. */
  public enum Mixing {
    /** By softmax of the scores, as in the paper. */
    SOFTMAX,
    /** Equally. */
    UNIFORM,
    /** The leading draft alone. */
    LEADING
  }

  /**
   * Drafts in the making.
   *
   * @param lines those that go on, best first, all of one length
   * @param finished those that have ended, best first, at most k
   */
  public record Drafts(List<Hypothesis> lines, List<Hypothesis> finished) {
    /** One empty draft: before the first token. */
    public static final Drafts EMPTY = new Drafts(List.of(Hypothesis.EMPTY), List.of());
  }

  /** Checks ranges. */
  public Superposition {
    if (k < 1 || candidates < k) {
      throw new IllegalArgumentException(
          "k is %d and the candidates %d, expected 1 or more and at least k"
              .formatted(k, candidates));
    }
    if (!(alpha >= 0 && alpha <= 1) || !(temperature > 0)) {
      throw new IllegalArgumentException(
          "alpha is %s and the temperature %s, expected 0 to 1 and above 0"
              .formatted(alpha, temperature));
    }
    if (alpha > 0 && filter.isEmpty()) {
      throw new IllegalArgumentException(
          "alpha is " + alpha + " without n-grams, expected n-grams or alpha 0");
    }
  }

  /**
   * The paper's setting: alpha .54, three candidates a draft, temperature .06 (.12 from ten drafts
   * on).
   *
   * @param k drafts
   * @param filter n-grams
   * @return the setting
   */
  public static Superposition published(int k, InterpolatedNGrams filter) {
    return new Superposition(
        k, .54, k < 10 ? .06 : .12, 3 * k, Mixing.SOFTMAX, Optional.of(filter));
  }

  /**
   * Another setting.
   *
   * @param otherAlpha weight of the n-grams
   * @param otherTemperature of the logits
   * @param otherMixing of the embeddings
   * @return the altered setting
   */
  public Superposition with(double otherAlpha, double otherTemperature, Mixing otherMixing) {
    return new Superposition(k, otherAlpha, otherTemperature, candidates, otherMixing, filter);
  }

  /**
   * How much each draft's last embedding counts.
   *
   * @param lines drafts, best first
   * @return w, summing to 1
   */
  public double[] weights(List<Hypothesis> lines) {
    double[] weights = new double[lines.size()];
    double best = lines.stream().mapToDouble(Hypothesis::score).max().orElse(0);
    for (int i = 0; i < weights.length; i++) {
      weights[i] =
          switch (mixing) {
            case SOFTMAX -> Math.exp(lines.get(i).score() - best);
            case UNIFORM -> 1;
            case LEADING -> i == 0 ? 1 : 0;
          };
    }
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> w / sum).toArray();
  }

  /**
   * Candidates and their scores behind each draft.
   *
   * @param tokens ids, likeliest first, ties by lowest id
   * @param scores [draft][candidate]; minus infinity where it is filtered out
   */
  record Scores(int[] tokens, double[][] scores) {}

  /** Takes one row of logits apart: item 4 of the method. */
  Scores scores(int[] prompt, List<Hypothesis> lines, double[] logits) {
    int most = Math.min(candidates, logits.length);
    int[] tokens = TokenPicker.topK(logits, most);
    double[] logP = Arrays.stream(tokens).mapToDouble(x -> logits[x] / temperature).toArray();
    double top = logP[0];
    double norm = top + Math.log(Arrays.stream(logP).map(z -> Math.exp(z - top)).sum());
    double[][] scores = new double[lines.size()][most];
    for (int i = 0; i < scores.length; i++) {
      double[] q = new double[0];
      if (alpha > 0) {
        q = filter.orElseThrow().shares(joined(prompt, lines.get(i).tokens()), tokens);
      }
      boolean unseen = Arrays.stream(q).allMatch(share -> share == 0);
      for (int j = 0; j < most; j++) {
        double own = (1 - alpha) * (logP[j] - norm);
        scores[i][j] = alpha == 0 ? own : unseen ? own + UNSEEN : own + alpha * Math.log(q[j]);
      }
    }
    return new Scores(tokens, scores);
  }

  private static int[] joined(int[] prompt, int[] more) {
    int[] text = Arrays.copyOf(prompt, prompt.length + more.length);
    System.arraycopy(more, 0, text, prompt.length, more.length);
    return text;
  }

  /**
   * One step of all drafts: scores the candidates behind each, keeps the best 2k, of which those
   * that end leave, and lets the best k others live on.
   *
   * @param prompt what stands before the drafts
   * @param drafts before the step
   * @param logits of the one pass over their superposition
   * @param end the token that ends a draft, -1 for none
   * @return drafts that are one token longer; fewer than k only where candidates were filtered out
   */
  public Drafts superposeOnce(int[] prompt, Drafts drafts, double[] logits, int end) {
    Scores step = scores(prompt, drafts.lines(), logits);
    List<Hypothesis> all = new ArrayList<>();
    for (int i = 0; i < step.scores().length; i++) {
      for (int j = 0; j < step.tokens().length; j++) {
        if (step.scores()[i][j] > Double.NEGATIVE_INFINITY) {
          all.add(drafts.lines().get(i).append(step.tokens()[j], step.scores()[i][j]));
        }
      }
    }
    Comparator<Hypothesis> best = Comparator.comparingDouble(line -> -line.score());
    List<Hypothesis> kept = all.stream().sorted(best).limit(2L * k).toList();
    List<Hypothesis> ended = new ArrayList<>(drafts.finished());
    List<Hypothesis> living = new ArrayList<>();
    for (Hypothesis line : kept) {
      (line.tokens()[line.tokens().length - 1] == end ? ended : living).add(line);
    }
    ended.sort(best);
    return new Drafts(living.stream().limit(k).toList(), ended.stream().limit(k).toList());
  }
}
