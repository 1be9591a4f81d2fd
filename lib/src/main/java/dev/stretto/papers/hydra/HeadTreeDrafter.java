package dev.stretto.papers.hydra;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.stretto.models.TokenTree;
import dev.stretto.samplers.decoding.Draft;
import dev.stretto.samplers.decoding.Drafter;
import dev.stretto.samplers.drafting.RankPathTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Grows a tree of fixed shape with draft heads (Medusa, Hydra, Chimera): every node with children
 * goes to the next head, one call a depth over all rows, and its children are the best tokens of
 * its own distribution. A row whose first pass has no state after it yet goes without a draft.
 *
 * @param heads that guess
 * @param tree its shape, no deeper than there are heads
 */
public record HeadTreeDrafter(DraftHeads heads, RankPathTree tree) implements Drafter {
  /** Checks that the heads can fill the tree. */
  public HeadTreeDrafter {
    for (int[] path : tree.paths()) {
      if (path.length > heads.depths() || path[path.length - 1] >= heads.target().vocabulary()) {
        throw new IllegalArgumentException(
            "rank path %s, expected at most %d ranks below %d: as many as heads and tokens"
                .formatted(Arrays.toString(path), heads.depths(), heads.target().vocabulary()));
      }
    }
  }

  @Override
  public boolean wantsHidden() {
    return true;
  }

  @Override
  public Drafting open(Prompt prompt) {
    return new Growing(prompt);
  }

  /**
   * Nodes of one depth that have children.
   *
   * @param nodes their numbers
   * @param parents of each, its parent's place in the level before
   * @param width the most children that one has
   */
  private record Level(int[] nodes, int[] parents, int width) {}

  private List<Level> levels() {
    List<Level> levels = new ArrayList<>();
    int[] parents = tree.parents();
    int[] places = new int[parents.length];
    for (int depth = 1; depth <= tree.depth(); depth++) {
      int from = tree.nodes(depth - 1);
      int to = tree.nodes(depth);
      int[] nodes = Arrays.stream(parents, from, to).distinct().sorted().toArray();
      int[] above = new int[nodes.length];
      for (int i = 0; i < nodes.length; i++) {
        places[nodes[i]] = i;
        above[i] = nodes[i] == 0 ? 0 : places[parents[nodes[i]]];
      }
      int width = 0;
      for (int node = from; node < to; node++) {
        width = Math.max(width, rank(node) + 1);
      }
      levels.add(new Level(nodes, above, width));
    }
    return levels;
  }

  private int rank(int node) {
    int[] path = tree.paths()[node - 1];
    return path[path.length - 1];
  }

  private final class Growing implements Drafting {
    private final List<Level> levels = levels();
    private final int[] parents = tree.parents();
    private final DraftHeads.Context context;
    private boolean[] ready;

    Growing(Prompt prompt) {
      int rows = prompt.tokens().length;
      context = heads.open(rows);
      ready = new boolean[rows];
      if (prompt.hiddenBND().isPresent()) {
        int[] counts = Arrays.stream(prompt.tokens()).mapToInt(row -> row.length - 1).toArray();
        try (NDManager scope = prompt.hiddenBND().get().getManager().newSubManager()) {
          read(scope, prompt.hiddenBND().get(), counts);
        }
      }
    }

    private void read(NDManager scope, NDArray statesBND, int[] counts) {
      NDArray states = statesBND.duplicate();
      states.attach(scope);
      context.read(states, counts);
      for (int b = 0; b < counts.length; b++) {
        ready[b] |= counts[b] > 0;
      }
    }

    @Override
    public Draft[] draft(NDManager scope, Row[] rows) {
      int depth = 0;
      int[][] tokens = new int[rows.length][parents.length];
      int[][] before = new int[rows.length][];
      for (int b = 0; b < rows.length; b++) {
        tokens[b][0] = rows[b].pending();
        before[b] = new int[heads.before()];
        for (int k = 0; k < before[b].length; k++) {
          before[b][k] = rows[b].last(Math.min(before[b].length - k, rows[b].length() - 1));
        }
        depth = Math.max(depth, ready[b] ? Math.min(tree.depth(), rows[b].room()) : 0);
      }
      if (depth > 0) {
        DraftHeads.Walk walk = context.walk(scope, before);
        for (int d = 0; d < depth; d++) {
          grow(walk, levels.get(d), d, tokens);
        }
      }
      Draft[] drafts = new Draft[rows.length];
      for (int b = 0; b < rows.length; b++) {
        int nodes = ready[b] ? tree.nodes(depth) : 1;
        drafts[b] =
            Draft.of(new TokenTree(Arrays.copyOf(tokens[b], nodes), Arrays.copyOf(parents, nodes)));
      }
      return drafts;
    }

    private void grow(DraftHeads.Walk walk, Level level, int depth, int[][] tokens) {
      int[][] newest = new int[tokens.length][level.nodes().length];
      for (int b = 0; b < tokens.length; b++) {
        for (int i = 0; i < level.nodes().length; i++) {
          newest[b][i] = tokens[b][level.nodes()[i]];
        }
      }
      NDArray logits = walk.next(newest, level.parents());
      int distributions = (int) logits.getShape().get(1);
      int width = level.width();
      long[] best = logits.topK(width, 2, true, true).get(1).toLongArray();
      for (int node = tree.nodes(depth); node < tree.nodes(depth + 1); node++) {
        int place = distributions == 1 ? 0 : Arrays.binarySearch(level.nodes(), parents[node]);
        for (int b = 0; b < tokens.length; b++) {
          tokens[b][node] = (int) best[(b * distributions + place) * width + rank(node)];
        }
      }
    }

    @Override
    public void committed(VerifiedPass pass) {
      int most = Arrays.stream(pass.paths()).mapToInt(path -> path.length).max().orElse(0);
      int[][] places = new int[pass.paths().length][];
      int[] counts = new int[places.length];
      for (int b = 0; b < places.length; b++) {
        counts[b] = pass.paths()[b].length;
        places[b] = Arrays.copyOf(pass.paths()[b], most);
      }
      NDArray hidden = pass.verified().hidden().orElseThrow().lastBND();
      context.read(DraftHeads.pick(pass.scope(), hidden, places), counts);
      Arrays.fill(ready, true);
    }

    @Override
    public void gather(int[] rows) {
      context.gather(rows);
      ready = new boolean[rows.length];
      Arrays.fill(ready, true);
    }

    @Override
    public void close() {
      context.close();
    }
  }
}
