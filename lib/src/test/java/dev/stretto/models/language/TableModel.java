package dev.stretto.models.language;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.DoubleStream;

/**
 * Exact conditionals in a table: the distribution of a token depends on the {@code order} tokens
 * before it, or on all of them where there are fewer. The double for a target and a draft in tests,
 * and the "random tables" of the decoding papers.
 */
public final class TableModel implements ContextModel {
  private static final int MOST = 1 << 24;

  private final int vocabulary;
  private final int order;

  /** Rows by length of context, then by the context as a number in base V, oldest digit first. */
  private final double[][][] logProbs;

  private TableModel(int vocabulary, int order, Function<int[], double[]> logProbabilities) {
    if (vocabulary < 1 || order < 0 || Math.pow(vocabulary, order + 1.0) > MOST) {
      throw new IllegalArgumentException(
          "a table of vocabulary %d and order %d, expected 1 or more, 0 or more and vocabulary^(order + 1) up to %d"
              .formatted(vocabulary, order, MOST));
    }
    this.vocabulary = vocabulary;
    this.order = order;
    logProbs = new double[order + 1][][];
    for (int length = 0, rows = 1; length <= order; length++, rows *= vocabulary) {
      logProbs[length] = new double[rows][];
      for (int row = 0; row < rows; row++) {
        int[] context = new int[length];
        for (int i = length - 1, rest = row; i >= 0; i--, rest /= vocabulary) {
          context[i] = rest % vocabulary;
        }
        logProbs[length][row] = normalised(context, logProbabilities.apply(context));
      }
    }
  }

  private double[] normalised(int[] context, double[] logits) {
    double top = Arrays.stream(logits).max().orElse(Double.NaN);
    double sum = Arrays.stream(logits).map(logit -> Math.exp(logit - top)).sum();
    if (logits.length != vocabulary || !Double.isFinite(top) || !Double.isFinite(sum)) {
      throw new IllegalArgumentException(
          "the distribution behind %s is %s, expected %d probabilities, some above 0"
              .formatted(Arrays.toString(context), Arrays.toString(logits), vocabulary));
    }
    return Arrays.stream(logits).map(logit -> logit - top - Math.log(sum)).toArray();
  }

  /**
   * A table from given probabilities.
   *
   * @param vocabulary V, 1 or more
   * @param order how many tokens the distribution looks back, 0 or more; V^(order + 1) up to 2^24
   * @param probabilities V weights for each context of 0 to {@code order} tokens (oldest first), 0
   *     or more; divided by their sum
   * @return the table
   */
  public static TableModel of(int vocabulary, int order, Function<int[], double[]> probabilities) {
    return new TableModel(
        vocabulary,
        order,
        context -> Arrays.stream(probabilities.apply(context)).map(Math::log).toArray());
  }

  /**
   * A table of normal logits.
   *
   * @param vocabulary V, 1 or more
   * @param order how many tokens the distribution looks back, 0 or more
   * @param deviation standard deviation of the logits; 2 in the spectr section's tables
   * @param seed where they are drawn from
   * @return the table
   */
  public static TableModel random(int vocabulary, int order, double deviation, SeedTree seed) {
    Rng rng = seed.rng();
    return new TableModel(
        vocabulary,
        order,
        context ->
            DoubleStream.generate(rng::nextGaussian)
                .limit(vocabulary)
                .map(z -> deviation * z)
                .toArray());
  }

  /**
   * A worse copy, for a draft: logits {@code keep} times these plus normal noise.
   *
   * @param keep 1 for all of the truth, 0 for none
   * @param noise standard deviation
   * @param seed where the noise is drawn from
   * @return another table
   */
  public TableModel blurred(double keep, double noise, SeedTree seed) {
    Rng rng = seed.rng();
    return new TableModel(
        vocabulary,
        order,
        context ->
            Arrays.stream(logProbs(context))
                .map(logit -> keep * logit + noise * rng.nextGaussian())
                .toArray());
  }

  @Override
  public int vocabulary() {
    return vocabulary;
  }

  @Override
  public int reach() {
    return order;
  }

  @Override
  public double[] logProbs(int[] context) {
    int row = 0;
    int length = Math.min(order, context.length);
    for (int i = context.length - length; i < context.length; i++) {
      row = row * vocabulary + context[i];
    }
    return logProbs[length][row];
  }
}
