package dev.stretto.profilers;

import ai.djl.ndarray.NDManager;
import dev.stretto.models.Cost;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.profilers.WorkProfiler.Role;
import dev.stretto.profilers.WorkProfiler.Work;
import java.util.Arrays;

/** A token model whose passes a {@link WorkProfiler} counts. */
record CountedModel(TokenModel model, WorkProfiler book, Role role) implements TokenModel.Wrapper {
  @Override
  public Session open(int[][] prompts, boolean hidden) {
    Session session = model.open(prompts, hidden);
    int[] read = session.lengths();
    int longest = Arrays.stream(read).max().orElse(0);
    if (longest > 0) {
      long visible = Arrays.stream(read).mapToLong(n -> n * (n + 1L) / 2).sum();
      long real = Arrays.stream(read).asLongStream().sum();
      add(true, read.length, longest, longest, visible, real, real);
    }
    return new Counted(this, session);
  }

  private void add(
      boolean first, int rows, int positions, int keys, long visible, long real, long useful) {
    Cost cost = model.cost(new Cost.Shape(rows, positions, keys, visible, layers(), 0));
    long fed = (long) rows * positions;
    book.add(role, first, new Work(1, fed, fed - real, useful, layers(), cost));
  }

  @Override
  public void close() {
    model.close();
  }

  private record Counted(CountedModel owner, Session session) implements Session.Wrapper {
    @Override
    public Verified score(NDManager scope, TokenTree[] trees) {
      int[] lengths = session.lengths();
      Verified verified = session.score(scope, trees);
      int longest = 0;
      int most = 0;
      long visible = 0;
      long real = 0;
      for (int row = 0; row < trees.length; row++) {
        longest = Math.max(longest, lengths[row]);
        most = Math.max(most, trees[row].size());
        real += trees[row].size();
        for (int depth : trees[row].depths()) {
          visible += lengths[row] + depth + 1;
        }
      }
      owner.add(false, trees.length, most, longest + most, visible, real, 0);
      return verified;
    }

    @Override
    public void commit(int[][] acceptedPaths) {
      session.commit(acceptedPaths);
      long useful = Arrays.stream(acceptedPaths).mapToLong(path -> path.length).sum();
      owner.book.add(owner.role, false, new Work(0, 0, 0, useful, 0, Cost.NONE));
    }
  }
}
