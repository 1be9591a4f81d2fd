package dev.stretto.papers.superposed;

import dev.stretto.samplers.decoding.Hypothesis;
import dev.stretto.samplers.decoding.TokenPicker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
  /** Added to the scores of a draft's candidates where none of them has ever followed it. */
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
   * The paper's setting for k drafts: alpha .54, three candidates a draft, temperature .06 (.12
   * from ten drafts on).
   *
   * @param k drafts
   * @param filter n-grams of the training text
   * @return the setting
   */
  public static Superposition published(int k, InterpolatedNGrams filter) {
    return new Superposition(
        k, .54, k < 10 ? .06 : .12, 3 * k, Mixing.SOFTMAX, Optional.of(filter));
  }

  /** {@return the same with other weights of the n-grams, temperature and mixing} */
  Superposition with(double otherAlpha, double otherTemperature, Mixing otherMixing) {
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
   * Scores of candidates after one draft: item 4 of the method.
   *
   * @param tokens the best ones, likeliest first
   * @param logits of the one pass over all drafts
   * @param text prompt and draft
   * @return (1 - alpha) log p + alpha log q; minus infinity where the n-grams filter a token out
   */
  private double[] scores(int[] tokens, double[] logits, int[] text) {
    double[] logP = Arrays.stream(tokens).mapToDouble(x -> logits[x] / temperature).toArray();
    double norm = Arrays.stream(logP).map(z -> Math.exp(z - logP[0])).sum();
    double logNorm = logP[0] + Math.log(norm);
    double[] q = alpha > 0 ? filter.orElseThrow().shares(text, tokens) : new double[0];
    boolean unseen = Arrays.stream(q).allMatch(share -> share == 0);
    double[] scores = new double[tokens.length];
    for (int j = 0; j < scores.length; j++) {
      double own = (1 - alpha) * (logP[j] - logNorm);
      scores[j] = alpha == 0 ? own : unseen ? own + UNSEEN : own + alpha * Math.log(q[j]);
    }
    return scores;
  }

  static int[] joined(int[] prompt, int[] more) {
    return IntStream.concat(IntStream.of(prompt), IntStream.of(more)).toArray();
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
    int[] tokens = TokenPicker.topK(logits, Math.min(candidates, logits.length));
    List<Hypothesis> all = new ArrayList<>();
    for (Hypothesis line : drafts.lines()) {
      double[] scores = scores(tokens, logits, joined(prompt, line.tokens()));
      for (int j = 0; j < tokens.length; j++) {
        if (scores[j] > Double.NEGATIVE_INFINITY) {
          all.add(line.append(tokens[j], scores[j]));
        }
      }
    }
    Comparator<Hypothesis> best = Comparator.comparingDouble(line -> -line.score());
    Map<Boolean, List<Hypothesis>> kept =
        all.stream()
            .sorted(best)
            .limit(2L * k)
            .collect(
                Collectors.partitioningBy(line -> line.tokens()[line.tokens().length - 1] == end));
    Stream<Hypothesis> ended = Stream.concat(drafts.finished().stream(), kept.get(true).stream());
    return new Drafts(
        kept.get(false).stream().limit(k).toList(), ended.sorted(best).limit(k).toList());
  }
}
