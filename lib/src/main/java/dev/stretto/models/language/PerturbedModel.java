package dev.stretto.models.language;

import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.tensor.Rng;
import dev.stretto.tensor.SeedTree;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A model that now and then slips: where one of the given tokens is its best, another of them takes
 * its place with a given probability. Which one and where depends on the seed, the prompt and the
 * position alone, so that errors are independent of everything the model gets right.
 *
 * @param model that is disturbed
 * @param tokens among which it slips, two or more
 * @param rate probability of a slip at a position, 0 to 1
 * @param seed of the slips
 */
public record PerturbedModel(TokenModel model, int[] tokens, double rate, long seed)
    implements TokenModel.Wrapper {
  /** Checks the ranges. */
  public PerturbedModel {
    if (tokens.length < 2 || !(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          "%d tokens and a rate of %s, expected 2 or more and 0 to 1"
              .formatted(tokens.length, rate));
    }
  }

  @Override
  public Session open(int[][] prompts, boolean hidden) {
    return new Slipping(this, model.open(prompts, hidden), prompts);
  }

  private static final class Slipping implements Session.Wrapper {
    private final PerturbedModel slips;
    private final Session session;
    private SeedTree[] rows;

    Slipping(PerturbedModel slips, Session session, int[][] prompts) {
      this.slips = slips;
      this.session = session;
      SeedTree all = SeedTree.of(slips.seed);
      rows =
          Arrays.stream(prompts)
              .map(prompt -> all.child(Arrays.hashCode(prompt)))
              .toArray(SeedTree[]::new);
    }

    @Override
    public Session session() {
      return session;
    }

    @Override
    public Verified score(NDManager scope, TokenTree[] trees) {
      Verified right = session.score(scope, trees);
      int nodes = (int) right.logProbsBNV().getShape().get(1);
      int vocabulary = slips.vocabulary();
      float[] logProbs = right.logProbsBNV().toFloatArray();
      int[] lengths = session.lengths();
      for (int b = 0; b < trees.length; b++) {
        int[] depths = trees[b].depths();
        for (int node = 0; node < depths.length; node++) {
          slip(logProbs, (b * nodes + node) * vocabulary, rows[b].child(lengths[b] + depths[node]));
        }
      }
      return new Verified(scope.create(logProbs, right.logProbsBNV().getShape()), right.hidden());
    }

    /** Swaps the best token's log-probability with another's. */
    private void slip(float[] logProbs, int from, SeedTree place) {
      Rng rng = place.rng();
      if (rng.nextDouble() >= slips.rate) {
        return;
      }
      int best = 0;
      for (int token = 1; token < slips.vocabulary(); token++) {
        best = logProbs[from + token] > logProbs[from + best] ? token : best;
      }
      int index = Arrays.stream(slips.tokens).boxed().toList().indexOf(best);
      if (index >= 0) {
        int count = slips.tokens.length;
        int other = slips.tokens[(index + 1 + rng.nextInt(count - 1)) % count];
        float high = logProbs[from + best];
        logProbs[from + best] = logProbs[from + other];
        logProbs[from + other] = high;
      }
    }

    @Override
    public void gather(int[] kept) {
      session.gather(kept);
      rows = IntStream.of(kept).mapToObj(row -> rows[row]).toArray(SeedTree[]::new);
    }
  }
}
