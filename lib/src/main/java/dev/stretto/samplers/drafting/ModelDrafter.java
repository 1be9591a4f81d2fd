package dev.stretto.samplers.drafting;

import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenModel;
import dev.stretto.models.TokenTree;
import dev.stretto.models.language.ContextModel;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.decoding.NodeDistributions;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A second, cheaper model drafts (Leviathan et al. 2023; Chen et al. 2023), in any shape of tree.
 * Each level is one pass of the draft model over the whole tree so far, so that nothing has to be
 * taken back: what the target accepts is committed along the same path, whatever state the draft
 * model keeps, and accepted tokens that it has not read lead its next tree. A {@link ContextModel}
 * is asked in plain Java, which costs next to nothing.
 *
 * @param draft the draft model; stays the caller's
 * @param growth the shape
 */
public record ModelDrafter(TokenModel draft, TreeExpansion growth) implements Drafter {
  @Override
  public Drafting open(Prompt prompt) {
    return draft instanceof ContextModel model
        ? (scope, rows) -> drafts(model, rows)
        : new Network(draft.open(prompt.tokens()), prompt.tokens().length);
  }

  private Draft[] drafts(ContextModel model, Row[] rows) {
    Draft[] drafts = new Draft[rows.length];
    for (int b = 0; b < rows.length; b++) {
      Row row = rows[b];
      int[] before = row.tail(model.reach() + 1);
      DraftTreeBuilder tree = new DraftTreeBuilder(row.pending(), row.sampling());
      tree.distributions(
          node -> {
            int[] path = tree.tokensTo(node);
            int[] text = Arrays.copyOf(before, before.length + path.length - 1);
            System.arraycopy(path, 0, text, before.length - 1, path.length);
            int from = Math.max(0, text.length - model.reach());
            return model.logProbs(Arrays.copyOfRange(text, from, text.length));
          });
      boolean going = true;
      for (int level = 1; going && level <= Math.min(growth.depth(), row.room()); level++) {
        going = growth.level().grow(tree, level, row.random());
      }
      drafts[b] = tree.draft();
    }
    return drafts;
  }

  private final class Network implements Drafting {
    private final TokenModel.Session session;

    /** Tokens of each row that stand before its pending one and were not read yet. */
    private int[][] unread;

    /** Nodes of each row in the last pass, the unread tokens not counted. */
    private int[] scored;

    Network(TokenModel.Session session, int rows) {
      this.session = session;
      unread = new int[rows][0];
      scored = new int[rows];
    }

    @Override
    public Draft[] draft(NDManager scope, Row[] rows) {
      DraftTreeBuilder[] trees = new DraftTreeBuilder[rows.length];
      int[] depths = new int[rows.length];
      boolean[] stopped = new boolean[rows.length];
      for (int b = 0; b < rows.length; b++) {
        trees[b] = new DraftTreeBuilder(rows[b].pending(), rows[b].sampling());
        depths[b] =
            rows[b].length() + growth.depth() > draft.maxLength()
                ? 0
                : Math.min(growth.depth(), rows[b].room());
      }
      Arrays.fill(scored, 0);
      int deepest = Arrays.stream(depths).max().orElse(0);
      for (int level = 1; level <= deepest; level++) {
        TokenTree[] fed = new TokenTree[rows.length];
        for (int b = 0; b < rows.length; b++) {
          fed[b] = trees[b].behind(unread[b]);
          scored[b] = trees[b].size();
        }
        NodeDistributions[] distributions =
            NodeDistributions.of(session.score(scope, fed), rows[0].sampling());
        boolean going = false;
        for (int b = 0; b < rows.length; b++) {
          NodeDistributions own = distributions[b];
          int first = unread[b].length;
          trees[b].distributions(node -> own.logProbs(first + node));
          if (level <= depths[b] && !stopped[b]) {
            stopped[b] = !growth.level().grow(trees[b], level, rows[b].random());
            going |= !stopped[b] && level < depths[b];
          }
        }
        if (!going) {
          break;
        }
      }
      Draft[] drafts = new Draft[rows.length];
      Arrays.setAll(drafts, b -> trees[b].draft());
      return drafts;
    }

    @Override
    public void committed(VerifiedPass pass) {
      int[][] read = new int[scored.length][];
      boolean any = false;
      for (int b = 0; b < scored.length; b++) {
        int nodes = scored[b];
        int[] path = pass.paths()[b];
        int[] tokens = pass.drafts()[b].tree().tokens();
        int kept = (int) Arrays.stream(path).filter(node -> node < nodes).count();
        int before = nodes == 0 ? 0 : unread[b].length;
        read[b] =
            IntStream.concat(
                    IntStream.range(0, before),
                    Arrays.stream(path, 0, kept).map(node -> before + node))
                .toArray();
        any |= nodes > 0;
        int[] later = Arrays.stream(path, kept, path.length).map(node -> tokens[node]).toArray();
        unread[b] = nodes > 0 ? later : joined(unread[b], later);
      }
      if (any) {
        session.commit(read);
      }
    }

    private static int[] joined(int[] left, int[] right) {
      int[] both = Arrays.copyOf(left, left.length + right.length);
      System.arraycopy(right, 0, both, left.length, right.length);
      return both;
    }

    @Override
    public void gather(int[] rows) {
      session.gather(rows);
      unread = Arrays.stream(rows).mapToObj(row -> unread[row]).toArray(int[][]::new);
      scored = new int[rows.length];
    }

    @Override
    public void close() {
      session.close();
    }
  }
}
