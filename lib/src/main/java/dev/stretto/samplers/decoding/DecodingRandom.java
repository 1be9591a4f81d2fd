package dev.stretto.samplers.decoding;

import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;

/**
 * All that is random in decoding one row. Drafters and verifiers ask for decisions and never for
 * numbers, so that the tests can go through every outcome with its exact probability.
 */
public interface DecodingRandom {
  /**
   * A decision.
   *
   * @param probability of yes; 0 or less is no, 1 or more is yes
   * @return yes or no
   */
  boolean happens(double probability);

  /**
   * A draw: of a draft, or of a residual.
   *
   * @param probabilities probabilities, summing to 1
   * @return an index of positive probability
   */
  int draw(double[] probabilities);

  /**
   * The token at a place of the output, by inverse distribution function of a number that depends
   * on the place alone. A text is the same whoever drafts, as long as its tokens are drawn here.
   *
   * @param probabilities probabilities, summing to 1
   * @param position of the token in the output, from 0
   * @return an index of positive probability
   */
  int token(double[] probabilities, int position);

  /**
   * The chance of a row.
   *
   * @param seed of the row
   * @return reproducible decisions; what comes at a place does not depend on the others
   */
  static DecodingRandom of(long seed) {
    SeedTree tree = SeedTree.of(seed);
    Rng stream = tree.child("stream").rng();
    return new DecodingRandom() {
      @Override
      public boolean happens(double probability) {
        return stream.nextDouble() < probability;
      }

      @Override
      public int draw(double[] probabilities) {
        return inverse(probabilities, stream.nextDouble());
      }

      @Override
      public int token(double[] probabilities, int position) {
        return inverse(probabilities, number(seed, position));
      }
    };
  }

  /**
   * The number that a row's token at a place is drawn with.
   *
   * @param seed of the row
   * @param position of the token in the output, from 0
   * @return from 0 to below 1
   */
  static double number(long seed, int position) {
    return SeedTree.of(seed).child("places").child(position).rng().nextDouble();
  }

  /**
   * The inverse distribution function.
   *
   * @param probabilities probabilities, summing to 1
   * @param u from 0 to below 1
   * @return the first index whose cumulative probability is above u
   */
  static int inverse(double[] probabilities, double u) {
    int last = 0;
    for (int i = 0; i < probabilities.length; i++) {
      if (probabilities[i] > 0) {
        last = i;
        u -= probabilities[i];
        if (u < 0) {
          return i;
        }
      }
    }
    return last; // the probabilities sum to a little less than 1
  }
}
