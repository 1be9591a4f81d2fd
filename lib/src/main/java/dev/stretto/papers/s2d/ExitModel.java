package dev.stretto.papers.s2d;

import dev.stretto.models.language.ContextModel;
import java.util.Arrays;

/**
 * A model with several distributions of the next token, from cheap and rough to dear and good: the
 * exits of a nested network, or a few tables.
 */
public interface ExitModel {
  /** {@return how many exits there are, 1 or more} */
  int exits();

  /** {@return how many tokens there are} */
  int vocabulary();

  /** {@return the most tokens of a text} */
  int maxLength();

  /**
   * What a token costs whose state went up to an exit, over one that went to the top and asked the
   * head there.
   *
   * @param exit from 0
   * @param heads how often the head was asked on the way
   * @return multiply-adds over those of the whole model
   */
  double work(int exit, int heads);

  /**
   * Starts to read one text.
   *
   * @return owned by the caller
   */
  Session open();

  /**
   * What all exits say along a text.
   *
   * @param text ids
   * @param from the first place, 1 or more: what stands before is the prompt
   * @return natural logarithms of the distribution of each token from there on,
   *     [place][exit][token]
   */
  default double[][][] distributions(int[] text, int from) {
    double[][][] distributions = new double[text.length - from][exits()][];
    try (Session reading = open()) {
      for (int place = 0; place < distributions.length; place++) {
        int[] before = Arrays.copyOf(text, from + place);
        for (int exit = 0; exit < exits(); exit++) {
          distributions[place][exit] = reading.logProbs(before, exit);
        }
      }
    }
    return distributions;
  }

  /** One text in the reading. */
  interface Session extends AutoCloseable {
    /**
     * The distribution of the next token.
     *
     * @param text all of it; what differs from the last call's is forgotten
     * @param exit from 0
     * @return natural logarithms
     */
    double[] logProbs(int[] text, int exit);

    /**
     * {@return what keys and values of layers that tokens had skipped cost so far, in tokens that
     * go to the top, without the first text's}
     */
    default double filled() {
      return 0;
    }

    @Override
    default void close() {}
  }

  /**
   * Exact models as exits.
   *
   * @param work of a token of each, over that of the last
   * @param models as many, of one vocabulary
   * @return the model. Throws IllegalArgumentException naming a vocabulary that differs.
   */
  static ExitModel of(double[] work, ContextModel... models) {
    int vocabulary = models[0].vocabulary();
    for (ContextModel model : models) {
      if (model.vocabulary() != vocabulary || work.length != models.length) {
        throw new IllegalArgumentException(
            "%d works, %d models with vocabularies %d and %d: expected as many works, one vocabulary"
                .formatted(work.length, models.length, vocabulary, model.vocabulary()));
      }
    }
    return new ExitModel() {
      @Override
      public int exits() {
        return models.length;
      }

      @Override
      public int vocabulary() {
        return vocabulary;
      }

      @Override
      public int maxLength() {
        return models[0].maxLength();
      }

      @Override
      public double work(int exit, int heads) {
        return work[exit];
      }

      @Override
      public Session open() {
        return (text, exit) -> {
          int from = Math.max(0, text.length - models[exit].reach());
          return models[exit].logProbs(Arrays.copyOfRange(text, from, text.length));
        };
      }
    };
  }
}
